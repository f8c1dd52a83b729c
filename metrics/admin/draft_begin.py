"""The first step of a draft: which metric, what is measured, which kind."""

from collections.abc import Mapping
from typing import Any

from django import forms

from metrics.admin.draft_fields import Shape, find_shape, measured_choices
from metrics.answers import OF_MEASURE
from metrics.models import Kind, Metric, MetricDraft, MetricStatus, MetricVersion

_KINDS = [
    ("How many rows, or which part of them", [Kind.COUNT, Kind.SHARE]),
    ("Of a measure", [Kind.MEAN, Kind.PERCENTILE, Kind.SUM, Kind.RATIO, Kind.SURVIVAL, Kind.STOCK]),
    ("Of special sources", [Kind.INTERVAL_SHARE, Kind.HISTOGRAM_PERCENTILE, Kind.ENTERED, Kind.DERIVED]),
]


class BeginForm(forms.Form):
    """Three choices that the rest of the form follows from."""

    metric = forms.ModelChoiceField(
        Metric.objects.exclude(status=MetricStatus.RETIRED).exclude(drafts__state="open").order_by("name"),
        help_text="Not in the list: retired metrics, and those with an open draft, which is edited instead.",
    )
    measured = forms.ChoiceField(label="What is measured")
    kind = forms.ChoiceField(
        label="As its",
        choices=[(group, [(kind.value, kind.label) for kind in kinds]) for group, kinds in _KINDS],
        help_text="A percentile of 50 % is the median.",
    )

    def __init__(self, *args: Any, draft: MetricDraft | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["measured"] = forms.ChoiceField(label="What is measured", choices=[("", "—"), *measured_choices()])
        self.order_fields(["metric", "measured", "kind"])
        if draft is not None:
            del self.fields["metric"]
        self._draft = draft

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        metric = self._draft.metric if self._draft else cleaned.get("metric")
        if metric is not None and cleaned.get("measured") and cleaned.get("kind"):
            try:
                self.shape: Shape | None = find_shape(metric, cleaned["measured"], cleaned["kind"])
            except ValueError as error:
                self.shape = None
                self.add_error("kind", str(error))
        return cleaned


def choices_of(row: MetricDraft | MetricVersion) -> dict[str, str]:
    """What the first step says for a definition."""
    formula: Mapping[str, Any] = row.formula
    named = formula.get("measure") or formula.get("numerator") or formula.get("duration") or ""
    measure = named if row.kind in OF_MEASURE or row.kind == Kind.ENTERED else ""
    return {"measured": f"{row.source}|{measure}", "kind": row.kind}
