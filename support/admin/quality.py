"""How people work, in the admin; everybody sees their own rows."""

from typing import cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from foundation.admin import EditAdmin, ReadOnlyAdmin
from operations.models import User
from support.models import Review, ReviewAcknowledgement, ReviewSample, TrainingRecord
from support.selectors.quality import list_own


@admin.register(ReviewSample)
class ReviewSampleAdmin(ReadOnlyAdmin):
    list_display = ("week_on", "agent", "ticket", "drawn_at")
    list_select_related = ("agent", "ticket")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[ReviewSample]":
        return list_own(super().get_queryset(request), cast("User", request.user), person="agent")


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    list_display = ("reviewed_at", "agent", "ticket", "understanding", "correctness", "tone", "process", "reviewer")
    list_select_related = ("agent", "ticket", "reviewer")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Review]":
        return list_own(super().get_queryset(request), cast("User", request.user), person="agent")


@admin.register(ReviewAcknowledgement)
class ReviewAcknowledgementAdmin(ReadOnlyAdmin):
    list_display = ("review", "acknowledged_at")
    list_select_related = ("review",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[ReviewAcknowledgement]":
        return list_own(super().get_queryset(request), cast("User", request.user), person="review__agent")


@admin.register(TrainingRecord)
class TrainingRecordAdmin(EditAdmin):
    list_display = ("topic", "person", "completed_on", "valid_until")
    list_select_related = ("person",)
    search_fields = ("topic", "person__name")
    autocomplete_fields = ("person",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[TrainingRecord]":
        return list_own(super().get_queryset(request), cast("User", request.user), person="person")
