"""Lanes: several views of the same hours on one clock, such as our measurement and what the partner says."""

from collections.abc import Sequence
from dataclasses import dataclass

from charts.axis import thin
from charts.primitives import (
    Body,
    Canvas,
    Caption,
    Markup,
    Scale,
    hatch,
    no_data,
    pair,
    rect,
    segment,
    text,
    text_width,
)

_ROW, _TOP = 30.0, 22.0
_DRAWN_LAST = {"down": 2, "degraded": 1}
_WORDS = {"down": ("t-inv", 13), "degraded": ("t-on", 16)}
_HEAD_NARROW, _HEAD_WIDE = 74.0, 132.0


@dataclass(frozen=True, slots=True)
class Stay:
    """A state between two moments, given as shares 0 to 1 of the window, with words that show where they fit."""

    start: float
    end: float
    state: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """One view: its name, a shorter one for narrow drawings, and its states in order."""

    name: str
    short: str
    stays: Sequence[Stay]
    is_strong: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch to point out below the lanes, as shares 0 to 1, with its words."""

    start: float
    end: float
    words: str


def lanes(
    rows: Sequence[Lane],
    caption: Caption,
    *,
    ticks: Sequence[tuple[float, str]] = (),
    gap: Gap | None = None,
    size: float = 480,
) -> Markup:
    """One lane under the other; `ticks` are (share, words). What is worse is drawn last and never under two pixels."""

    def draw(canvas: Canvas) -> Body:
        width = canvas.width
        if not rows:
            return no_data(width, _ROW)
        x = Scale(0, 1, _HEAD_NARROW if canvas.is_narrow else _HEAD_WIDE, width - 2)
        foot = _TOP + _ROW * len(rows)
        body = _clock(ticks, x, foot, width)
        for number, row in enumerate(rows):
            top = _TOP + number * _ROW + 6
            name = row.short if canvas.is_narrow else row.name
            body += text(0, top + 13, _cut(name, x.r0 - 8), "t-ink" if row.is_strong else "t")
            body += "".join(_stay(stay, x, top) for stay in _in_order(row.stays))
        if gap is None:
            return body, foot + 4
        return body + _gap(gap, x, foot, width), foot + 28

    return pair(draw, size, caption)


def _clock(ticks: Sequence[tuple[float, str]], x: Scale, foot: float, width: float) -> str:
    body = ""
    places = [(x(at), words) for at, words in ticks]
    for at, words in thin([(min(at, width - text_width(words) / 2), words) for at, words in places]):
        body += text(at, _TOP - 9, words, "t", "middle")
    return "".join(segment((at, _TOP - 4), (at, foot), "grid") for at, _ in places) + body


def _in_order(stays: Sequence[Stay]) -> list[Stay]:
    return sorted(stays, key=lambda stay: _DRAWN_LAST.get(stay.state, 0))


def _stay(stay: Stay, x: Scale, top: float) -> str:
    start, end = (x(min(max(share, 0.0), 1.0)) for share in (stay.start, stay.end))
    if end <= start:
        return ""
    start = min(start, x.r1 - 2)
    width = max(end - start, 2)
    body = _block(stay.state, start, width, top)
    if stay.words and text_width(stay.words, "t-ink") + 10 <= width:
        cls, drop = _WORDS.get(stay.state, ("t-ink", 13))
        body += text(start + 5, top + drop, stay.words, cls)
    return body


def _block(state: str, start: float, width: float, top: float) -> str:
    if state == "up":
        return rect(start, top + 7, width, 4, "f-quiet")
    if state == "down":
        return rect(start, top, width, 18, "f-bad")
    if state == "degraded":
        return rect(start, top + 6, width, 12, "f-watch")
    if state in {"paused", "maintenance"}:
        return hatch(start, top + 4, width, 10, 3)
    return rect(start + 0.5, top + 4, max(width - 1, 1), 10, "f-none")


def _gap(gap: Gap, x: Scale, foot: float, width: float) -> str:
    start, end, low = x(gap.start), x(gap.end), foot + 8
    body = segment((start, _TOP), (start, low), "today") + segment((end, foot - _ROW), (end, low), "today")
    at = min(start + 4, width - text_width(gap.words, "t-ink"))
    return body + segment((start, low), (end, low), "zero") + text(at, low + 14, gap.words, "t-ink")


def _cut(words: str, width: float) -> str:
    """The words, shortened where they would run into the lane."""
    most = int(width // text_width("x", "t-ink"))
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"
