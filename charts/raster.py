"""Raster: a column a day, hours downwards. Exact intervals, so that patterns in the time of day show themselves."""

from collections.abc import Sequence
from dataclasses import dataclass

from charts.axis import thin
from charts.primitives import Body, Canvas, Caption, Markup, Scale, hatch, pair, rect, segment, text, text_width

_DRAWN_LAST = {"down": 2, "degraded": 1}


@dataclass(frozen=True, slots=True)
class Stretch:
    """A state on one day (0 is the oldest) between two hours of the day, 0 to 24."""

    day: int
    start: float
    end: float
    state: str


def raster(
    stretches: Sequence[Stretch],
    caption: Caption,
    *,
    days: int,
    labels: Sequence[tuple[int, str]] = (),
    last: str = "today",
) -> Markup:
    """States of `days` days by hour; up is the ground and need not be given. `labels` are (day, words)."""

    def draw(canvas: Canvas) -> Body:
        width, left, top, height = canvas.width, 30.0, 4.0, 150.0 if canvas.is_narrow else 176.0
        column, y = (width - left) / max(days, 1), Scale(0, 24, top, top + height)
        body = rect(left, top, width - left, height, "band") + _hours(left, width, y)
        gap = 0.6 if canvas.is_narrow else 1.5
        for stretch in sorted(stretches, key=lambda s: _DRAWN_LAST.get(s.state, 0)):
            if 0 <= stretch.day < days and stretch.state not in {"up", "none"}:
                body += _stretch(stretch, left + stretch.day * column, max(column - gap, 1.6), y, width)
        return body + _days(labels, last, left, column, top + height, width), top + height + 20

    return pair(draw, 1000, caption)


def _hours(left: float, width: float, y: Scale) -> str:
    body = ""
    for hour in (0, 6, 12, 18, 24):
        body += text(left - 6, min(max(y(hour) + 4, 11), y(24) + 3), f"{hour:02d}", anchor="end")
        if 0 < hour < 24:  # noqa: PLR2004
            body += segment((left, y(hour)), (width, y(hour)), "grid")
    return body


def _stretch(stretch: Stretch, x: float, column: float, y: Scale, width: float) -> str:
    start, end = sorted((min(max(stretch.start, 0), 24), min(max(stretch.end, 0), 24)))
    x = min(x, width - column)
    top, height = y(start), y(end) - y(start)
    if stretch.state == "down":
        return _inside(x, top, column, max(height, 2.5), "f-bad", y)
    if stretch.state == "degraded":
        return _inside(x, top, column * 0.5, max(height, 1.6), "f-watch", y)
    if stretch.state in {"paused", "maintenance"}:
        return hatch(x, top, column, height, 3)
    return rect(x + 0.5, top + 0.5, column - 1, height - 1, "f-none")


def _inside(x: float, top: float, width: float, height: float, cls: str, y: Scale) -> str:
    return rect(x, min(top, y(24) - height), width, height, cls)


def _days(labels: Sequence[tuple[int, str]], last: str, left: float, column: float, foot: float, width: float) -> str:
    body = text(width, foot + 14, last, "t-ink", "end")
    free = width - text_width(last, "t-ink") - 8
    ticks = [(left + day * column + 3 + text_width(words) / 2, words) for day, words in labels]
    for middle, words in thin(ticks):
        x = middle - text_width(words) / 2
        if x + text_width(words) <= free:
            body += segment((x - 3, foot), (x - 3, foot + 5), "axis") + text(x, foot + 14, words)
    return body
