"""Latency: the middle and the slow end over time, the room between them shaded, a promise as a dashed line."""

from collections.abc import Sequence
from dataclasses import dataclass

from charts.axis import Axis, decimate, spread, thin, value_axis
from charts.primitives import (
    Body,
    Canvas,
    Caption,
    Markup,
    Point,
    Scale,
    area,
    line,
    no_data,
    pair,
    segment,
    text,
    text_width,
)


@dataclass(frozen=True, slots=True)
class Latency:
    """Median and 95th percentile by period, in one unit; None where nothing was measured."""

    p50: Sequence[float | None]
    p95: Sequence[float | None]
    labels: Sequence[tuple[int, str]] = ()
    promise: float | None = None
    promise_label: str = ""


def latency(data: Latency, caption: Caption, *, size: float = 480, height: float = 120) -> Markup:
    """Both percentiles over time, from zero; gaps stay gaps."""

    def draw(canvas: Canvas) -> Body:
        width = canvas.width
        axis = value_axis([*data.p50, *data.p95, data.promise], count=3)
        if not any(value is not None for value in data.p95):
            return no_data(width, height)
        left, right, top = axis.margin, width - 34.0, 16.0
        x = Scale(0, max(len(data.p95) - 1, 1), left, right)
        y = Scale(axis.low, axis.high, top + height, top)
        slow, middle = _points(data.p95, x, y), _points(data.p50, x, y)
        body = _grid(axis, y, left, right) + _shade(slow, middle)
        body += line(decimate(slow), "line-old") + line(decimate(middle), "line")
        body += _ends(slow, middle, right, top, height) + _promise(data, left, right, y)
        ticks = thin([(x(at), words) for at, words in data.labels])
        for at, words in ticks:
            half = text_width(words) / 2
            body += text(min(max(at, half), width - half), top + height + 16, words, "t", "middle")
        return body, top + height + 22

    return pair(draw, size, caption)


def _points(values: Sequence[float | None], x: Scale, y: Scale) -> list[Point | None]:
    return [None if value is None else (x(index), y(value)) for index, value in enumerate(values)]


def _grid(axis: Axis, y: Scale, left: float, right: float) -> str:
    body = ""
    for tick, label in zip(axis.ticks, axis.labels, strict=True):
        body += segment((left, y(tick)), (right, y(tick)), "axis" if tick == 0 else "grid")
        body += text(left - 6, y(tick) + 4, label, anchor="end")
    return body


def _shade(slow: Sequence[Point | None], middle: Sequence[Point | None]) -> str:
    """The area between the lines, one shape a run without gaps."""
    body = ""
    run: list[tuple[Point, Point]] = []
    for high, low in [*zip(slow, middle, strict=False), (None, None)]:
        if high is not None and low is not None:
            run.append((high, low))
        elif run:
            body += area([pair_[0] for pair_ in run], [pair_[1] for pair_ in run], "f-ci")
            run = []
    return body


def _ends(slow: Sequence[Point | None], middle: Sequence[Point | None], right: float, top: float, height: float) -> str:
    ends = [("p95", slow, "t"), ("p50", middle, "t-ink")]
    known = [(name, [p for p in points if p is not None][-1][1], cls) for name, points, cls in ends if any(points)]
    places = spread([y + 4 for _, y, _ in known], [13.0] * len(known), top + 4, top + height + 13)
    return "".join(text(right + 5, y, name, cls) for (name, _, cls), y in zip(known, places, strict=True))


def _promise(data: Latency, left: float, right: float, y: Scale) -> str:
    if data.promise is None:
        return ""
    at = y(data.promise)
    return segment((left, at), (right, at), "path") + text(left + 4, at - 5, data.promise_label, "t-path halo")
