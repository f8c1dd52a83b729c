"""The public status page in the admin."""

from django.contrib import admin

from foundation.admin import EditAdmin
from partnerships.models import StatusComponent, StatusPage


@admin.register(StatusPage)
class StatusPageAdmin(EditAdmin):
    list_display = ("title", "is_published")
    search_fields = ("title",)


@admin.register(StatusComponent)
class StatusComponentAdmin(EditAdmin):
    """What everybody sees of one integration."""

    list_display = ("public_name", "page", "integration", "group", "position")
    list_select_related = ("page", "integration")
    list_filter = ("page",)
    search_fields = ("public_name", "integration__name")
    autocomplete_fields = ("page", "integration")
