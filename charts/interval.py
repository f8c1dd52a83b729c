"""Intervals: effects as points with their bounds on one scale, and a bound that narrows from day to day."""

from collections.abc import Sequence
from dataclasses import dataclass

from charts.axis import Axis, number, thin, value_axis
from charts.primitives import (
    Body,
    Canvas,
    Caption,
    Markup,
    Scale,
    area,
    dot,
    figure,
    line,
    no_data,
    pair,
    segment,
    text,
)

ROW, TOP, FOOT, DAYS_HEIGHT = 34.0, 8.0, 22.0, 190.0


@dataclass(frozen=True, slots=True)
class Interval:
    """An effect with its bounds; a label says whose, for a series on which day."""

    label: str
    effect: float
    low: float
    high: float


def interval_plot(rows: Sequence[Interval], caption: Caption, note: str) -> Markup:
    """One line a row on a shared scale with zero marked; no rows: a frame that says "no data"."""
    return figure(caption.title, note, pair(lambda canvas: _plot(rows, canvas), 620, caption))


def interval_days(days: Sequence[Interval], caption: Caption, note: str) -> Markup:
    """The bounds as a band over time, the effect as a line, zero marked."""
    return figure(caption.title, note, pair(lambda canvas: _days(days, canvas), 620, caption))


def _plot(rows: Sequence[Interval], canvas: Canvas) -> Body:
    if not rows:
        return no_data(canvas.width, 80)
    axis = value_axis([value for row in rows for value in (row.low, row.high)], count=4 if canvas.is_narrow else 6)
    bottom = TOP + ROW * len(rows)
    x = Scale(axis.low, axis.high, 12, canvas.width - 24)
    body = _vertical_grid(axis, x, bottom)
    for place, row in enumerate(rows):
        y = TOP + ROW * place + 22
        body += text(12, y - 11, row.label, "t t-ink halo")
        body += segment((x(row.low), y), (x(row.high), y), "line") + dot(x(row.effect), y, 4, "pt")
    return body, bottom + FOOT


def _vertical_grid(axis: Axis, x: Scale, bottom: float) -> str:
    body = "".join(segment((x(tick), TOP), (x(tick), bottom), "zero" if not tick else "grid") for tick in axis.ticks)
    labels = thin([(x(tick), label) for tick, label in zip(axis.ticks, axis.labels, strict=True)])
    return body + "".join(text(place, bottom + 15, label, "t", "middle") for place, label in labels)


def _days(days: Sequence[Interval], canvas: Canvas) -> Body:
    if not days:
        return no_data(canvas.width, DAYS_HEIGHT)
    axis = value_axis([value for day in days for value in (day.low, day.high)], count=5)
    left, bottom = axis.margin, DAYS_HEIGHT - FOOT
    x = Scale(0, max(len(days) - 1, 1), left + 4, canvas.width - 36)
    y = Scale(axis.low, axis.high, bottom, TOP)
    body = "".join(
        segment((left, y(tick)), (canvas.width - 36, y(tick)), "zero" if not tick else "grid")
        + text(left - 6, y(tick) + 4, label, "t", "end")
        for tick, label in zip(axis.ticks, axis.labels, strict=True)
    )
    highs = [(x(place), y(day.high)) for place, day in enumerate(days)]
    lows = [(x(place), y(day.low)) for place, day in enumerate(days)]
    body += area(highs, lows, "band") + line([(x(place), y(day.effect)) for place, day in enumerate(days)], "line")
    last = days[-1]
    body += dot(x(len(days) - 1), y(last.effect), 3.2, "pt-now")
    body += text(x(len(days) - 1) + 6, y(last.effect) + 4, number(last.effect, 1), "t t-ink")
    labels = thin([(x(place), day.label) for place, day in enumerate(days)], 16)
    return body + "".join(text(place, DAYS_HEIGHT - 6, label, "t", "middle") for place, label in labels), DAYS_HEIGHT
