"""Sparkline: limits as a band, centre, path dashed, values in ink, signals as shapes, last value ringed."""

from collections.abc import Sequence
from dataclasses import dataclass

from charts.axis import decimate
from charts.limits import Limits
from charts.primitives import Caption, Markup, Point, Scale, dot, line, no_data, rect, segment, svg, triangle

EDGE = 5.5
"""Room around the plot for a mark on its border."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A signal on the value at `index`: tone good or bad, pointing up or down, the way it left."""

    index: int
    tone: str
    up: bool


def spark(
    values: Sequence[float | None],
    caption: Caption,
    *,
    limits: Limits | None = None,
    path: Sequence[float | None] = (),
    marks: Sequence[Mark] = (),
    size: tuple[float, float] = (252, 58),
    shared: Sequence[float] = (),
) -> Markup:
    """A sparkline without axes; `path` has one value per value, `shared` widens the scale to theirs.

    No values at all: a frame that says "no data".
    """
    width, height = size
    known = [value for value in values if value is not None]
    if not known:
        return svg(width, height, no_data(width, height)[0], caption)
    bounds = [limits.lower, limits.upper] if limits else []
    every = [*known, *bounds, *shared, *(value for value in path if value is not None)]
    x = Scale(0, max(len(values) - 1, 1), EDGE, width - EDGE)
    y = Scale(min(every), max(every), height - EDGE, EDGE)
    points = _points(values, x, y)
    body = _band(limits, y, width) + line(decimate(_points(path, x, y)), "path") + line(decimate(points), "line")
    return svg(width, height, body + _marks(points, marks), caption)


def _points(values: Sequence[float | None], x: Scale, y: Scale) -> list[Point | None]:
    return [None if value is None else (x(index), y(value)) for index, value in enumerate(values)]


def _band(limits: Limits | None, y: Scale, width: float) -> str:
    if limits is None:
        return ""
    band = rect(0, y(limits.upper), width, y(limits.lower) - y(limits.upper), "band")
    return band + segment((0, y(limits.centre)), (width, y(limits.centre)), "centre")


def _marks(points: Sequence[Point | None], marks: Sequence[Mark]) -> str:
    body, marked = "", set()
    for mark in marks:
        point = points[mark.index]
        if point is not None:
            marked.add(mark.index)
            body += triangle(*point, f"f-{mark.tone}", up=mark.up, radius=4.5)
    last = max(index for index, point in enumerate(points) if point is not None)
    end = points[last]
    return body if last in marked or end is None else body + dot(*end, 3.2, "pt-now")
