"""The scorecard: every approved metric in the same order every week, on the page and as files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from foundation.access import requires
from foundation.csv_export import stream_csv
from foundation.json_export import send_json
from metrics.models import Flow
from metrics.selectors.scorecard import Scored, list_scorecard
from metrics.views.periods import period_name
from metrics.views.score_rows import flat_head, flat_row, score_record, score_row

_HEADS = {Flow.INPUT: "Inputs", Flow.OUTPUT: "Outputs"}
_NOTES = {Flow.INPUT: "what we act on directly", Flow.OUTPUT: "what our work leads to"}


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of the address; an empty string asks for all."""

    owner: str
    flow: str
    loud: bool

    @classmethod
    def of(cls, request: HttpRequest) -> "Asked":
        flow = request.GET.get("flow", "")
        return cls(request.GET.get("owner", ""), flow if flow in Flow.values else "", request.GET.get("loud") == "1")

    @property
    def query(self) -> str:
        """The filters as the end of an address."""
        chosen = {"owner": self.owner, "flow": self.flow, "loud": "1" if self.loud else ""}
        words = urlencode({name: value for name, value in chosen.items() if value})
        return f"?{words}" if words else ""

    def keep(self, scored: Scored) -> bool:
        """Whether the metric is among those asked for."""
        metric = scored.standing.metric
        return (
            (not self.owner or str(metric.owner_id) == self.owner)
            and (not self.flow or metric.flow == self.flow)
            and (not self.loud or scored.standing.is_loud)
        )


@require_safe
@requires("metrics.view_metric")
@gzip_page
def scorecard(request: HttpRequest) -> HttpResponse:
    """All approved metrics, or those of an owner, of a flow, or only the loud ones."""
    asked, every = Asked.of(request), list_scorecard(at=timezone.now())
    shown = [scored for scored in every if asked.keep(scored)]
    context = {
        "asked": asked,
        "groups": [
            {"head": _HEADS[Flow(flow)], "note": _NOTES[Flow(flow)], "rows": [score_row(one) for one in group]}
            for flow, group in groupby(shown, key=lambda one: one.standing.metric.flow)
        ],
        "count": len(shown),
        "total": len(every),
        "loud": sum(one.standing.is_loud for one in shown),
        "week": _week(every),
        "owners": _owners(every, asked.owner),
        "flows": [{"key": flow.value, "name": _HEADS[flow], "is_chosen": flow == asked.flow} for flow in Flow],
        "csv": reverse("metrics:scorecard_csv") + asked.query,
        "json": reverse("metrics:scorecard_json") + asked.query,
    }
    return render(request, "metrics/scorecard.html", context)


@require_safe
@requires("metrics.view_metric")
def scorecard_csv(request: HttpRequest) -> StreamingHttpResponse:
    """What the scorecard shows with the same filters, a row a metric."""
    return stream_csv("scorecard.csv", flat_head(), [flat_row(one) for one in _records(request, timezone.now())])


@require_safe
@requires("metrics.view_metric")
def scorecard_json(request: HttpRequest) -> JsonResponse:
    """What the scorecard shows with the same filters."""
    at = timezone.now()
    return send_json("scorecard.json", {"as_of": at, "metrics": _records(request, at)})


def _records(request: HttpRequest, at: datetime) -> list[dict[str, Any]]:
    asked = Asked.of(request)
    return [score_record(scored) for scored in list_scorecard(at=at) if asked.keep(scored)]


def _owners(every: Sequence[Scored], chosen: str) -> list[dict[str, Any]]:
    """The owners of metrics by name, for the filter."""
    owners = {owner.pk: owner.name for one in every if (owner := one.standing.metric.owner)}
    ordered = sorted(owners.items(), key=lambda owner: owner[1])
    return [{"key": pk, "name": name, "is_chosen": str(pk) == chosen} for pk, name in ordered]


def _week(every: Sequence[Scored]) -> str:
    """The last complete week of the first metric that has one."""
    for scored in every:
        if scored.weeks:
            return period_name(scored.weeks[-1].start, "week", week_start=scored.standing.version.week_start)
    return ""
