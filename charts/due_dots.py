"""Dots on one clock: what is due when, a row for each kind, in shape and colour by how it stands."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from charts.axis import thin
from charts.primitives import (
    Body,
    Canvas,
    Caption,
    Markup,
    Scale,
    diamond,
    dot,
    group,
    pair,
    rect,
    segment,
    text,
    text_width,
    triangle,
)

_TOP, _HEAD, _LEAST_ROW = 20.0, 58.0, 30.0
_APART = 12.0
"""Marks that are nearer than this are drawn one above the other."""
_LEVELS = 8
"""So many at most; what falls on the same spot besides is a number above it."""
_CELL = 48.0
"""The numbers above a row stand so far apart that they never touch."""


def _ring(x: float, y: float) -> str:
    return dot(x, y, 3.2, "")


def _diamond(x: float, y: float) -> str:
    return diamond(x, y, "", 5.5)


def _triangle(x: float, y: float) -> str:
    return triangle(x, y, "")


_MARKS: dict[str, tuple[str, Callable[[float, float], str]]] = {
    "open": ("pt-now", _ring),
    "watch": ("f-watch", _triangle),
    "bad": ("f-bad", _diamond),
}


@dataclass(frozen=True, slots=True)
class DotRow:
    """One kind: its name, and its dots in order as (hours from now, tone: bad, watch or open)."""

    name: str
    dots: Sequence[tuple[float, str]]
    is_strong: bool = False


@dataclass(frozen=True, slots=True)
class _Placed:
    """A row with where its marks stand, each with its level from below, and the numbers of those left over."""

    row: DotRow
    marks: Sequence[tuple[float, int, str]]
    beyond: Sequence[tuple[float, int]]
    levels: int

    @property
    def height(self) -> float:
        return max(_LEAST_ROW, self.levels * _APART + 6) + (14 if self.beyond else 0)


def due_dots(rows: Sequence[DotRow], caption: Caption, *, hours: tuple[int, int], size: float = 1000) -> Markup:
    """The rows from so many whole hours before now to so many after; what is over lies on a band."""

    def draw(canvas: Canvas) -> Body:
        x = Scale(*hours, _HEAD, canvas.width - 8)
        placed = [_place(row, x) for row in rows]
        foot = _TOP + sum(one.height for one in placed)
        body = rect(x.r0, _TOP, x(0) - x.r0, foot - _TOP, "band") + _clock(hours, x, foot, canvas)
        marks: dict[str, str] = dict.fromkeys(_MARKS, "")
        top = _TOP
        for one in placed:
            body += _frame(one, top, canvas.width)
            for at, level, tone in one.marks:
                marks[tone] += _MARKS[tone][1](at, _height_of(level, one, top))
            top += one.height
        return body + "".join(group(_MARKS[tone][0], drawn) for tone, drawn in marks.items()), foot + 6

    return pair(draw, size, caption)


def dots_key(labels: Sequence[tuple[str, str]]) -> Markup:
    """The key as a list of (tone, label)."""
    entries = ""
    for tone, label in labels:
        cls, mark = _MARKS[tone]
        drawn = group(cls, mark(10, 6))
        entries += f'<li><svg viewBox="0 0 20 12" aria-hidden="true">{drawn}</svg>{escape(label)}</li>'
    return Markup(f'<ul class="key" aria-label="Key to the marks">{entries}</ul>')


def _place(row: DotRow, x: Scale) -> _Placed:
    """Each mark on the lowest level that is free at its spot."""
    ends = [-_APART] * _LEVELS
    marks: list[tuple[float, int, str]] = []
    beyond: Counter[int] = Counter()
    for hour, tone in sorted(row.dots):
        at = x(hour)
        level = next((level for level, end in enumerate(ends) if at - end >= _APART), None)
        if level is None:
            beyond[int((at - _HEAD) // _CELL)] += 1
        else:
            ends[level] = at
            marks.append((at, level, tone))
    numbers = [(min(_HEAD + (cell + 0.5) * _CELL, x.r1 - _CELL / 2), count) for cell, count in sorted(beyond.items())]
    return _Placed(row, marks, numbers, 1 + max((level for _, level, _ in marks), default=0))


def _height_of(level: int, one: _Placed, top: float) -> float:
    """Where a level lies; the levels of a row stand in its middle."""
    room = one.height - (14 if one.beyond else 0)
    return top + one.height - (room - one.levels * _APART) / 2 - (level + 0.5) * _APART


def _frame(one: _Placed, top: float, width: float) -> str:
    foot = top + one.height
    body = segment((_HEAD, foot), (width, foot), "grid")
    body += text(0, (top + foot) / 2 + 4, one.row.name, "t-ink" if one.row.is_strong else "t")
    return body + "".join(text(at, top + 12, f"+{count:,}", "t halo", "middle") for at, count in one.beyond)


def _clock(hours: tuple[int, int], x: Scale, foot: float, canvas: Canvas) -> str:
    first, last = hours
    ticks = range(first, last + 1, 2 if canvas.is_narrow else 1)
    body = "".join(segment((x(hour), _TOP), (x(hour), foot), "zero" if hour == 0 else "grid") for hour in ticks)
    places = [(min(x(hour), canvas.width - text_width(_hour(hour)) / 2), _hour(hour)) for hour in ticks]
    for at, words in thin(places):
        body += text(at, _TOP - 6, words, "t-ink" if words == "now" else "t", "middle")
    return body


def _hour(hour: int) -> str:
    return "now" if hour == 0 else f"{hour} h".replace("-", "−")
