"""Error budget: what is left of it day by day, beside an even spending and the line below which it is at risk."""

from collections.abc import Sequence
from dataclasses import dataclass

from charts.axis import Axis, thin, value_axis
from charts.primitives import (
    Body,
    Canvas,
    Caption,
    Markup,
    Scale,
    area,
    dot,
    element,
    line,
    no_data,
    pair,
    segment,
    steps,
    text,
    text_width,
)


@dataclass(frozen=True, slots=True)
class Remaining:
    """The budget left at each step in one unit, signed, the first before anything was spent, and the whole of it.

    `labels` are (step, words); `now_label` is written at the last point; `risk` is the share that is at risk. `steps`
    is how many there will be when the window ends, where some are to come.
    """

    left: Sequence[float]
    total: float
    labels: Sequence[tuple[int, str]] = ()
    now_label: str = ""
    risk: float = 0.2
    steps: int = 0


def budget(data: Remaining, caption: Caption, *, size: float = 480, height: float = 120) -> Markup:
    """Steps of the remaining budget; below zero the axis goes on, because an overspent budget is the finding."""

    def draw(canvas: Canvas) -> Body:
        width, top = canvas.width, 8.0
        if not data.left:
            return no_data(width, height)
        axis = value_axis([*data.left, data.total], count=3)
        left, right = axis.margin, width - 8 - text_width(data.now_label, "t-ink")
        x, y = (
            Scale(0, max(len(data.left) - 1, data.steps, 1), left, right),
            Scale(axis.low, axis.high, top + height, top),
        )
        points = steps([(x(index), y(value)) for index, value in enumerate(data.left)])
        last, zero = (x(max(len(data.left) - 1, 1)), y(data.left[-1])), y(0)
        body = _grid(axis, y, left, right) + _risk(data, left, right, y)
        body += segment((left, y(data.total)), (right, zero), "path")
        body += area(points, [(left, zero), (last[0], zero)], "f-ci") + line(points, "line") + dot(*last, 3.5, "pt-now")
        body += text(last[0] + 7, last[1] + 4, data.now_label, "t-ink")
        for at, words in thin([(_inside(x(step), words, width), words) for step, words in data.labels]):
            body += text(at, top + height + 16, words, "t", "middle")
        return body, top + height + 22

    return pair(draw, size, caption)


def _grid(axis: Axis, y: Scale, left: float, right: float) -> str:
    body = ""
    for tick, label in zip(axis.ticks, axis.labels, strict=True):
        body += segment((left, y(tick)), (right, y(tick)), "axis" if tick == 0 else "grid")
        body += text(left - 6, y(tick) + 4, label, anchor="end")
    return body


def _risk(data: Remaining, left: float, right: float, y: Scale) -> str:
    at = y(data.total * data.risk)
    body = element("path", "s-watch", stroke_dasharray="2 3", d=f"M{left:.1f} {at:.1f}H{right:.1f}")
    words = f"at risk below {data.risk:.0%}".replace("%", " %")
    return body + text(left + 6, at - 5, words, "t-watch halo")


def _inside(at: float, words: str, width: float) -> float:
    half = text_width(words) / 2
    return min(max(at, half), width - half)
