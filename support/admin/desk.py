"""Kept views and bulk changes in the admin."""

from django.contrib import admin

from foundation.admin import EditAdmin, ReadOnlyAdmin, ReadOnlyInline, VersionedForm
from foundation.errors import InvalidInputError
from support.models import BulkChange, BulkItem, Macro, SavedView, TicketChecklist
from support.services.saved_views import check_filters
from support.services.ticket_fields import make_tags


class MacroForm(VersionedForm):
    """Refuses tags that are none."""

    def clean_tags(self) -> str:
        given = str(self.cleaned_data["tags"]).split()
        try:
            make_tags(given)
        except InvalidInputError as error:
            self.add_error("tags", error.message)
        return " ".join(given)


@admin.register(Macro)
class MacroAdmin(EditAdmin):
    form = MacroForm
    list_display = ("name", "is_note", "state", "priority", "is_active")
    list_filter = ("is_active", "is_note")
    search_fields = ("name", "body")
    autocomplete_fields = ("playbook",)


@admin.register(TicketChecklist)
class TicketChecklistAdmin(ReadOnlyAdmin):
    list_display = ("ticket", "run", "added_at", "added_by")
    list_select_related = ("ticket", "run", "added_by")
    list_filter = ("run__state",)


class SavedViewForm(VersionedForm):
    """Refuses filters that the queue does not know."""

    def clean_filters(self) -> dict[str, str]:
        try:
            return check_filters(self.cleaned_data["filters"] or {})
        except InvalidInputError as error:
            self.add_error("filters", error.message)
            return {}


@admin.register(SavedView)
class SavedViewAdmin(EditAdmin):
    form = SavedViewForm
    list_display = ("name", "owner", "is_shared", "is_pinned")
    list_select_related = ("owner",)
    list_filter = ("is_shared", "is_pinned")
    search_fields = ("name",)
    autocomplete_fields = ("owner",)


class BulkItemInline(ReadOnlyInline):
    model = BulkItem
    fields = ("ticket", "outcome", "reason")


@admin.register(BulkChange)
class BulkChangeAdmin(ReadOnlyAdmin):
    list_display = ("made_at", "made_by", "action", "undone_at")
    list_select_related = ("made_by",)
    list_filter = ("action",)
    inlines = (BulkItemInline,)


@admin.register(BulkItem)
class BulkItemAdmin(ReadOnlyAdmin):
    list_display = ("bulk", "ticket", "outcome", "reason")
    list_select_related = ("bulk", "ticket")
    list_filter = ("outcome",)
