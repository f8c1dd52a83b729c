"""The resolution distribution as a chart with its table."""

from charts.bars import ValueMark, histogram
from charts.primitives import Caption, Markup, figure
from charts.table import details
from foundation.words import figure as number
from support.selectors.resolution import BIN_HOURS, BINS, WINDOW, Resolution

_LONG_TAIL = 1.2
"""How far above the median a mean must lie to be called the work of a tail."""


def resolution_figure(found: Resolution, target: float | None) -> Markup:
    """The histogram of the last four weeks with today's target in hours; says so where nothing was solved."""
    title = "Distribution of resolution time"
    if found.median is None or found.mean is None or found.p90 is None:
        drawing = histogram(found.bins, Caption("resolution", title), bin_width=BIN_HOURS, unit="h")
        return figure("Nothing was solved in the last four weeks", "Calendar hours to last solve, n = 0", drawing)
    figures = f"p50 {number(found.median)}, mean {number(found.mean)}, p90 {number(found.p90)} hours"
    marks = [
        ValueMark(found.median, f"p50 {number(found.median)}"),
        ValueMark(found.mean, f"mean {number(found.mean)}", "t"),
        ValueMark(found.p90, f"p90 {number(found.p90)}", "t"),
    ]
    if target is not None:
        marks.append(ValueMark(target, f"target {number(target)}", "t-path"))
    drawing = histogram(found.bins, Caption("resolution", title, figures), bin_width=BIN_HOURS, marks=marks, unit="h")
    note = f"Calendar hours to last solve, last {WINDOW.days} days, n = {number(found.n, 0)}"
    if found.beyond:
        note += f"; the last bar holds {number(found.beyond, 0)} beyond {BIN_HOURS * BINS} h"
    return figure(_finding(found.median, found.mean), note, drawing, after=_table(found))


def _finding(median: float, mean: float) -> str:
    half = f"Half are solved in {number(median)} h"
    return (
        f"{half}; a long tail makes the mean {number(mean)}"
        if mean > median * _LONG_TAIL
        else f"{half}, mean {number(mean)} h"
    )


def _table(found: Resolution) -> Markup:
    last = BINS - 1
    rows = [
        (
            f"{place * BIN_HOURS} h and more"
            if place == last
            else f"{place * BIN_HOURS} to {(place + 1) * BIN_HOURS} h",
            count,
        )
        for place, count in enumerate(found.bins)
    ]
    return details("Tickets by hours to last solve", ("Hours", "Tickets"), rows)
