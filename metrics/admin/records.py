"""Annotations, definitions and values in the admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from foundation.admin import EditAdmin, ReadOnlyAdmin
from metrics.models import (
    Annotation,
    ColumnBlock,
    DayCell,
    DirtyMark,
    EnteredValue,
    MetricVersion,
    MonthCell,
    PeriodValue,
    SelfCheck,
    SourceRun,
    ValueRevision,
)
from metrics.services.entered import NewEntry, enter_value


@admin.register(MetricVersion)
class MetricVersionAdmin(ReadOnlyAdmin):
    list_display = ("metric", "number", "kind", "source", "effective_from", "approved_by")
    list_select_related = ("metric", "approved_by")
    list_filter = ("kind",)
    search_fields = ("metric__name", "metric__key", "source")


@admin.register(Annotation)
class AnnotationAdmin(EditAdmin):
    """Notes on charts; those the system made are corrected here too."""

    list_display = ("happened_on", "text", "metric", "kind", "made_by")
    list_select_related = ("metric", "made_by")
    list_filter = ("kind",)
    search_fields = ("text", "metric__name", "metric__key")
    autocomplete_fields = ("metric",)
    ordering = ("-happened_on", "-pk")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """Store who wrote it and when."""
        if not change:
            obj.made_by, obj.made_at = request.user, timezone.now()
        super().save_model(request, obj, form, change)


@admin.register(EnteredValue)
class EnteredValueAdmin(EditAdmin):
    """Values are entered, never edited: entering a day again corrects it."""

    list_display = ("metric", "happened_on", "part", "value", "evidence", "entered_by", "entered_at")
    list_select_related = ("metric", "entered_by")
    search_fields = ("metric__name", "metric__key", "evidence", "key")
    autocomplete_fields = ("metric",)
    date_hierarchy = "happened_on"
    exclude = ("key", "entered_by", "entered_at", "supersedes")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        """Enter the value in the name of who asks."""
        entry = enter_value(new=NewEntry(**form.cleaned_data), by=request.user, at=timezone.now())
        obj.pk = entry.row.pk
        obj.refresh_from_db()


class _OfVersionAdmin(ReadOnlyAdmin):
    list_select_related = ("version__metric",)
    search_fields = ("version__metric__name", "version__metric__key", "segment")
    ordering = ("-pk",)


@admin.register(DayCell)
class DayCellAdmin(_OfVersionAdmin):
    list_display = ("version", "segment", "day", "n", "total", "denominator")
    exclude = ("data",)


@admin.register(MonthCell)
class MonthCellAdmin(_OfVersionAdmin):
    list_display = ("version", "segment", "month", "n", "total", "denominator")
    exclude = ("data", "blocks", "hashes")


@admin.register(ColumnBlock)
class ColumnBlockAdmin(ReadOnlyAdmin):
    list_display = ("id", "cell")
    list_select_related = ("cell",)
    search_fields = ("cell__segment",)
    exclude = ("data",)
    ordering = ("-pk",)


@admin.register(PeriodValue)
class PeriodValueAdmin(_OfVersionAdmin):
    list_display = ("version", "segment", "grain", "start", "value", "n", "computed_at", "restated_at")
    list_filter = ("grain",)


@admin.register(ValueRevision)
class ValueRevisionAdmin(_OfVersionAdmin):
    list_display = ("version", "segment", "grain", "start", "value", "n", "computed_at", "cause", "edits")
    list_filter = ("grain",)


@admin.register(DirtyMark)
class DirtyMarkAdmin(ReadOnlyAdmin):
    list_display = ("source", "utc_hour", "lane", "edits", "attempts", "not_before", "created_at", "last_error")
    search_fields = ("source",)
    ordering = ("-pk",)


@admin.register(SourceRun)
class SourceRunAdmin(ReadOnlyAdmin):
    list_display = ("source", "finished_at", "days", "marks", "seconds", "followed_at")
    search_fields = ("source",)


@admin.register(SelfCheck)
class SelfCheckAdmin(ReadOnlyAdmin):
    list_display = ("source", "ran_at", "is_equal", "days_checked", "values_checked", "seconds")
    list_filter = ("is_equal",)
    search_fields = ("source",)
