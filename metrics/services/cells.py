"""Day cells from source rows: one read of the source serves every metric defined over it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from metrics.frame import Frame
from metrics.kinds import KINDS, Cell
from metrics.models import MetricStatus, MetricVersion
from metrics.periods import OrganisationCalendar
from metrics.sources import MetricSource


@dataclass(frozen=True)
class CellKey:
    """Whose cell it is and of which day; segment "" is the whole population, else "dimension=word"."""

    version_id: int
    segment: str
    day: date


def calendar_of(version: MetricVersion) -> OrganisationCalendar:
    """The calendar a version cuts its days by."""
    return OrganisationCalendar(version.time_zone, version.week_start, version.fiscal_year_start)


def list_live_versions(source_key: str) -> list[MetricVersion]:
    """The versions whose values are kept: all of approved metrics over this source."""
    return list(
        MetricVersion.objects.filter(source=source_key, metric__status=MetricStatus.APPROVED).select_related("metric")
    )


def group_by_calendar(versions: Iterable[MetricVersion]) -> dict[OrganisationCalendar, list[MetricVersion]]:
    """Versions by the calendar they cut days by: versions from before a change of zone keep their own."""
    groups: dict[OrganisationCalendar, list[MetricVersion]] = {}
    for version in versions:
        groups.setdefault(calendar_of(version), []).append(version)
    return groups


def compute_cells(
    source: MetricSource, calendar: OrganisationCalendar, versions: Sequence[MetricVersion], days: Iterable[date]
) -> dict[CellKey, Cell]:
    """The cells of these days for versions of one calendar, read from the rows now; a day without rows has none.

    Neighbouring days are read together.
    """
    cells: dict[CellKey, Cell] = {}
    for run in runs_of_days(days):
        frame = source.fetch(calendar.midnight(run[0]), calendar.midnight(run[-1] + timedelta(days=1)))
        for day in run:
            rows = frame.between(calendar.midnight(day), calendar.midnight(day + timedelta(days=1)))
            if len(rows):
                for version in versions:
                    cells.update(_fold_version(version, rows, day))
    return cells


def list_days(source: MetricSource, calendar: OrganisationCalendar) -> list[date]:
    """Every local day from the source's first row to its last."""
    span = source.span()
    if span is None:
        return []
    first, last = (calendar.day_of(moment) for moment in span)
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]


def _fold_version(version: MetricVersion, rows: Frame, day: date) -> Iterator[tuple[CellKey, Cell]]:
    fold = KINDS[version.kind].fold
    chosen = rows.where(version.formula.get("filter", {}))
    if not len(chosen):
        return
    yield CellKey(version.pk, "", day), fold(chosen, version.formula)
    for dimension in version.dimensions:
        for word in chosen.segments(dimension):
            part = chosen.where({dimension: word})
            yield CellKey(version.pk, f"{dimension}={word}", day), fold(part, version.formula)


def runs_of_days(days: Iterable[date], *, gap: int = 3, longest: int = 120) -> list[list[date]]:
    """The days in order, cut into runs to be read at once: at most `gap` days apart and `longest` days in all."""
    runs: list[list[date]] = []
    for day in sorted(set(days)):
        if runs and (day - runs[-1][-1]).days <= gap and (day - runs[-1][0]).days < longest:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs
