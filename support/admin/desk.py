"""Kept views and bulk changes in the admin."""

from django.contrib import admin

from foundation.admin import EditAdmin, ReadOnlyAdmin, ReadOnlyInline, VersionedForm
from foundation.errors import InvalidInputError
from support.models import BulkChange, BulkItem, SavedView
from support.services.saved_views import check_filters


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
