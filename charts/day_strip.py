"""Strips of states: one mark a day, or exact intervals on one line. Being up has no colour."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from charts.primitives import Caption, Markup, coordinate, element, hatch, svg

KEY = (
    ("up", "up"),
    ("degraded", "degraded"),
    ("down", "down"),
    ("paused", "maintenance"),
    ("unknown", "unknown"),
)
_HATCHED = {"paused", "maintenance"}
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
    mark = max(step - 1.5, 1)
    places: dict[str, list[float]] = {}
    for index, state in enumerate(states):
        places.setdefault(state, []).append(index * step)
    return svg(width, height, "".join(_marks(s, at, mark, height) for s, at in places.items()), caption)


def interval_strip(spans: Sequence[Span], caption: Caption, *, size: tuple[float, float] = (330, 18)) -> Markup:
    """Exact intervals on one line; the worst are drawn last and never thinner than two pixels, so none is lost."""
    width, height = size
    body = element("path", "grid", d=f"M0 {height - 1:g}H{width:g}")
    for span in sorted(spans, key=lambda span: _SEVERITY.get(span.state, 3)):
        left, right = (min(max(share, 0.0), 1.0) * width for share in (span.start, span.end))
        left = min(left, width - 2)
        body += _marks(span.state, [left], max(right - left, 2), height)
    return svg(width, height, body, caption)


def state_key(labels: Sequence[tuple[str, str]] = KEY, *, note: str = "") -> Markup:
    """The key of strips and rasters as a list of (state, label); `note` is one more entry without a mark."""
    entries = "".join(
        f'<li><svg viewBox="0 0 20 10" aria-hidden="true">{_marks(state, [0], 20, 10)}</svg>{escape(label)}</li>'
        for state, label in labels
    )
    extra = f"<li>{escape(note)}</li>" if note else ""
    return Markup(f'<ul class="key" aria-label="Key to the states">{entries}{extra}</ul>')


def _marks(state: str, places: Sequence[float], width: float, height: float) -> str:
    """All marks of one state in one path, because a page has many strips."""
    if state in _HATCHED:
        return "".join(hatch(x, height - 8, width, 8, 3) for x in places)
    depth, cls = _extent(state, height)
    # An outlined box is drawn half a pixel in, so that its border stays inside.
    inset = 0.5 if cls == "f-none" else 0
    y, w, h = coordinate(height - depth + inset), max(width - 2 * inset, 1), coordinate(depth - 2 * inset)
    box = f"h{coordinate(w)}v{h}h{coordinate(-w)}z"
    return element("path", cls, d="".join(f"M{coordinate(x + inset)} {y}{box}" for x in places))


def _extent(state: str, height: float) -> tuple[float, str]:
    """How high a mark stands on the strip's foot, and its class."""
    if state == "down":
        return height, "f-bad"
    if state == "degraded":
        return height * 0.58, "f-watch"
    if state in {"up", "none"}:
        return (4 if state == "up" else 1), "f-quiet"
    return 8, "f-none"
