"""State shapes with their word, and the two icons of a metric. Colour is never the only sign."""

from html import escape

from charts.primitives import Markup

SHAPES = {
    "good": '<circle cx="5" cy="5" r="4"/>',
    "watch": '<path d="M5 .5 9.8 9.2H.2z"/>',
    "bad": '<path d="M5 0 10 5 5 10 0 5z"/>',
    "none": '<path d="M0 4h10v2H0z"/>',
    "done": '<path d="M1.2 4.6 3.9 7.3 9 1.9l1 1.2L3.9 9.5 0 5.7z"/>',
    "maint": '<path d="M0 3 3 0h2.200L0 5.200zM0 8 8 0h2L0 10zM3 10l7-7v2.200L5.2 10z"/>',
    "open": '<path d="M5 0a5 5 0 1 0 0 10A5 5 0 0 0 5 0m0 2a3 3 0 1 1 0 6 3 3 0 0 1 0-6"/>',
}
_CLASS = {"done": "good", "maint": "none", "open": "none"}
_Wave = tuple[str, tuple[tuple[float, float], ...]]
_COMMON: _Wave = ("M4 13.5l4.5-3.5 4.5 6 4.5-6 4.5 3.5", ((8.5, 10.0), (13.0, 16.0), (17.5, 10.0)))
_HIGH: _Wave = ("M14.5 17.5l3-4.5 3-4", ((17.5, 13.0), (20.5, 9.0)))
_LOW: _Wave = ("M14.5 8.5l3 4.5 3 4", ((17.5, 13.0), (20.5, 17.0)))
_ASSURANCE = {"pass": ("P", "On the path", "common"), "fail": ("F", "Behind the path", "bad")}


def shape(tone: str) -> Markup:
    """The bare shape of a tone (good, watch, bad, none, done, maint, open), hidden from screen readers."""
    return Markup(f'<svg viewBox="0 0 10 10" aria-hidden="true">{SHAPES.get(tone, SHAPES["none"])}</svg>')


def state(tone: str, label: object) -> Markup:
    """A state: shape and word. An unknown tone shows as none."""
    known = tone if tone in SHAPES else "none"
    return Markup(f'<span class="st st-{_CLASS.get(known, known)}">{shape(known)}{escape(str(label))}</span>')


def variation(kind: str) -> Markup:
    """What the limits say. kind: common, none (too few points), high-good, high-bad, low-good or low-bad."""
    if kind == "none":
        return _icon("common", "Too few points for limits", '<path class="wave" d="M7 13h12"/>')
    if kind == "common":
        label, tone, (wave, points), letter = "Common cause: no signal", "common", _COMMON, ""
    else:
        side, tone = kind.split("-")
        label = f"Special cause, {side}: {'improving' if tone == 'good' else 'concern'}"
        wave, points = _HIGH if side == "high" else _LOW
        letter = f'<text class="ltr" x="9" y="17.3">{"H" if side == "high" else "L"}</text>'
    dots = "".join(f'<circle class="pt" cx="{x:g}" cy="{y:g}" r="2"/>' for x, y in points)
    return _icon(tone, label, f'<path class="wave" d="{wave}"/>{dots}{letter}')


def assurance(kind: str) -> Markup:
    """Whether the value keeps to its path. kind: pass, fail or mixed."""
    letter, label, tone = _ASSURANCE.get(kind, ("?", "Path in doubt", "common"))
    return _icon(tone, label, f'<text class="ltr" x="13" y="15">{letter}</text><path class="tgt" d="M4.5 18.5h17"/>')


def _icon(tone: str, label: str, body: str) -> Markup:
    return Markup(
        f'<svg class="{tone}" viewBox="0 0 26 26" role="img" aria-label="{label}">'
        f'<circle class="ring" cx="13" cy="13" r="12"/>{body}</svg>'
    )
