"""The ledger of dates in the admin. Renewing, putting off and closing happen on its pages, with evidence."""

from datetime import datetime

from django import forms
from django.contrib import admin
from django.utils import timezone

from foundation.admin import EditAdmin, ReadOnlyAdmin, ReadOnlyInline, VersionedForm
from foundation.errors import InvalidInputError
from partnerships.models import LedgerEntry, LedgerNotice, LedgerRenewal, QuotaWindow, ResultCursor
from partnerships.services.ledger import refuse_unproved_end


class LedgerEntryForm(VersionedForm):
    """Moves no end later that is near or past: that takes a renewal."""

    def clean_due_at(self) -> datetime | None:
        due_at: datetime | None = self.cleaned_data["due_at"]
        before = LedgerEntry.objects.filter(pk=self.instance.pk).first()
        if before is not None and "due_at" in self.changed_data:
            try:
                refuse_unproved_end(before, due_at, at=timezone.now())
            except InvalidInputError as refusal:
                raise forms.ValidationError(refusal.message) from refusal
        return due_at


class LedgerRenewalInline(ReadOnlyInline):
    model = LedgerRenewal
    fields = ("renewed_at", "recorded_by", "evidence", "previous_due_at", "next_due_at")


@admin.register(LedgerEntry)
class LedgerEntryAdmin(EditAdmin):
    form = LedgerEntryForm
    list_display = ("title", "kind", "due_at", "partner", "integration", "owner", "source")
    list_select_related = ("partner", "integration", "owner")
    list_filter = ("kind", "source")
    search_fields = ("title", "integration__name", "partner__name")
    autocomplete_fields = ("partner", "integration", "owner")
    readonly_fields = ("source", "snoozed_until", "snooze_reason", "snoozed_by", "closed_at", "closed_by")
    inlines = (LedgerRenewalInline,)


@admin.register(LedgerRenewal)
class LedgerRenewalAdmin(ReadOnlyAdmin):
    list_display = ("renewed_at", "entry", "next_due_at", "recorded_by", "evidence")
    list_select_related = ("entry", "recorded_by")
    search_fields = ("entry__title", "evidence")


@admin.register(LedgerNotice)
class LedgerNoticeAdmin(ReadOnlyAdmin):
    list_display = ("noticed_at", "entry", "lead_days", "due_at")
    list_select_related = ("entry",)
    list_filter = ("lead_days",)
    search_fields = ("entry__title",)


@admin.register(ResultCursor)
class ResultCursorAdmin(ReadOnlyAdmin):
    list_display = ("name", "read_up_to", "moved_at")


@admin.register(QuotaWindow)
class QuotaWindowAdmin(ReadOnlyAdmin):
    list_display = ("integration", "resource", "limit", "remaining", "seen_at", "resets_at", "ended_at")
    list_select_related = ("integration",)
    search_fields = ("integration__name", "resource")
