"""Day cells from source rows: one read of the source serves every metric defined over it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from metrics.frame import Frame
from metrics.gather import only_columns
from metrics.keys import CellKey, fold_key
from metrics.kinds import KINDS, Cell
from metrics.models import MetricStatus, MetricVersion
from metrics.periods import OrganisationCalendar
from metrics.sources import MetricSource


@dataclass(frozen=True, eq=False)
class Family:
    """Live versions whose rows fold alike. They share cells, which are kept under the oldest version that ever did."""

    owner: MetricVersion
    members: Sequence[MetricVersion]


def calendar_of(version: MetricVersion) -> OrganisationCalendar:
    """The calendar a version cuts its periods by."""
    return OrganisationCalendar(version.time_zone, version.week_start, version.fiscal_year_start, version.rolling_days)


def list_live_versions(source_key: str) -> list[MetricVersion]:
    """The versions whose values are kept: all of approved metrics over this source."""
    versions = MetricVersion.objects.filter(source=source_key).select_related("metric").order_by("pk")
    return [version for version in versions if _is_live(version)]


def _is_live(version: MetricVersion) -> bool:
    return version.metric.status == MetricStatus.APPROVED


def list_families(source_key: str) -> list[Family]:
    """The live versions over a source by how their rows fold."""
    groups: dict[Any, list[MetricVersion]] = {}
    for version in MetricVersion.objects.filter(source=source_key).select_related("metric").order_by("pk"):
        groups.setdefault(fold_key(version), []).append(version)
    families = [Family(versions[0], [v for v in versions if _is_live(v)]) for versions in groups.values()]
    return [family for family in families if family.members]


def group_by_zone(families: Iterable[Family]) -> dict[OrganisationCalendar, list[Family]]:
    """Families by the zone they cut days in: versions from before a change of zone keep their own."""
    groups: dict[OrganisationCalendar, list[Family]] = {}
    for family in families:
        groups.setdefault(OrganisationCalendar(family.owner.time_zone), []).append(family)
    return groups


def compute_cells(
    source: MetricSource, calendar: OrganisationCalendar, versions: Sequence[MetricVersion], days: Iterable[date]
) -> dict[CellKey, Cell]:
    """The cells of these days for versions of one zone, read from the rows now; a day without rows has none.

    Neighbouring days are read together. A version that is not stored has the id 0.
    """
    cells: dict[CellKey, Cell] = {}
    names = {name for version in versions for name in (*version.dimensions, *_words_of(version.formula))}
    for run in runs_of_days(days):
        with only_columns(names):
            frame = source.fetch(calendar.midnight(run[0]), calendar.midnight(run[-1] + timedelta(days=1)))
        for day in run:
            rows = frame.between(calendar.midnight(day), calendar.midnight(day + timedelta(days=1)))
            if len(rows):
                for version in versions:
                    cells.update(_fold_version(version, rows, day))
    return cells


def _words_of(formula: Any) -> Iterator[str]:
    """Every word in a formula: among them the dimensions it reads."""
    if isinstance(formula, str):
        yield formula
    elif isinstance(formula, Mapping | list):
        for part in formula:
            yield from _words_of(part)
        if isinstance(formula, Mapping):
            yield from _words_of(list(formula.values()))


def list_days(source: MetricSource, calendar: OrganisationCalendar) -> list[date]:
    """Every local day from the source's first row to its last."""
    span = source.span()
    if span is None:
        return []
    first, last = (calendar.day_of(moment) for moment in span)
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]


def _fold_version(version: MetricVersion, rows: Frame, day: date) -> Iterator[tuple[CellKey, Cell]]:
    fold = KINDS[version.kind].fold
    formula: Mapping[str, Any] = version.formula
    chosen = rows.where(formula.get("filter", {}))
    if not len(chosen):
        return
    owner = version.pk or 0
    yield CellKey(owner, "", day), fold(chosen, formula)
    for dimension in version.dimensions:
        for word in chosen.segments(dimension):
            part = chosen.where({dimension: word})
            yield CellKey(owner, f"{dimension}={word}", day), fold(part, formula)


def runs_of_days(days: Iterable[date], *, gap: int = 3, longest: int = 120) -> list[list[date]]:
    """The days in order, cut into runs to be read at once: at most `gap` days apart and `longest` days in all."""
    runs: list[list[date]] = []
    for day in sorted(set(days)):
        if runs and (day - runs[-1][-1]).days <= gap and (day - runs[-1][0]).days < longest:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs
