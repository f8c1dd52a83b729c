"""Metrics, their definitions, targets and values in the admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from foundation.admin import EditAdmin, ReadOnlyAdmin, ReadOnlyInline
from metrics.models import DayCell, DirtyMark, Metric, MetricVersion, PeriodValue, SourceRun, Target, ValueRevision
from metrics.services.targets import NewTarget, set_target


class MetricVersionInline(ReadOnlyInline):
    model = MetricVersion
    fields = ("number", "kind", "source", "formula", "effective_from", "reason", "approved_by")


@admin.register(Metric)
class MetricAdmin(EditAdmin):
    """What a metric means is its definition, which only gets new versions."""

    list_display = ("name", "key", "unit", "direction", "status", "owner", "position")
    list_select_related = ("owner",)
    list_filter = ("status", "direction")
    search_fields = ("name", "key", "question")
    autocomplete_fields = ("owner",)
    readonly_fields = ("key", "unit")
    inlines = (MetricVersionInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """A metric begins with a definition, which code or a version brings."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False


@admin.register(Target)
class TargetAdmin(EditAdmin):
    """Targets are set, never edited: the newest holds."""

    list_display = ("metric", "segment", "shape", "baseline_value", "target_value", "due_on", "set_by", "set_at")
    list_select_related = ("metric", "set_by")
    list_filter = ("shape",)
    search_fields = ("metric__name", "metric__key", "reason")
    autocomplete_fields = ("metric",)
    exclude = ("set_by", "set_at", "supersedes")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        """Set the target in the name of who asks."""
        stored = set_target(new=NewTarget(**form.cleaned_data), by=request.user, at=timezone.now())
        obj.pk = stored.pk
        obj.refresh_from_db()


@admin.register(MetricVersion)
class MetricVersionAdmin(ReadOnlyAdmin):
    list_display = ("metric", "number", "kind", "source", "effective_from", "approved_by")
    list_select_related = ("metric", "approved_by")
    list_filter = ("kind",)
    search_fields = ("metric__name", "metric__key", "source")


class _OfVersionAdmin(ReadOnlyAdmin):
    list_select_related = ("version__metric",)
    search_fields = ("version__metric__name", "version__metric__key", "segment")
    ordering = ("-pk",)


@admin.register(DayCell)
class DayCellAdmin(_OfVersionAdmin):
    list_display = ("version", "segment", "day", "n", "total", "denominator")
    exclude = ("data",)


@admin.register(PeriodValue)
class PeriodValueAdmin(_OfVersionAdmin):
    list_display = ("version", "segment", "grain", "start", "value", "n", "computed_at", "restated_at")
    list_filter = ("grain",)


@admin.register(ValueRevision)
class ValueRevisionAdmin(_OfVersionAdmin):
    list_display = ("version", "segment", "grain", "start", "value", "n", "computed_at", "cause")
    list_filter = ("grain",)


@admin.register(DirtyMark)
class DirtyMarkAdmin(ReadOnlyAdmin):
    list_display = ("source", "utc_hour", "attempts", "not_before", "created_at", "last_error")
    search_fields = ("source",)
    ordering = ("-pk",)


@admin.register(SourceRun)
class SourceRunAdmin(ReadOnlyAdmin):
    list_display = ("source", "finished_at", "days", "marks", "seconds")
    search_fields = ("source",)
