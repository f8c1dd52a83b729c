"""Cover: a small chart a day, who is there against who is needed, hour by hour."""

from collections.abc import Sequence
from dataclasses import dataclass

from charts.primitives import (
    Body,
    Canvas,
    Caption,
    Markup,
    Point,
    Scale,
    area,
    diamond,
    line,
    no_data,
    pair,
    rect,
    segment,
    steps,
    text,
)

_TOP, _HEIGHT, _FOOT = 18.0, 64.0, 36.0


@dataclass(frozen=True, slots=True)
class CoverHour:
    """From this hour of the clock on: who is there, who is needed, and whether that is to be marked as lacking."""

    hour: int
    there: float
    needed: float
    is_lacking: bool = False


@dataclass(frozen=True, slots=True)
class CoverDay:
    """A day with its hours in order and the words below it; the first of a strip is today and stands out."""

    name: str
    hours: Sequence[CoverHour]
    words: str
    is_short: bool = False


def cover_strip(days: Sequence[CoverDay], caption: Caption, *, hours: tuple[int, int], size: float = 1000) -> Markup:
    """The days side by side, of the same hours of the clock and on one scale; in the narrow drawing a week a line."""
    most = max((max(hour.there, hour.needed) for day in days for hour in day.hours), default=0) or 1

    def draw(canvas: Canvas) -> Body:
        if not days:
            return no_data(canvas.width, _HEIGHT)
        across, gap = (7, 5.0) if canvas.is_narrow else (14, 8.0)
        width, deep = (canvas.width - gap * (across - 1)) / across, _TOP + _HEIGHT + _FOOT
        body = ""
        for number, day in enumerate(days):
            line_number, place = divmod(number, across)
            left, top = place * (width + gap), line_number * deep
            x, y = Scale(*hours, left, left + width), Scale(0, most, top + _TOP + _HEIGHT, top + _TOP)
            body += text(left, top + 11, day.name, "t" if number else "t-ink") + _day(day, x, y) + _words(day, x, y)
        return body, deep * ((len(days) - 1) // across + 1) - 12

    return pair(draw, size, caption)


def _day(day: CoverDay, x: Scale, y: Scale) -> str:
    needed, there = (_steps(points, x, y) for points in zip(*_values(day), strict=True)) if day.hours else ([], [])
    body = area(needed, [(point[0], y(0)) for point in needed], "f-quiet")
    for begin, end in _lacking(day):
        foot = y(begin.there)
        body += rect(x(begin.hour), y(begin.needed), x(end) - x(begin.hour), foot - y(begin.needed), "f-bad")
    return body + segment((x.r0, y(0)), (x.r1, y(0)), "axis") + line(there, "line")


def _values(day: CoverDay) -> list[tuple[tuple[int, float], tuple[int, float]]]:
    return [((hour.hour, hour.needed), (hour.hour, hour.there)) for hour in day.hours]


def _steps(points: Sequence[tuple[int, float]], x: Scale, y: Scale) -> list[Point]:
    """The values as a step line to the end of the day, without the corners at which nothing changes."""
    last = points[-1][1]
    full = steps([*((x(hour), y(value)) for hour, value in points), (x.r1, y(last))])
    return [
        point
        for place, point in enumerate(full)
        if place in {0, len(full) - 1} or not full[place - 1][1] == point[1] == full[place + 1][1]
    ]


def _lacking(day: CoverDay) -> list[tuple[CoverHour, int]]:
    """The lacking hours, each with where it ends."""
    ends = [hour.hour for hour in day.hours[1:]] + [day.hours[-1].hour + 1] if day.hours else []
    return [(hour, end) for hour, end in zip(day.hours, ends, strict=True) if hour.is_lacking]


def _words(day: CoverDay, x: Scale, y: Scale) -> str:
    foot = y(0) + 17
    if not day.is_short:
        return text(x.r0, foot, day.words)
    return diamond(x.r0 + 4, foot - 4, "f-bad", 4) + text(x.r0 + 11, foot, day.words, "t-bad")
