"""The list of metrics, searched and filtered by address, as a page and as files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
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
from foundation.words import local
from metrics.models import Metric, MetricStatus
from metrics.selectors.standings import Standing, list_standings
from metrics.views.score_rows import finding_of
from metrics.views.tiles import tile_for

_LONGEST = 200
_PLAIN = ("key", "name", "question", "status", "owner", "unit")
_OF_WEEK = ("week", "value", "n", "state", "finding", "path", "target", "due_on")
_HEAD = (*_PLAIN, *_OF_WEEK, "waits_for")


@dataclass(frozen=True, slots=True)
class Asked:
    """The search and the filters of the address; an empty string asks for all, of status for all but retired ones."""

    words: str
    status: str
    owner: str

    @classmethod
    def of(cls, request: HttpRequest) -> "Asked":
        words, status = request.GET.get("q", "").strip()[:_LONGEST], request.GET.get("status", "")
        return cls(words, status if status in MetricStatus.values else "", request.GET.get("owner", ""))

    @property
    def query(self) -> str:
        """The search and the filters as the end of an address."""
        chosen = {"q": self.words, "status": self.status, "owner": self.owner}
        words = urlencode({name: value for name, value in chosen.items() if value})
        return f"?{words}" if words else ""

    def keep(self, metric: Metric) -> bool:
        """Whether the metric is asked for: each word stands in its name, its key or its question."""
        text = f"{metric.name}\n{metric.key}\n{metric.question}".casefold()
        return (
            all(word in text for word in self.words.casefold().split())
            and (metric.status == self.status if self.status else metric.status != MetricStatus.RETIRED)
            and (not self.owner or str(metric.owner_id) == self.owner)
        )


@require_safe
@requires("metrics.view_metric")
@gzip_page
def metric_list(request: HttpRequest) -> HttpResponse:
    """The approved metrics asked for with their last complete week, and the others with what they wait for."""
    at, asked, every = timezone.now(), Asked.of(request), _every()
    kept = [metric for metric in every if asked.keep(metric)]
    tiles = [tile_for(standing, today=local(at).date()) for standing in _standings(kept, at)]
    context = {
        "asked": asked,
        "tiles": tiles,
        "loud": sum(tile.tone in {"bad", "watch"} for tile in tiles),
        "drafts": [metric for metric in kept if metric.status == MetricStatus.DRAFT],
        "retired": [metric for metric in kept if metric.status == MetricStatus.RETIRED],
        "is_empty": not kept,
        "total": len(every),
        "statuses": [
            {"key": key, "name": name, "is_chosen": key == asked.status} for key, name in MetricStatus.choices
        ],
        "owners": _owners(every, asked.owner),
        "csv": reverse("metrics:metrics_csv") + asked.query,
        "json": reverse("metrics:metrics_json") + asked.query,
    }
    return render(request, "metrics/metric_list.html", context)


@require_safe
@requires("metrics.view_metric")
def metric_list_csv(request: HttpRequest) -> StreamingHttpResponse:
    """What the list shows with the same search and filters, a row a metric."""
    records = _records(request, timezone.now())
    return stream_csv("metrics.csv", _HEAD, ([record[name] for name in _HEAD] for record in records))


@require_safe
@requires("metrics.view_metric")
def metric_list_json(request: HttpRequest) -> JsonResponse:
    """What the list shows with the same search and filters."""
    at = timezone.now()
    return send_json("metrics.json", {"as_of": at, "metrics": _records(request, at)})


def _every() -> list[Metric]:
    return list(Metric.objects.select_related("owner"))


def _standings(kept: Sequence[Metric], at: datetime) -> list[Standing]:
    return list_standings(at=at, keys=[metric.key for metric in kept if metric.status == MetricStatus.APPROVED])


def _records(request: HttpRequest, at: datetime) -> list[dict[str, Any]]:
    """The approved ones in the order of the list, and then the others."""
    asked = Asked.of(request)
    kept = [metric for metric in _every() if asked.keep(metric)]
    others = [metric for metric in kept if metric.status != MetricStatus.APPROVED]
    approved = [_plain(standing.metric) | _of_week(standing) for standing in _standings(kept, at)]
    return approved + [_plain(metric) | dict.fromkeys(_OF_WEEK) for metric in others]


def _plain(metric: Metric) -> dict[str, Any]:
    owner = metric.owner.name if metric.owner else None
    values = (metric.key, metric.name, metric.question, str(metric.status), owner, metric.unit)
    return dict(zip(_PLAIN, values, strict=True)) | {"waits_for": metric.waits_for or None}


def _of_week(standing: Standing) -> dict[str, Any]:
    """The last complete week that has a value: ratios as 0 to 1, `path` at its end."""
    last, target = standing.last, standing.target
    return {
        "week": last.start if last else None,
        "value": last.value if last else None,
        "n": last.n if last else None,
        **dict(zip(("state", "finding"), finding_of(standing), strict=True)),
        "path": standing.path_on(last) if last else None,
        "target": target.target_value if target else None,
        "due_on": target.due_on if target else None,
    }


def _owners(every: Sequence[Metric], chosen: str) -> list[dict[str, Any]]:
    """The owners of metrics by name, for the filter."""
    owners = {metric.owner.pk: metric.owner.name for metric in every if metric.owner}
    ordered = sorted(owners.items(), key=lambda owner: owner[1])
    return [{"key": pk, "name": name, "is_chosen": str(pk) == chosen} for pk, name in ordered]
