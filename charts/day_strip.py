"""Strips of states: one mark a day, or exact intervals on one line. Being up has no colour."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from charts.primitives import Caption, Markup, element, hatch, rect, svg

KEY = (
    ("up", "up"),
    ("degraded", "degraded"),
    ("down", "down"),
    ("paused", "maintenance"),
    ("unknown", "unknown"),
)
_SEVERITY = {"none": 0, "up": 1, "paused": 2, "maintenance": 2, "pending": 3, "unknown": 3, "degraded": 4, "down": 5}


@dataclass(frozen=True, slots=True)
class Span:
    """A state between two moments, given as shares 0 to 1 of the strip's window."""

    start: float
    end: float
    state: str


def worst(states: Sequence[str]) -> str:
    """The state a day is drawn in: down, degraded, unknown, paused, up; "none" where there was no measuring."""
    return max(states, key=lambda state: _SEVERITY.get(state, 3), default="none")


def day_strip(states: Sequence[str], caption: Caption, *, size: tuple[float, float] = (330, 18)) -> Markup:
    """One mark a day, oldest first, by the day's worst state; "none" leaves a hairline."""
    width, height = size
    step = width / max(len(states), 1)
    body = "".join(_mark(state, index * step, max(step - 1.5, 1), height) for index, state in enumerate(states))
    return svg(width, height, body, caption)


def interval_strip(spans: Sequence[Span], caption: Caption, *, size: tuple[float, float] = (330, 18)) -> Markup:
    """Exact intervals on one line; the worst are drawn last and never thinner than two pixels, so none is lost."""
    width, height = size
    body = element("path", "grid", d=f"M0 {height - 1:g}H{width:g}")
    for span in sorted(spans, key=lambda span: _SEVERITY.get(span.state, 3)):
        left, right = (min(max(share, 0.0), 1.0) * width for share in (span.start, span.end))
        left = min(left, width - 2)
        body += _mark(span.state, left, max(right - left, 2), height)
    return svg(width, height, body, caption)


def state_key(labels: Sequence[tuple[str, str]] = KEY, *, note: str = "") -> Markup:
    """The key of strips and rasters as a list of (state, label); `note` is one more entry without a mark."""
    entries = "".join(
        f'<li><svg viewBox="0 0 20 10" aria-hidden="true">{_mark(state, 0, 20, 10)}</svg>{escape(label)}</li>'
        for state, label in labels
    )
    extra = f"<li>{escape(note)}</li>" if note else ""
    return Markup(f'<ul class="key" aria-label="Key to the states">{entries}{extra}</ul>')


def _mark(state: str, x: float, width: float, height: float) -> str:
    if state == "up":
        return rect(x, height - 4, width, 4, "f-quiet")
    if state == "down":
        return rect(x, 0, width, height, "f-bad")
    if state == "degraded":
        return rect(x, height * 0.42, width, height * 0.58, "f-watch")
    if state in {"paused", "maintenance"}:
        return hatch(x, height - 8, width, 8, 3)
    if state == "none":
        return rect(x, height - 1, width, 1, "f-quiet")
    return rect(x + 0.5, height - 8, max(width - 1, 1), 7.5, "f-none")
