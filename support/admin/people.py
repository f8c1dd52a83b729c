"""Customers and teams in the admin."""

from django.contrib import admin

from foundation.admin import EditAdmin
from support.models import Customer, Team


@admin.register(Customer)
class CustomerAdmin(EditAdmin):
    list_display = ("name", "email", "segment", "external_id")
    list_filter = ("segment",)
    search_fields = ("name", "email", "external_id")


@admin.register(Team)
class TeamAdmin(EditAdmin):
    list_display = ("name", "slug", "lead")
    list_select_related = ("lead",)
    search_fields = ("name", "slug")
    autocomplete_fields = ("lead", "members")
    prepopulated_fields = {"slug": ("name",)}
