"""Six weeks and twelve months on one axis: values in ink, the year before dashed, the path as short bars."""

from collections.abc import Sequence
from dataclasses import dataclass

from charts.axis import number, thin, value_axis
from charts.primitives import (
    Body,
    Canvas,
    Caption,
    Markup,
    Point,
    Scale,
    dot,
    line,
    no_data,
    pair,
    segment,
    svg,
    text,
    text_width,
)

TOP = 20.0
NARROW = 480.0
SMALL = (358.0, 72.0)


@dataclass(frozen=True, slots=True)
class Panel:
    """One of the two panels: values, path and prior year by period, all of one length, and the periods' labels."""

    title: str
    labels: Sequence[str]
    values: Sequence[float | None]
    path: Sequence[float | None] = ()
    prior: Sequence[float | None] = ()

    @property
    def heights(self) -> list[float | None]:
        return [*self.values, *self.path, *self.prior]


def six_twelve(
    panels: tuple[Panel, Panel], caption: Caption, *, decimals: int = 1, from_zero: bool = True, size: float = 640
) -> Markup:
    """Both panels side by side on one value axis; an axis that leaves zero out must be named in the caption."""

    def draw(canvas: Canvas) -> Body:
        height = 170.0 if canvas.is_narrow else 200.0
        return _drawing(panels, (canvas.width, height), decimals=decimals, from_zero=from_zero, steps=5)

    return pair(draw, size, caption)


def small_six_twelve(
    panels: tuple[Panel, Panel], caption: Caption, *, decimals: int = 1, from_zero: bool = True
) -> Markup:
    """The same in one low drawing of a phone's width, for a list of many."""
    body, height = _drawing(panels, SMALL, decimals=decimals, from_zero=from_zero, steps=2)
    return svg(SMALL[0], height, body, caption)


def _drawing(
    panels: tuple[Panel, Panel], size: tuple[float, float], *, decimals: int, from_zero: bool, steps: int
) -> Body:
    width, height = size
    is_narrow = width < NARROW
    heights = [*panels[0].heights, *panels[1].heights]
    if not any(value is not None for value in heights):
        return no_data(width, height)
    axis = value_axis(heights, from_zero=from_zero, count=steps)
    left, gap = axis.margin, 18.0 if is_narrow else 36.0
    split = left + (width - left - gap) * (0.38 if is_narrow else 0.34)
    y = Scale(axis.low, axis.high, TOP + height, TOP)
    body = ""
    for tick, label in zip(axis.ticks, axis.labels, strict=True):
        cls = "axis" if tick == axis.low else "grid"
        body += segment((left, y(tick)), (split, y(tick)), cls)
        body += segment((split + gap, y(tick)), (width, y(tick)), cls)
        body += text(left - 6, y(tick) + 4, label, anchor="end")
    body += _panel(panels[0], (left, split), y, decimals)
    body += _panel(panels[1], (split + gap, width), y, decimals)
    return body, TOP + height + 22


def _panel(panel: Panel, sides: tuple[float, float], y: Scale, decimals: int) -> str:
    count = max(len(panel.values), 1)
    x = Scale(-0.4, count - 0.6, *sides)
    body = text(sides[0], TOP - 8, panel.title, "t-ink")
    body += line(_points(panel.prior, x, y), "prior")
    half = min(7, (sides[1] - sides[0]) / count * 0.4)
    for point in _points(panel.path, x, y):
        if point is not None:
            body += segment((point[0] - half, point[1]), (point[0] + half, point[1]), "path-tick")
    points = _points(panel.values, x, y)
    body += line(points, "line") + "".join(dot(*point, 2.6, "pt") for point in points if point is not None)
    for at, words in thin([(x(index), label) for index, label in enumerate(panel.labels)]):
        middle = min(max(at, text_width(words) / 2), sides[1] - text_width(words) / 2)
        body += text(middle, y.r0 + 16, words, "t", "middle")
    return body + _last(panel, points, sides, y, decimals)


def _points(values: Sequence[float | None], x: Scale, y: Scale) -> list[Point | None]:
    return [None if value is None else (x(index), y(value)) for index, value in enumerate(values)]


def _last(panel: Panel, points: Sequence[Point | None], sides: tuple[float, float], y: Scale, decimals: int) -> str:
    """The last known value written out, on the side that the line does not come from."""
    known = [(point, value) for point, value in zip(points, panel.values, strict=True) if point and value is not None]
    if not known:
        return text(sum(sides) / 2, TOP + 60, "no data", "t", "middle")
    (at, height), value = known[-1]
    words = number(value, decimals)
    end = min(max(at + 7, sides[0] + text_width(words, "t-ink")), sides[1])
    falls = len(known) > 1 and known[-2][1] > value
    place = height + 18 if falls and height + 20 < y.r0 else max(height - 9, TOP + 8)
    return text(end, place, words, "t-ink halo", "end")
