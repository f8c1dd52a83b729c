"""Customers and teams in the admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from foundation.admin import EditAdmin
from support.models import Customer, Tag, Team


@admin.register(Customer)
class CustomerAdmin(EditAdmin):
    list_display = ("name", "email", "tier", "city", "segment", "is_vip", "joined_at", "external_id")
    list_filter = ("is_vip", "tier", "segment", "city")
    readonly_fields = ("guidance",)
    search_fields = ("name", "email", "external_id")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Who is added by hand came to us just now, unless something else is typed in."""
        return {"joined_at": timezone.now(), **super().get_changeform_initial_data(request)}


@admin.register(Tag)
class TagAdmin(EditAdmin):
    list_display = ("name",)
    search_fields = ("name",)


@admin.register(Team)
class TeamAdmin(EditAdmin):
    list_display = ("name", "slug", "lead", "has_auto_assignment")
    list_select_related = ("lead",)
    search_fields = ("name", "slug")
    autocomplete_fields = ("lead", "members")
    prepopulated_fields = {"slug": ("name",)}
