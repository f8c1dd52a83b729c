"""Days whose derived values change because an input's value, carried on from an earlier day, did."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta

from django.db.models import Min, Q

from metrics.expressions import parse_expression
from metrics.hours import HOUR, hour_of
from metrics.kinds import KINDS
from metrics.models import Grain, Kind, MetricVersion, PeriodValue
from metrics.periods import days_of_marks
from metrics.selectors.breaks import list_stretches
from metrics.selectors.values import calendar_for, get_current_versions

Line = tuple[int, str]


def list_carried_hours(hours: Collection[int]) -> dict[int, int]:
    """Further hours to evaluate derived values in, beside these; nobody's edits stand behind them.

    A level holds until the next one, and a count is 0 from its first day on. So a value of theirs that was stored moves
    the derived days after it as well, up to the next that has one of its own.
    """
    found: set[int] = set()
    current = get_current_versions()
    for version in current.values():
        if version.kind != Kind.DERIVED:
            continue
        calendar = calendar_for(version)
        names = [name for name in parse_expression(version.formula["expression"]).names if name in current]
        chains = list_stretches([current[name] for name in names]).values()
        inputs = {stretch.version.pk: stretch.version for chain in chains for stretch in chain}
        days = _list_carried_days(version, inputs, days_of_marks(hours, calendar))
        found |= {hour_of(calendar.midnight(day) + HOUR) for day in days}
    return dict.fromkeys(found - set(hours), 0)


def _list_carried_days(
    version: MetricVersion, inputs: Mapping[int, MetricVersion], days: Collection[date]
) -> set[date]:
    """Days on which an input has a value and another one carries one on that was stored on these days."""
    stretches = _list_stretches_carried(version, inputs, days)
    if not stretches:
        return set()
    stored = PeriodValue.objects.filter(version__in=inputs, grain=Grain.DAY)
    stored = stored.filter(start__gt=min(first for first, _ in stretches), start__lt=max(end for _, end in stretches))
    known = stored.order_by().values_list("start", flat=True).distinct()
    return {day for day in known if any(first < day < end for first, end in stretches)}


def _list_stretches_carried(
    version: MetricVersion, inputs: Mapping[int, MetricVersion], days: Collection[date]
) -> list[tuple[date, date]]:
    """From each of the days on which a filling input has a value to its next one, both left out; joined."""
    filling = [pk for pk, one in inputs.items() if KINDS[one.kind].fills != "none"]
    segments = Q(segment="")
    for dimension in version.dimensions:
        segments |= Q(segment__startswith=f"{dimension}=")
    stored = PeriodValue.objects.filter(segments, version__in=filling, grain=Grain.DAY).order_by()
    own: dict[Line, list[date]] = defaultdict(list)
    for pk, segment, start in stored.filter(start__gte=min(days)).values_list("version", "segment", "start"):
        own[pk, segment].append(start)
    begun = {
        (pk, segment): first for pk, segment, first in stored.values_list("version", "segment").annotate(Min("start"))
    }
    found = {
        stretch
        for line, starts in own.items()
        for stretch in _after(sorted(starts), set(days))
        if KINDS[inputs[line[0]].kind].fills == "carry" or stretch[0] == begun[line]
    }
    return _joined(sorted(found))


def _after(starts: Sequence[date], days: Collection[date]) -> Iterator[tuple[date, date]]:
    for start in starts:
        if start in days:
            place = bisect_right(starts, start)
            end = starts[place] if place < len(starts) else date.max
            if end > start + timedelta(days=1):
                yield start, end


def _joined(stretches: Sequence[tuple[date, date]]) -> list[tuple[date, date]]:
    """The same days as few stretches: those that overlap are one."""
    joined: list[tuple[date, date]] = []
    for first, end in stretches:
        if joined and first < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((first, end))
    return joined
