"""The series and the rows of a metric as CSV: the same population as on its page."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from foundation.access import requires
from foundation.csv_export import stream_csv
from metrics.models import Grain, MetricVersion
from metrics.selectors.detail import get_rows
from metrics.selectors.standings import WEEKS
from metrics.selectors.targets import expected_at, get_current_targets
from metrics.selectors.values import Point, calendar_for, get_point, get_series, get_version

MAX_ROWS = 100_000
_TIMES = ("restated_at", "computed_at")
_SERIES_HEAD = ("metric", "version", "grain", "start", "last_day", "value", "unit", "n", "complete", "path", *_TIMES)
_ROWS_HEAD = ("label", "detail", "at", "value", "url")


@require_safe
@requires("metrics.view_metric")
def series_csv(request: HttpRequest, key: str) -> StreamingHttpResponse:
    """The stored values of one metric; `grain` (week), `first` and `last` (the page's 52 weeks) choose which."""
    version = _version(key)
    grain = request.GET.get("grain", Grain.WEEK)
    if grain not in Grain.values or grain == Grain.ALL:
        raise Http404(grain)
    at = timezone.now()
    today = calendar_for(version).day_of(at)
    first = _day(request, "first") or today - timedelta(weeks=WEEKS)
    last = _day(request, "last") or today
    series = get_series(key, grain, first, last, at=at, version=version)
    target = get_current_targets([version.metric]).get(version.metric_id)

    def row(point: Point) -> list[object]:
        day = point.end - timedelta(days=1) if point.end else point.start
        return [
            key, version.number, grain, point.start, day, point.value, version.metric.unit, point.n, point.complete,
            expected_at(target, day) if target else None, point.restated_at, point.computed_at,
        ]  # fmt: skip

    return stream_csv(f"{key}-{grain}.csv", _SERIES_HEAD, (row(point) for point in series.points))


@require_safe
@requires("metrics.view_metric", "support.view_ticket", "partnerships.view_integration")
def rows_csv(request: HttpRequest, key: str) -> StreamingHttpResponse:
    """The rows behind one period of one metric: `start` is any day of it, `grain` its length (week)."""
    version = _version(key)
    grain = request.GET.get("grain", Grain.WEEK)
    start = _day(request, "start")
    if grain not in Grain.values or grain == Grain.ALL or start is None:
        raise Http404(grain)
    point = get_point(version, grain, start, at=timezone.now())
    if point is None:
        raise Http404(key)
    found = get_rows(version, point, limit=MAX_ROWS)
    scale = version.formula.get("scale", 1)
    rows: Iterable[Sequence[object]] = (
        [row.label, row.detail, row.at.isoformat(), None if row.value is None else row.value / scale, row.url]
        for row in found.rows
    )
    return stream_csv(f"{key}-rows-{point.start}.csv", _ROWS_HEAD, rows)


def _version(key: str) -> MetricVersion:
    try:
        return get_version(key)
    except MetricVersion.DoesNotExist:
        raise Http404(key) from None


def _day(request: HttpRequest, name: str) -> date | None:
    """The day given under this name; None where none is given, 404 where it is not a day."""
    words = request.GET.get(name, "")
    try:
        day = parse_date(words) if words else None
    except ValueError:
        day = None
    if words and day is None:
        raise Http404(words)
    return day
