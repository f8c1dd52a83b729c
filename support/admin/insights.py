"""What tickets teach, in the admin: the catalogue of causes is kept there, the rest is worked on on its pages."""

from django.contrib import admin

from foundation.admin import EditAdmin, ReadOnlyAdmin, ReadOnlyInline
from support.models import (
    Cause,
    Change,
    ChangeOutcome,
    Insight,
    InsightTicket,
    InsightTransition,
    OutcomeVerdict,
    RequesterNotice,
)


@admin.register(Cause)
class CauseAdmin(EditAdmin):
    list_display = ("code", "name", "product", "is_active")
    list_filter = ("is_active", "product")
    search_fields = ("code", "name")


class InsightTransitionInline(ReadOnlyInline):
    model = InsightTransition
    fields = ("at", "old_state", "new_state", "actor", "reason")
    verbose_name_plural = "history"


@admin.register(Insight)
class InsightAdmin(ReadOnlyAdmin):
    list_display = ("statement", "state", "kind", "cause", "product", "owner", "opened_at")
    list_select_related = ("owner",)
    list_filter = ("state", "kind")
    search_fields = ("statement", "cause")
    inlines = (InsightTransitionInline,)


@admin.register(InsightTicket)
class InsightTicketAdmin(ReadOnlyAdmin):
    list_display = ("insight", "ticket", "added_at", "added_by", "removed_at")
    list_select_related = ("insight", "ticket", "added_by")
    search_fields = ("insight__statement", "ticket__subject")


@admin.register(InsightTransition)
class InsightTransitionAdmin(ReadOnlyAdmin):
    list_display = ("at", "insight", "old_state", "new_state", "actor")
    list_select_related = ("insight", "actor")
    list_filter = ("new_state",)


@admin.register(RequesterNotice)
class RequesterNoticeAdmin(ReadOnlyAdmin):
    list_display = ("insight", "customer", "ticket", "way", "sent_at", "sent_by")
    list_select_related = ("insight", "customer", "ticket", "sent_by")
    list_filter = ("way",)


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin):
    list_display = ("title", "insight", "kind", "owner", "check_on", "shipped_at", "verdict")
    list_select_related = ("insight", "owner")
    list_filter = ("kind", "verdict")
    search_fields = ("title", "insight__statement")


@admin.register(ChangeOutcome)
class ChangeOutcomeAdmin(ReadOnlyAdmin):
    list_display = ("change", "before_value", "before_n", "after_value", "after_n", "frozen_at")
    list_select_related = ("change",)


@admin.register(OutcomeVerdict)
class OutcomeVerdictAdmin(ReadOnlyAdmin):
    list_display = ("outcome", "verdict", "note", "decided_by", "decided_at")
    list_select_related = ("outcome", "decided_by")
    list_filter = ("verdict",)
