"""The value of a metric over any run of days, folded from the rows as periods are."""

from collections.abc import Iterator
from datetime import date, timedelta

from metrics.frame import Frame
from metrics.kinds import KINDS, Value
from metrics.models import Kind, MetricVersion
from metrics.selectors.population import condition_of
from metrics.selectors.values import calendar_for
from metrics.sources import get_source


class NoWindowError(Exception):
    """The metric cannot be computed over a run of days."""


def value_between(version: MetricVersion, first: date, last: date, *, segment: str = "") -> Value:
    """The value over the local days from `first` to `last`, both included; a stock's is the level as `last` ends.

    Raises NoWindowError for a derived metric, which has no rows, InvalidInputError for a segment that is not kept.
    """
    if version.kind == Kind.DERIVED:
        raise NoWindowError
    rule = KINDS[version.kind]
    condition = condition_of(version, segment)
    cells = [
        rule.fold(frame.where(version.formula.get("filter", {})).where(condition), version.formula)
        for frame in _frames(version, first, last, is_level=rule.fills == "carry")
    ]
    return rule.combine([cell for cell in cells if cell.n or rule.fills == "carry"], version.formula)


def _frames(version: MetricVersion, first: date, last: date, *, is_level: bool) -> Iterator[Frame]:
    calendar, source = calendar_for(version), get_source(version.source)
    end = last + timedelta(days=1)
    if is_level:
        if source.held_at is None:
            raise NoWindowError
        yield source.held_at(calendar.midnight(end) - timedelta(microseconds=1))
        return
    while first < end:
        following = first + timedelta(days=1)
        yield source.fetch(calendar.midnight(first), calendar.midnight(following))
        first = following
