"""The nightly self-check: stored numbers of sampled days against the rows they are made of."""

import random
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from django.conf import settings

from metrics.cell_line import CellLine
from metrics.formulas import DERIVED_SOURCE
from metrics.keys import Line, ValueKey
from metrics.kinds import Cell, Value
from metrics.models import DayCell, DirtyMark, Grain, MetricVersion, PeriodValue, SelfCheck
from metrics.periods import OrganisationCalendar, days_of_marks
from metrics.selectors.self_checks import get_last_self_checks
from metrics.services.cells import Family, calendar_of, compute_cells, group_by_zone, list_days, list_families
from metrics.services.day_cells import load_day_cells
from metrics.services.derived import evaluate
from metrics.services.lines import EVER
from metrics.services.verify import Difference, name_of, one_state, short, waits
from metrics.sources import MetricSource, list_sources

DAYS_A_NIGHT = 20
_HOUR = 3
"""Self-checks run after this hour of the organisation's night."""
_LISTED = 100


@dataclass
class _Findings:
    """What a check has looked at so far."""

    days: set[date]
    values: int
    differences: list[tuple[date, Difference]]


def run_nightly_checks(*, at: datetime) -> list[SelfCheck]:
    """Check every source that was not checked yet since three o'clock of the organisation's last night."""
    calendar = OrganisationCalendar(settings.ORGANISATION_TIME_ZONE)
    due = calendar.midnight(calendar.day_of(at - timedelta(hours=_HOUR))) + timedelta(hours=_HOUR)
    last = get_last_self_checks()
    sources = [source for source in list_sources() if source.key not in last or last[source.key].ran_at < due]
    return [check_sample(source, at=at, seed=f"{source.key} {due:%Y-%m-%d}") for source in sources]


def check_sample(source: MetricSource, *, at: datetime, days: int = DAYS_A_NIGHT, seed: str = "") -> SelfCheck:
    """Compare a random sample of days with the rows: their cells, and all stored values whose periods contain them.

    The days that differed last time are looked at again, so that a check without a difference means they are right.
    Days with waiting marks are left out. The result is stored; with the same seed and rows the sample is the same.
    """
    began = time.monotonic()
    last = get_last_self_checks().get(source.key)
    again = {date.fromisoformat(found["day"]) for found in last.differences} if last else set()
    found = _Findings(set(), 0, [])
    with one_state():
        hours = set(DirtyMark.objects.filter(source=source.key).values_list("utc_hour", flat=True))
        for calendar, families in group_by_zone(list_families(source.key)).items():
            waiting = days_of_marks(hours, calendar)
            everything = sorted({*_list_known(source, calendar, families)} - waiting)
            chosen = set(random.Random(seed).sample(everything, min(days, len(everything))))  # noqa: S311  # nosec B311
            sample = chosen | (again & set(everything))
            found.days |= sample
            _check_days(source, calendar, families, sample, waiting, found)
    return SelfCheck.objects.create(
        source=source.key,
        ran_at=at,
        days=[day.isoformat() for day in sorted(found.days)],
        days_checked=len(found.days),
        values_checked=found.values,
        is_equal=not found.differences,
        differences=[{"day": day.isoformat(), **asdict(one)} for day, one in found.differences[:_LISTED]],
        seconds=time.monotonic() - began,
    )


def _list_known(source: MetricSource, calendar: OrganisationCalendar, families: Iterable[Family]) -> set[date]:
    """Every day that has rows or cells."""
    cells = DayCell.objects.filter(version__in=[family.owner for family in families]).order_by()
    return {*list_days(source, calendar), *cells.values_list("day", flat=True).distinct()}


def _check_days(
    source: MetricSource,
    calendar: OrganisationCalendar,
    families: Collection[Family],
    sample: set[date],
    waiting: set[date],
    found: _Findings,
) -> None:
    expected: dict[Line, dict[date, Cell]] = defaultdict(dict)
    for key, cell in compute_cells(source, calendar, [family.owner for family in families], sample).items():
        expected[key.version_id, key.segment][key.day] = cell
    for family in families:
        stored = _load_family(family)
        segments = {segment for _, segment in stored} | {s for pk, s in expected if pk == family.owner.pk}
        for segment in segments:
            line = (family.owner.pk, segment)
            _compare_cells(family, segment, stored.get(line, {}), expected.get(line, {}), sample, found)
        for version in family.members:
            _compare_values(version, stored, sample, waiting, found)


def _load_family(family: Family) -> dict[Line, dict[date, Cell]]:
    """All stored day cells of a family: what every period's value is derived again from."""
    segments = DayCell.objects.filter(version=family.owner).order_by().values_list("segment", flat=True).distinct()
    return load_day_cells([(family.owner.pk, segment) for segment in segments], [EVER])


def _compare_cells(
    family: Family,
    segment: str,
    stored: Mapping[date, Cell],
    expected: Mapping[date, Cell],
    sample: Iterable[date],
    found: _Findings,
) -> None:
    for day in sorted(sample):
        have, want = stored.get(day), expected.get(day)
        found.values += 1
        if have != want:
            what = f"day cell {day} {segment}".strip()
            found.differences.append((day, Difference(name_of(family), what, short(have), short(want))))


def _compare_values(
    version: MetricVersion,
    cells: Mapping[Line, Mapping[date, Cell]],
    sample: Iterable[date],
    waiting: set[date],
    found: _Findings,
) -> None:
    """Compare the values of every period around a sampled day, each derived once and straight from its day cells."""
    calendar = calendar_of(version)
    periods = {
        (grain, start): day
        for day in sorted(sample)
        for grain in calendar.grains
        for start in calendar.starts_containing(day, grain)
    }
    rows = PeriodValue.objects.filter(version=version, start__in={start for _, start in periods}).order_by()
    stored = {
        ValueKey(version.pk, segment, grain, start): (value, n)
        for segment, grain, start, value, n in rows.values_list("segment", "grain", "start", "value", "n")
    }
    for key, value in sorted(_expected(version, cells, periods, stored).items()):
        if waits(version, key.grain, key.start, waiting):
            continue
        have, want = stored.get(key, (None, 0)), (value.value, value.n)
        found.values += 1
        if have != want:
            what = f"{key.segment} {key.grain} {key.start}".strip()
            day = periods[key.grain, key.start]
            found.differences.append((day, Difference(version.metric.key, what, str(have), str(want))))


def _expected(
    version: MetricVersion,
    cells: Mapping[Line, Mapping[date, Cell]],
    periods: Mapping[tuple[str, date], date],
    stored: Mapping[ValueKey, object],
) -> dict[ValueKey, Value]:
    """What the values must be: of segments that have a cell or a value on the day a period was chosen for."""
    if version.source == DERIVED_SOURCE:
        return evaluate([version], set(periods.values()))
    calendar = calendar_of(version)
    values = {}
    segments = {segment for _, segment in cells} | {key.segment for key in stored}
    for segment in segments:
        days = next((found for (_, other), found in cells.items() if other == segment), {})
        line = CellLine(days, version.kind, version.formula)
        for (grain, start), day in periods.items():
            if day in days or ValueKey(version.pk, segment, Grain.DAY, day) in stored:
                value = line.value(start, calendar.period_end(start, grain))
                values[ValueKey(version.pk, segment, grain, start)] = value
    return values
