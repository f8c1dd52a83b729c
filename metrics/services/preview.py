"""What a definition would give, straight from the rows and without storing anything."""

from collections import defaultdict
from datetime import date, timedelta

from metrics.cell_line import CellLine
from metrics.kinds import KINDS, Cell, Value
from metrics.models import MetricVersion
from metrics.periods import OrganisationCalendar
from metrics.services.cells import calendar_of, compute_cells, list_days
from metrics.sources import MetricSource, get_source


def preview_values(version: MetricVersion, grain: str, first: date, last: date) -> dict[tuple[str, date], Value]:
    """The value of every period that touches the days first … last, by segment and first day, as the rows give it now.

    The version need not be stored. A segment is listed in the periods it has rows in; of a stock, which carries on, in
    all of them. Raises KeyError for an unknown source, TypeError for a kind without rows.
    """
    source, calendar = get_source(version.source), calendar_of(version)
    starts = list(calendar.starts_between(first, last, grain))
    if not starts:
        return {}
    carries = KINDS[version.kind].fills == "carry"
    cells = compute_cells(source, calendar, [version], _days(source, calendar, starts, grain, from_start=carries))
    lines: dict[str, dict[date, Cell]] = defaultdict(dict, {"": {}})
    for key, cell in cells.items():
        lines[key.segment][key.day] = cell
    values = {}
    for segment, days in lines.items():
        line = CellLine(days, version.kind, version.formula)
        for start in starts:
            value = line.value(start, calendar.period_end(start, grain))
            if value != Value(None, 0) or segment == "":
                values[segment, start] = value
    return values


def _days(
    source: MetricSource, calendar: OrganisationCalendar, starts: list[date], grain: str, *, from_start: bool
) -> list[date]:
    """The days with rows that the periods are made of; for a stock also all before."""
    end = calendar.period_end(starts[-1], grain) or date.max
    known = list_days(source, calendar)
    if not known:
        return []
    begin = known[0] if from_start else max(known[0], starts[0])
    stop = min(known[-1] + timedelta(days=1), end)
    return [begin + timedelta(days=i) for i in range((stop - begin).days)]
