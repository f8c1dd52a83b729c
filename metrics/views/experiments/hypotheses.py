"""The list of hypotheses and the page of a funnel, with CSV and JSON."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from foundation.access import requires
from foundation.csv_export import stream_csv
from foundation.words import duration
from metrics.models import Funnel, Hypothesis, HypothesisKind, HypothesisState, Verdict
from metrics.selectors.funnels import Passage, get_passages
from metrics.views.experiments.words import Share, share_of

FIELDS = ("key", "kind", "because", "metric", "direction", "expected_change", "due_on", "owner", "state", "verdict")
FUNNEL = ("metrics.view_funnel", "metrics.view_productevent")


@require_safe
@requires("metrics.view_hypothesis")
def hypothesis_list(request: HttpRequest) -> HttpResponse:
    """What we expect, and what came of what we expected."""
    rows = list(Hypothesis.objects.select_related("metric", "owner"))
    context = {"rows": [shown(row) for row in rows], "shares": list(_shares(rows))}
    return render(request, "experiments/hypothesis_list.html", context)


@require_safe
@requires("metrics.view_hypothesis")
def hypothesis_list_csv(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001
    """The list as CSV."""
    rows = Hypothesis.objects.select_related("metric", "owner")
    return stream_csv("hypotheses.csv", FIELDS, ([str(getattr(row, name)) for name in FIELDS] for row in rows))


@require_safe
@requires(*FUNNEL)
def funnel_page(request: HttpRequest, key: str) -> HttpResponse:
    """One funnel: how far units get, all together and by arm."""
    funnel = get_object_or_404(Funnel.objects.select_related("experiment"), key=key)
    context = {"funnel": funnel, "passages": [(one, times_of(one)) for one in _passages(funnel)]}
    return render(request, "experiments/funnel_page.html", context)


@require_safe
@requires(*FUNNEL)
def funnel_json(request: HttpRequest, key: str) -> HttpResponse:  # noqa: ARG001
    """The funnel as JSON."""
    found = _passages(get_object_or_404(Funnel.objects.select_related("experiment"), key=key))
    return JsonResponse({"results": [asdict(one) for one in found]})


@require_safe
@requires(*FUNNEL)
def funnel_csv(request: HttpRequest, key: str) -> HttpResponseBase:  # noqa: ARG001
    """The funnel as CSV, one row a step."""
    found = _passages(get_object_or_404(Funnel.objects.select_related("experiment"), key=key))
    names = ("name", "n", "of_first", "of_previous", "dropped", "median_seconds")
    rows = ([one.label, *(getattr(step, name) for name in names)] for one in found for step in one.steps)
    return stream_csv(f"{key}.csv", ["arm", "step", *names[1:]], rows)


def times_of(passage: Passage) -> list[tuple[str, str]]:
    """How long the way takes, as words."""
    seconds = (
        ("Median of those who arrived", passage.median_seconds),
        ("90 % of them within", passage.p90_seconds),
        ("Estimated median of all", passage.estimated_median_seconds),
    )
    return [(words, "–" if value is None else duration(value)) for words, value in seconds]


def _passages(funnel: Funnel) -> list[Passage]:
    at = timezone.now()
    found = get_passages(funnel, start=None, end=None, at=at)
    return found + (get_passages(funnel, start=None, end=None, at=at, by_arm=True) if funnel.experiment else [])


def shown(row: Hypothesis) -> dict[str, Any]:
    """The hypothesis with its state and its expectation as words."""
    tone = Verdict.tone_of(row.verdict) if row.verdict else HypothesisState.tone_of(row.state)
    return {
        "hypothesis": row,
        "tone": tone,
        "state": row.get_verdict_display() if row.verdict else row.get_state_display(),
        "change": f"{row.get_direction_display().lower()} by {_change(row)}",
    }


def _change(row: Hypothesis) -> str:
    """The expected change with its unit; shares differ by points."""
    scale, unit = (100, "points") if row.metric.unit == "ratio" else (1, row.metric.unit)
    return f"{row.expected_change * scale:.6g} {unit}".strip()


def _shares(rows: list[Hypothesis]) -> Iterator[tuple[str, Share]]:
    """By kind, validated among validated and refuted; the other verdicts are shares of all decided."""
    decided = [row for row in rows if row.verdict]
    for kind in HypothesisKind:
        learnt = [row for row in decided if row.kind == kind and row.verdict in {Verdict.VALIDATED, Verdict.REFUTED}]
        if learnt:
            validated = sum(row.verdict == Verdict.VALIDATED for row in learnt)
            yield f"{kind.label} validated", share_of(validated, len(learnt))
    for verdict in (Verdict.INCONCLUSIVE, Verdict.INVALID):
        if decided:
            yield str(verdict.label), share_of(sum(row.verdict == verdict for row in decided), len(decided))
