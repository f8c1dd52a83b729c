"""Launches in the admin, shown: they begin and go on on their pages."""

from django.contrib import admin

from foundation.admin import ReadOnlyAdmin
from partnerships.models import Launch


@admin.register(Launch)
class LaunchAdmin(ReadOnlyAdmin):
    list_display = ("run", "kind", "integration", "partner", "created_at", "created_by")
    list_select_related = ("run", "integration", "partner", "created_by")
    list_filter = ("kind",)
    search_fields = ("run__name", "integration__name", "partner__name")
