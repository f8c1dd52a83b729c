"""Other metrics' values, as a source to derive from."""

from datetime import UTC, datetime, time, timedelta

from django.db.models import Max, Min

from metrics.formulas import DERIVED_SOURCE
from metrics.frame import empty_frame
from metrics.models import Grain, Kind, MetricStatus, PeriodValue
from metrics.selectors.carried import list_carried_hours
from metrics.sources import MetricSource, register_source


def _derived_span() -> tuple[datetime, datetime] | None:
    """From before the first day with a value that could be derived from to after the last, in any zone."""
    values = PeriodValue.objects.filter(grain=Grain.DAY, version__metric__status=MetricStatus.APPROVED)
    days = values.exclude(version__kind=Kind.DERIVED).aggregate(first=Min("start"), last=Max("start"))
    if days["first"] is None:
        return None
    first, last = (datetime.combine(day, time(12), UTC) for day in (days["first"], days["last"]))
    return first - timedelta(days=1), last + timedelta(days=1)


register_source(
    MetricSource(
        key=DERIVED_SOURCE,
        label="Values of other metrics",
        model="metrics.PeriodValue",
        captures=[],  # Marks are written with the values: metrics.services.derived.
        fetch=lambda _start, _end: empty_frame([], []),
        span=_derived_span,
        measures={},
        event_time="the period of the values it is derived from",
        spread=list_carried_hours,
    )
)
