"""Metrics in the admin: what is said about a number; what it means is its definition, which begins as a draft."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from foundation.admin import EditAdmin, ReadOnlyInline, VersionedForm
from foundation.errors import InvalidInputError, RefusedTransitionError
from metrics.models import Metric, MetricStatus, MetricVersion
from metrics.services.metrics import NewMetric, check_key, check_metric_change, create_metric, retire_metric


class MetricForm(VersionedForm):
    """Besides the model's rules: what is fixed once a metric is approved, and that none drives itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "key" in self.fields:
            self.fields["key"].required = False
            self.fields["key"].help_text += " Left empty, it is made of the name."

    def clean_key(self) -> str:
        """The key as typed, or made of the name."""
        typed: str = self.cleaned_data["key"]
        key = typed or self.instance.key or slugify(self.cleaned_data.get("name", "")).replace("-", "_")[:80]
        try:
            check_key(key)
        except InvalidInputError as refusal:
            raise ValidationError(refusal.message) from refusal
        return key

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.instance.pk and cleaned is not None:
            try:
                check_metric_change(Metric.objects.get(pk=self.instance.pk), cleaned)
            except InvalidInputError as refusal:
                self.add_error(refusal.field, refusal.message)
        return cleaned


class MetricVersionInline(ReadOnlyInline):
    model = MetricVersion
    fields = ("number", "kind", "source", "formula", "effective_from", "reason", "approved_by")


@admin.register(Metric)
class MetricAdmin(EditAdmin):
    """A new metric is a draft; its definition is proposed next, and somebody else approves it."""

    form = MetricForm
    list_display = ("name", "key", "unit", "direction", "status", "owner", "position")
    list_select_related = ("owner",)
    list_filter = ("status", "direction", "flow", "cadence")
    search_fields = ("name", "key", "question")
    autocomplete_fields = ("owner", "parents")
    inlines = (MetricVersionInline,)
    actions = ("retire",)
    fieldsets = (
        (None, {"fields": ("name", "key", "question", "purpose", "owner", "status")}),
        ("Unit and direction", {"fields": ("unit", "decimals", "direction", "lower_spec", "upper_spec")}),
        ("Place among the metrics", {"fields": ("cadence", "flow", "parents", "position", "freshness_seconds")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:  # noqa: ARG002
        if obj is None:
            return ("status",)
        return ("status", "key") if obj.status == MetricStatus.DRAFT else ("status", "key", "unit")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """Begin the metric through its service; later changes are counted writes."""
        if change:
            super().save_model(request, obj, form, change)
            return
        obj.pk = create_metric(new=NewMetric(**form.cleaned_data)).pk
        obj.refresh_from_db()

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """Go on to the definition, which a metric is nothing without."""
        if not request.user.has_perm("metrics.add_metricdraft") or "_addanother" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        messages.success(request, f"“{obj}” is begun. Say now what it measures.")
        return HttpResponseRedirect(f"{reverse('admin:metrics_metricdraft_add')}?metric={obj.pk}")

    @admin.action(description="Retire the selected metrics", permissions=["change"])
    def retire(self, request: HttpRequest, metrics: "QuerySet[Metric]") -> None:
        """Retire each that is approved; say which are not."""
        for metric in metrics:
            try:
                retire_metric(metric_id=metric.pk, by=request.user, at=timezone.now())
            except RefusedTransitionError:
                messages.error(request, f"{metric} is {metric.get_status_display().lower()}: nothing to retire.")
            else:
                messages.success(request, f"{metric} is retired. Its values and definitions stay.")
