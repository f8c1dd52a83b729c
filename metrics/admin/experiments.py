"""Hypotheses, experiments and what units did, in the admin; plans are made on the pages and over the API."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from foundation.admin import EditAdmin, ReadOnlyAdmin, ReadOnlyInline, VersionedForm
from foundation.errors import InvalidInputError
from metrics.models import (
    Assignment,
    Experiment,
    ExperimentArm,
    ExperimentPlanEdit,
    Exposure,
    Funnel,
    Hypothesis,
    ProductEvent,
    UnitOutcome,
)
from metrics.services.experiments import change_draft, create_experiment
from metrics.services.funnels import check_steps
from metrics.services.hypotheses import change_hypothesis
from metrics.services.plans import LISTS, MAX_ARMS, read_measures

if TYPE_CHECKING:  # Django's class takes no parameters at run time.
    _TabularInline = admin.TabularInline[Any, Any]
else:
    _TabularInline = admin.TabularInline


class _DraftAdmin(EditAdmin):
    """Rows that are changed while they are drafts and looked at from then on."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return (obj is None or obj.state == "draft") and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False


@admin.register(Hypothesis)
class HypothesisAdmin(_DraftAdmin):
    """Written here, locked and decided on its page."""

    list_display = ("key", "kind", "metric", "direction", "expected_change", "due_on", "owner", "state", "verdict")
    list_select_related = ("metric", "owner")
    list_filter = ("kind", "state", "verdict")
    search_fields = ("key", "because", "metric__name", "metric__key")
    autocomplete_fields = ("metric", "owner")
    ordering = ("-due_on", "key")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """Change a draft through its service."""
        if change:
            change_hypothesis(hypothesis_id=obj.pk, fields=form.cleaned_data)
            return
        super().save_model(request, obj, form, change)


class ExperimentForm(VersionedForm):
    """Besides the model's rules: what lists of measures must be."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        for field in LISTS:
            if cleaned is not None and field in cleaned:
                try:
                    cleaned[field] = read_measures(field, cleaned[field] or [])
                except InvalidInputError as refusal:
                    self.add_error(field, refusal.message)
        return cleaned


class ExperimentArmInline(_TabularInline):
    model = ExperimentArm
    fields = ("key", "name", "weight", "is_control")
    extra = 0
    max_num = MAX_ARMS


class ExperimentPlanEditInline(ReadOnlyInline):
    model = ExperimentPlanEdit
    fields = ("edited_at", "edited_by", "field", "old", "new", "reason")


@admin.register(Experiment)
class ExperimentAdmin(_DraftAdmin):
    """Planned here; started, ended and decided on its page."""

    form = ExperimentForm
    list_display = ("name", "key", "metric_name", "state", "started_at", "planned_end_on", "verdict")
    list_filter = ("state", "verdict", "metric_kind")
    search_fields = ("name", "key", "metric_name")
    autocomplete_fields = ("hypothesis",)
    inlines = (ExperimentArmInline, ExperimentPlanEditInline)
    ordering = ("-started_at", "key")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        """Plan the experiment through its service, which gives it a salt; its arms are saved after it."""
        if change:
            change_draft(experiment_id=obj.pk, fields=form.cleaned_data)
        else:
            obj.pk = create_experiment(fields=form.cleaned_data).pk
        obj.refresh_from_db()


@admin.register(ExperimentArm)
class ExperimentArmAdmin(ReadOnlyAdmin):
    list_display = ("experiment", "key", "name", "weight", "is_control")
    list_select_related = ("experiment",)
    search_fields = ("experiment__key", "key", "name")


@admin.register(ExperimentPlanEdit)
class ExperimentPlanEditAdmin(ReadOnlyAdmin):
    list_display = ("experiment", "field", "old", "new", "reason", "edited_by", "edited_at")
    list_select_related = ("experiment", "edited_by")
    search_fields = ("experiment__key", "field", "reason")


class _OfUnitAdmin(ReadOnlyAdmin):
    list_select_related: ClassVar[tuple[str, ...]] = ("experiment",)
    search_fields = ("=unit",)
    ordering = ("-pk",)


@admin.register(Assignment)
class AssignmentAdmin(_OfUnitAdmin):
    list_display = ("experiment", "unit", "arm", "assigned_at")
    list_select_related = ("experiment", "arm")


@admin.register(Exposure)
class ExposureAdmin(_OfUnitAdmin):
    list_display = ("experiment", "unit", "arm", "exposed_at", "key")
    list_select_related = ("experiment", "arm")


@admin.register(UnitOutcome)
class UnitOutcomeAdmin(_OfUnitAdmin):
    list_display = ("experiment", "unit", "name", "value", "denominator", "happened_at", "key")


@admin.register(ProductEvent)
class ProductEventAdmin(EditAdmin):
    """Sent by tools; one that was missed may be added by hand, none is changed."""

    list_display = ("unit", "name", "happened_at", "key")
    search_fields = ("=unit", "=name")
    ordering = ("-pk",)
    show_full_result_count = False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False


class FunnelForm(VersionedForm):
    """Besides the model's rules: what steps must be."""

    def clean_steps(self) -> list[str]:
        """The names in order."""
        try:
            return check_steps(self.cleaned_data["steps"])
        except InvalidInputError as refusal:
            raise ValidationError(refusal.message) from refusal


@admin.register(Funnel)
class FunnelAdmin(EditAdmin):
    form = FunnelForm
    list_display = ("name", "key", "steps", "window_seconds", "experiment")
    list_select_related = ("experiment",)
    search_fields = ("name", "key")
    autocomplete_fields = ("experiment",)
    ordering = ("name", "key")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False
