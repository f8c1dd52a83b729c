"""Set-up cases in the admin; their items change on their pages."""

from django.contrib import admin

from foundation.admin import EditAdmin, ReadOnlyAdmin, ReadOnlyInline
from support.models import SetupCase, SetupItem


class SetupItemInline(ReadOnlyInline):
    model = SetupItem
    fields = ("kind", "text", "done_at", "done_by")


@admin.register(SetupCase)
class SetupCaseAdmin(EditAdmin):
    list_display = ("title", "customer", "integration", "owner", "state", "started_at", "first_widget_at")
    list_select_related = ("customer", "owner")
    list_filter = ("state",)
    search_fields = ("title", "customer__name")
    autocomplete_fields = ("customer", "owner", "tickets")
    readonly_fields = ("state", "first_widget_at")
    inlines = (SetupItemInline,)


@admin.register(SetupItem)
class SetupItemAdmin(ReadOnlyAdmin):
    list_display = ("text", "case", "kind", "done_at", "done_by")
    list_select_related = ("case", "done_by")
    list_filter = ("kind",)
