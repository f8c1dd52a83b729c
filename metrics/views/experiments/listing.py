"""The list of experiments: what runs, what was decided, what was learnt; on the page, as CSV and as JSON."""

from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from foundation.access import requires
from foundation.csv_export import stream_csv
from foundation.words import local
from metrics.models import LEARNED, Experiment, ExperimentState, Exposure, Hypothesis, Verdict
from metrics.views.experiments.words import amount, bounds, share_of


@dataclass(frozen=True)
class Row:
    """One experiment of the list, as words."""

    key: str
    name: str
    url: str
    state: str
    tone: str
    is_decided: bool
    metric: str
    effect: str
    bounds: str
    units: int
    planned: int
    until: str


@require_safe
@requires("metrics.view_experiment")
def experiment_list(request: HttpRequest) -> HttpResponse:
    """Live experiments first, then what was decided, and how often something was learnt."""
    rows = _rows()
    decided = _decided()
    learned = sum(verdict in LEARNED for verdict in decided)
    return render(
        request,
        "experiments/experiment_list.html",
        {
            "live": [row for row in rows if not row.is_decided],
            "decided": [row for row in rows if row.is_decided],
            "learning": share_of(learned, len(decided)) if decided else None,
            "verdicts": [(one.label, decided.count(one.value), one.tone) for one in Verdict] if decided else [],
        },
    )


@require_safe
@requires("metrics.view_experiment")
def experiment_list_csv(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001
    """The list as CSV."""
    rows = [asdict(row) for row in _rows()]
    names = list(Row.__dataclass_fields__)
    return stream_csv("experiments.csv", names, ([row[name] for name in names] for row in rows))


@require_safe
@requires("metrics.view_experiment")
def experiment_list_json(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The list as JSON."""
    return JsonResponse({"results": [asdict(row) for row in _rows()]})


def _rows() -> list[Row]:
    units = _units(Experiment.objects.filter(state__in=[ExperimentState.RUNNING, ExperimentState.ENDED]))
    return [_row(one, units.get(one.pk, 0)) for one in Experiment.objects.prefetch_related("arms")]


def _row(experiment: Experiment, seen: int) -> Row:
    result: dict[str, Any] = experiment.result
    first = next(iter(result.get("comparisons", [])), None)
    kind, is_decided = experiment.metric_kind, experiment.state == ExperimentState.DECIDED
    has_bounds = first is not None and first["low"] is not None and not result["has_alarm"]
    until = experiment.decided_at if is_decided else None
    return Row(
        key=experiment.key,
        name=experiment.name,
        url=experiment.get_absolute_url(),
        state=experiment.get_verdict_display() if is_decided else experiment.get_state_display(),
        tone=Verdict.tone_of(experiment.verdict) if is_decided else ExperimentState.tone_of(experiment.state),
        is_decided=is_decided,
        metric=experiment.metric_name,
        effect=amount(first["effect"], kind, is_signed=True) if first and has_bounds else "",
        bounds=bounds(first, kind) if first and has_bounds else "",
        units=sum(arm["n"] for arm in result.get("arms", [])) if is_decided else seen,
        planned=(experiment.planned_n or 0) * len(experiment.arms.all()),
        until=str(local(until).date()) if until else str(experiment.planned_end_on or ""),
    )


def _decided() -> list[str]:
    """Every verdict on a hypothesis, and on an experiment that has none."""
    verdicts = Hypothesis.objects.exclude(verdict="").values_list("verdict", flat=True)
    return [
        *verdicts,
        *Experiment.objects.filter(hypothesis=None).exclude(verdict="").values_list("verdict", flat=True),
    ]


def _units(experiments: QuerySet[Experiment]) -> dict[int, int]:
    """Units seen so far, by experiment; one query."""
    counted = Exposure.objects.filter(experiment__in=experiments).order_by().values("experiment")
    return dict(counted.annotate(n=Count("unit", distinct=True)).values_list("experiment", "n"))
