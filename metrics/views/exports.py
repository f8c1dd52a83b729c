"""The series and the rows of a metric as CSV: the same population as on its page."""

import json
from collections.abc import Iterable
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from foundation.access import requires
from foundation.csv_export import stream_csv
from foundation.json_export import send_json
from metrics.models import Grain, Kind, MetricVersion
from metrics.periods import ALL_START
from metrics.selectors.as_of import Cut, list_series_as_of
from metrics.selectors.intervals import interval_of
from metrics.selectors.made_of import Input, list_inputs
from metrics.selectors.population import can_list, get_population, measure_names, rows_permission
from metrics.selectors.rows import Row, iter_rows, value_of
from metrics.selectors.standings import WEEKS
from metrics.selectors.targets import expected_at, get_current_targets
from metrics.selectors.values import Point, calendar_for, get_series
from metrics.sources import get_source
from metrics.views.asked import asked_day, asked_grain, asked_instant, asked_segment, asked_version

_TIMES = ("restated_at", "computed_at")
_SERIES_HEAD = (
    "metric",
    "version",
    "grain",
    "start",
    "last_day",
    "value",
    "unit",
    "n",
    "complete",
    "path",
    *_TIMES,
    "low",
    "high",
)
_ROWS_HEAD = ("key", "label", "detail", "at", "url", "value")


@require_safe
@requires("metrics.view_metric")
def series_csv(request: HttpRequest, key: str) -> StreamingHttpResponse:
    """The stored values of one metric; `grain` (week), `first` and `last` (the page's 52 weeks) choose which.

    With `as_of` they are what was believed at that instant, beside the path of the target that was set by then.
    """
    grain, rows = _series(request, key)
    return stream_csv(f"{key}-{grain}.csv", _SERIES_HEAD, rows)


@require_safe
@requires("metrics.view_metric")
def series_json(request: HttpRequest, key: str) -> JsonResponse:
    """What `series_csv` gives, as a list of objects."""
    grain, rows = _series(request, key)
    periods = [dict(zip(_SERIES_HEAD, row, strict=True)) for row in rows]
    return send_json(f"{key}-{grain}.json", {"metric": key, "grain": grain, "periods": periods})


def _series(request: HttpRequest, key: str) -> tuple[str, list[list[object]]]:
    """The grain that is asked for and a row a period, in the order of `_SERIES_HEAD`."""
    as_of, at = asked_instant(request, "as_of"), timezone.now()
    version, grain = asked_version(key, as_of=as_of), asked_grain(request)
    if grain == Grain.ALL:
        raise Http404(grain)
    today = calendar_for(version).day_of(as_of or at)
    first = asked_day(request, "first") or today - timedelta(weeks=WEEKS)
    last = asked_day(request, "last") or today
    if as_of is None:
        series = get_series(key, grain, first, last, at=at, version=version)
    else:
        series = list_series_as_of([version], grain, first, last, cut=Cut(as_of))[key]
    target = get_current_targets([version.metric], at=as_of).get(version.metric_id)

    def row(point: Point) -> list[object]:
        day = point.end - timedelta(days=1) if point.end else point.start
        shown = point.version or version
        return [
            key, shown.number, grain, point.start, day, point.value, version.metric.unit, point.n, point.complete,
            expected_at(target, day) if target else None, point.restated_at, point.computed_at,
            *(interval_of(shown, point.value, point.n) or (None, None)),
        ]  # fmt: skip

    return grain, [row(point) for point in series.points]


@require_safe
@requires("metrics.view_metric")
def rows_csv(request: HttpRequest, key: str) -> StreamingHttpResponse:
    """All rows behind one period of one metric: `start` is any day of it, `grain` its length (week), `segment` a part.

    Measures are in the base units that the source counts in, so that the number recomputes from the file.
    """
    version = asked_version(key)
    if not can_list(version):
        raise Http404(key)
    permission = rows_permission(version)
    if permission and not request.user.has_perm(permission):
        raise PermissionDenied
    grain, start, segment = asked_grain(request), asked_day(request, "start"), asked_segment(request, version)
    if start is None and grain != Grain.ALL:
        raise Http404(key)
    population, _ = get_population(version, grain, start or ALL_START, at=timezone.now(), segment=segment)
    name, version = f"{key}-rows-{population.start}.csv", population.version
    if version.kind == Kind.DERIVED:
        inputs = list_inputs(population, at=timezone.now())
        return stream_csv(name, _ROWS_HEAD, (_input(one, request) for one in inputs))
    source, names = get_source(version.source), measure_names(version)
    head = [*_ROWS_HEAD, *(f"{name}, {source.measures[name]}" for name in names), *source.dimensions, "histogram"]
    return stream_csv(name, head, (_row(row, version, names, source.dimensions) for row in iter_rows(population)))


def _input(one: Input, request: HttpRequest) -> list[object]:
    """One value a derived number is made of; `url` leads to the rows behind it."""
    url = request.build_absolute_uri(f"{one.metric.get_absolute_url()}?{one.query}#rows")
    return [None, one.metric.key, one.metric.name, one.start, url, one.point.value if one.point else None]


def _row(row: Row, version: MetricVersion, names: Iterable[str], dimensions: Iterable[str]) -> list[object]:
    return [
        row.key, row.words.label, row.words.detail, row.at.isoformat(), row.words.url, value_of(row, version),
        *(row.measures[name] for name in names), *(row.dimensions.get(name, "") for name in dimensions),
        None if row.histogram is None else json.dumps(row.histogram, sort_keys=True),
    ]  # fmt: skip
