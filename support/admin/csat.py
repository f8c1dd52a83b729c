"""What customers were asked and said, in the admin: looked at, never written; everybody sees their own rows."""

from typing import cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from foundation.admin import ReadOnlyAdmin
from operations.models import User
from support.models import CsatRequest, CsatResponse
from support.selectors.quality import OVERSEE_CSAT, list_own


@admin.register(CsatRequest)
class CsatRequestAdmin(ReadOnlyAdmin):
    list_display = ("asked_at", "ticket", "agent", "score", "answered_at")
    list_select_related = ("ticket", "agent")
    list_filter = ("score",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[CsatRequest]":
        rows, user = super().get_queryset(request), cast("User", request.user)
        return list_own(rows, user, person="agent", overseer=OVERSEE_CSAT)


@admin.register(CsatResponse)
class CsatResponseAdmin(ReadOnlyAdmin):
    list_display = ("answered_at", "request", "score", "comment")
    list_select_related = ("request",)
    list_filter = ("score",)
    search_fields = ("comment",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[CsatResponse]":
        rows, user = super().get_queryset(request), cast("User", request.user)
        return list_own(rows, user, person="request__agent", overseer=OVERSEE_CSAT)
