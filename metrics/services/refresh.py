"""What one transaction does with touched days: cells from the rows, months from cells, values from both."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from metrics.keys import Line
from metrics.kinds import KINDS
from metrics.models import Grain, PeriodValue
from metrics.periods import OrganisationCalendar
from metrics.services.cells import Family, compute_cells
from metrics.services.day_cells import Changes, load_day_cells, replace_day_cells
from metrics.services.derive import derive_values
from metrics.services.lines import LineState, moved_days
from metrics.services.months import MonthJob, load_months, rebuild_months
from metrics.services.values import Occasion, store_values
from metrics.sources import MetricSource


def refresh_days(
    source: MetricSource,
    calendar: OrganisationCalendar,
    families: Sequence[Family],
    days: Collection[date],
    occasion: Occasion,
    *,
    thorough: bool,
) -> list[PeriodValue]:
    """Bring cells and values of these days up to the rows; the values that changed.

    Values are derived where a cell changed. `thorough` derives all that contain the days, whether or not a cell did:
    a new version over cells that exist has no values yet.
    """
    owners = [family.owner for family in families]
    cells = compute_cells(source, calendar, owners, days)
    changes = replace_day_cells(owners, days, cells)
    if thorough:
        _add_unchanged(changes, families, {(key.version_id, key.segment, key.day) for key in cells}, days)
    states = _open_lines(families, changes)
    _load(states)
    values = derive_values(states)
    return store_values([version for family in families for version in family.members], values, occasion)


def _add_unchanged(
    changes: Changes, families: Sequence[Family], have: Iterable[tuple[int, str, date]], days: Collection[date]
) -> None:
    """Every line that has a cell or a value on one of the days is touched on it."""
    for owner, segment, day in have:
        changes[owner, segment].setdefault(day, 0)
    owner_of = {version.pk: family.owner.pk for family in families for version in family.members}
    rows = PeriodValue.objects.filter(version__in=owner_of, grain=Grain.DAY, start__in=days).order_by()
    for version, segment, day in rows.values_list("version_id", "segment", "start"):
        changes[owner_of[version], segment].setdefault(day, 0)


def _open_lines(families: Sequence[Family], changes: Changes) -> list[LineState]:
    by_owner = {family.owner.pk: family for family in families}
    stocks = {line: days for line, days in changes.items() if KINDS[by_owner[line[0]].owner.kind].fills == "carry"}
    known = _list_known_days(by_owner, stocks)
    return [
        LineState(by_owner[line[0]], line[1], moved_days(days, known[line]) if line in stocks else set(days))
        for line, days in changes.items()
    ]


def _list_known_days(
    families: Mapping[int, Family], stocks: Mapping[Line, Mapping[date, int]]
) -> dict[Line, set[date]]:
    """The days from a stock's first changed one on that have a value or a cell: those whose level may have moved."""
    known: dict[Line, set[date]] = {line: set() for line in stocks}
    moving = {line: min(days) for line, days in stocks.items() if any(days.values())}
    if not moving:
        return known
    owner_of = {version.pk: owner for owner, family in families.items() for version in family.members}
    members = [pk for pk, owner in owner_of.items() if any(owner == line[0] for line in moving)]
    rows = PeriodValue.objects.filter(
        version__in=members,
        segment__in={segment for _, segment in moving},
        grain=Grain.DAY,
        start__gte=min(moving.values()),
    )
    for version, segment, day in rows.order_by().values_list("version_id", "segment", "start"):
        line = (owner_of[version], segment)
        if line in moving and day >= moving[line]:
            known[line].add(day)
    return known


def _load(states: Sequence[LineState]) -> None:
    """Read the cells the touched periods are made of and make the touched months anew: a few queries for all lines."""
    days = {}
    for rolled in (True, False):  # Kinds that do not roll up read their whole history; the others must not.
        group = [state for state in states if (state.rollup is not None) is rolled]
        days.update(
            load_day_cells([state.line for state in group], {span for state in group for span in state.spans()})
        )
    months = load_months([state.line for state in states if state.rollup is not None])
    jobs = []
    for state in states:
        state.days = days[state.line]
        if state.rollup is not None:
            state.months = months[state.line]
            for month in state.touched_months:
                inside = [cell for day, cell in sorted(state.days.items()) if day.replace(day=1) == month]
                jobs.append(MonthJob(state.line, month, inside, state.rollup, state.is_column))
    rebuild_months(months, jobs)
