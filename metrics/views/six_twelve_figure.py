"""Six weeks and twelve months of a metric with the table behind them."""

from collections.abc import Sequence
from datetime import date

from charts.primitives import Caption, Markup, figure
from charts.six_twelve import Panel, six_twelve
from charts.table import details
from metrics.selectors.standings import Standing, last_day
from metrics.selectors.targets import expected_at
from metrics.selectors.values import Point as Period
from metrics.views.periods import short_week
from metrics.views.units import Unit

MONTHS, SIX = 12, 6
Trail = tuple[Sequence[Period], Sequence[float | None]]
"""Periods, and the values a year before them."""


def six_twelve_figure(
    standing: Standing, months: Sequence[Period], prior_weeks: Sequence[float | None], unit: Unit
) -> Markup:
    """Six complete weeks and twelve complete months with the year before, and their table."""
    weeks = standing.weeks[-SIX:]
    complete = [month for month in months if month.complete]
    recent, before = complete[-MONTHS:], complete[-2 * MONTHS : -MONTHS]
    prior_months = [month.value for month in before] if len(before) == len(recent) else ()
    panels = panels_for(standing, unit, weeks=(weeks, prior_weeks), months=(recent, prior_months))
    cut = unit.cuts_axis([*panels[0].heights, *panels[1].heights])
    drawing = six_twelve(
        panels, Caption("periods", "Six weeks and twelve months"), decimals=unit.decimals, from_zero=not cut
    )
    note = f"{unit.name or 'count'} · blue bars: path at the period’s end · dashed grey: a year earlier"
    rows = [[label, value] for panel in panels for label, value in _rows(panel, unit)]
    table = details("Six weeks and twelve months", ["Period", unit.name or "Value"], rows)
    return figure(
        _change_words(weeks, unit),
        note + (" · axis does not start at 0" if cut else ""),
        drawing,
        size="l",
        after=table,
    )


def panels_for(standing: Standing, unit: Unit, *, weeks: Trail, months: Trail) -> tuple[Panel, Panel]:
    """Both panels from periods with the values of the year before them."""
    return (
        Panel(
            "6 weeks",
            [short_week(week.start, standing.version.week_start) for week in weeks[0]],
            unit.plotted([week.value for week in weeks[0]]),
            unit.plotted(paths_of(standing, weeks[0])),
            unit.plotted(weeks[1]),
        ),
        Panel(
            "12 months",
            [f"{month.start:%b}" for month in months[0]],
            unit.plotted([month.value for month in months[0]]),
            unit.plotted(paths_of(standing, months[0])),
            unit.plotted(months[1]),
        ),
    )


def paths_of(standing: Standing, periods: Sequence[Period]) -> list[float | None]:
    """The path at the periods' ends, from its first day on; empty without a target."""
    target = standing.target
    if target is None:
        return []
    begun = target.start_on if target.baseline_value is not None else date.min
    return [expected_at(target, last_day(period)) if last_day(period) >= begun else None for period in periods]


def _rows(panel: Panel, unit: Unit) -> list[tuple[str, str]]:
    return [
        (label, "no data" if value is None else f"{value:,.{unit.decimals}f}")
        for label, value in zip(panel.labels, panel.values, strict=True)
    ]


def _change_words(weeks: Sequence[Period], unit: Unit) -> str:
    known = [week.value for week in weeks if week.value is not None]
    if len(known) < 2:  # noqa: PLR2004
        return "Too few weeks to compare"
    change = known[-1] - known[0]
    if unit.distance(change) == unit.distance(0):
        return "Unchanged over six weeks"
    return f"{'Up' if change > 0 else 'Down'} {unit.distance(change)} in six weeks"
