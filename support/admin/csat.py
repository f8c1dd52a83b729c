"""What customers were asked and said, in the admin: looked at, never written."""

from django.contrib import admin

from foundation.admin import ReadOnlyAdmin
from support.models import CsatRequest, CsatResponse


@admin.register(CsatRequest)
class CsatRequestAdmin(ReadOnlyAdmin):
    list_display = ("asked_at", "ticket", "agent", "score", "answered_at")
    list_select_related = ("ticket", "agent")
    list_filter = ("score",)


@admin.register(CsatResponse)
class CsatResponseAdmin(ReadOnlyAdmin):
    list_display = ("answered_at", "request", "score", "comment")
    list_select_related = ("request",)
    list_filter = ("score",)
    search_fields = ("comment",)
