"""What every drawing is made of: elements with a class, points, shapes, text, and the frame around them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Self

from charts.look import LOOK, PLAIN_TEXT, TEXT_FILL

Point = tuple[float, float]
Body = tuple[str, float]
"""Markup of a drawing and the height it came to."""


class Markup(str):
    """Finished, escaped markup. Template engines that honour `__html__` show it without a filter."""

    __slots__ = ()

    def __html__(self) -> Self:
        return self


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear map from data to pixels; a domain of one value maps to the middle."""

    d0: float
    d1: float
    r0: float
    r1: float

    def __call__(self, value: float) -> float:
        if self.d1 == self.d0:
            return (self.r0 + self.r1) / 2
        # Divided before it is multiplied: the product of two huge numbers would overflow.
        return self.r0 + (value - self.d0) / (self.d1 - self.d0) * (self.r1 - self.r0)


def coordinate(value: float) -> str:
    """A coordinate with at most one decimal."""
    text = f"{value:.1f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def element(tag: str, cls: str, **attributes: float | str) -> str:
    """One empty element with class (none for ""), light-scheme look and attributes; `_` in a name becomes `-`."""
    written = [
        f'{name.replace("_", "-")}="{escape(value) if isinstance(value, str) else coordinate(value)}"'
        for name, value in attributes.items()
    ]
    return f"<{tag} {' '.join([*_styled(cls), *written])}/>"


def group(cls: str, body: str) -> str:
    """Shapes without a class of their own that share one; nothing for none."""
    return f"<g {' '.join(_styled(cls))}>{body}</g>" if body else ""


def _styled(cls: str) -> list[str]:
    """The class and its look as attributes."""
    return [part for part in (f'class="{cls}"' if cls else "", LOOK.get(cls, "")) if part]


def segment(start: Point, end: Point, cls: str) -> str:
    """A straight line between two points."""
    return element("path", cls, d=f"M{_at(start)}L{_at(end)}")


def rect(x: float, y: float, width: float, height: float, cls: str) -> str:
    """A rectangle; negative sizes are drawn as none."""
    return element("rect", cls, x=x, y=y, width=max(width, 0), height=max(height, 0))


def dot(x: float, y: float, radius: float, cls: str) -> str:
    return element("circle", cls, cx=x, cy=y, r=radius)


def line(points: Iterable[Point | None], cls: str) -> str:
    """A line through the points; None breaks it. A point alone between two gaps shows as a round dot."""
    runs: list[list[Point]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    d = "".join(f"M{'L'.join(map(_at, run))}" + ("h0" if len(run) == 1 else "") for run in runs if run)
    return element("path", cls, d=d) if d else ""


def area(top: Sequence[Point], bottom: Sequence[Point], cls: str) -> str:
    """The closed shape between two lines that run the same way; nothing for fewer than two points in all."""
    outline = [*top, *reversed(bottom)]
    return element("path", cls, d=f"M{'L'.join(map(_at, outline))}Z") if len(outline) > 1 else ""


def steps(points: Sequence[Point]) -> list[Point]:
    """The points of a step line: each value holds until the next begins."""
    out: list[Point] = []
    for index, (x, y) in enumerate(points):
        if index:
            out.append((x, points[index - 1][1]))
        out.append((x, y))
    return out


def text(x: float, y: float, words: object, cls: str = "t", anchor: str = "start") -> str:
    """A label of 11 px; the words are escaped."""
    fill = next((TEXT_FILL[name] for name in cls.split() if name in TEXT_FILL), PLAIN_TEXT)
    return (
        f'<text class="{cls}" x="{coordinate(x)}" y="{coordinate(y)}" font-size="11" fill="{fill}" '
        f'text-anchor="{anchor}">{escape(str(words))}</text>'
    )


def text_width(words: object, cls: str = "t") -> float:
    """An upper estimate of a label's width in pixels, with the widest common fallback font in mind."""
    size = 13 if "t-big" in cls else 11
    return len(str(words)) * size * (0.66 if "t-big" in cls or "t-ink" in cls else 0.61)


def triangle(x: float, y: float, cls: str, *, up: bool = True, radius: float = 5) -> str:
    s = radius if up else -radius
    corners = [(x, y - s), (x + radius, y + s * 0.8), (x - radius, y + s * 0.8)]
    return element("path", cls, d=f"M{'L'.join(map(_at, corners))}Z")


def diamond(x: float, y: float, cls: str, radius: float = 5) -> str:
    corners = [(x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y)]
    return element("path", cls, d=f"M{'L'.join(map(_at, corners))}Z")


def hatch(x: float, y: float, width: float, height: float, gap: float = 4) -> str:
    """Hatching at 45 degrees inside a box, without a pattern id."""
    d, k = "", gap
    while k < width + height:
        start = (x + k, y) if k <= width else (x + width, y + k - width)
        end = (x, y + k) if k <= height else (x + k - height, y + height)
        d += f"M{_at(start)}L{_at(end)}"
        k += gap
    return element("path", "s-hatch", d=d) if d else ""


@dataclass(frozen=True, slots=True)
class Caption:
    """What a drawing is called: `id` must be unique on its page; `title` and `description` are read out."""

    id: str
    title: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Canvas:
    """How wide a drawing may be, and whether it is the one for narrow containers, which shows less, not smaller."""

    width: float
    is_narrow: bool


def svg(width: float, height: float, body: str, caption: Caption, cls: str = "") -> Markup:
    """A drawing as an image with title and description."""
    key, title, w, h = escape(caption.id), escape(caption.title), coordinate(width), coordinate(height)
    return Markup(
        f'<svg class="{cls}" role="img" aria-labelledby="{key}-t {key}-d" viewBox="0 0 {w} {h}" '
        f'width="{w}" height="{h}"><title id="{key}-t">{title}</title>'
        f'<desc id="{key}-d">{escape(caption.description) or title}</desc>{body}</svg>'
    )


def pair(draw: Callable[[Canvas], Body], wide: float, caption: Caption, narrow: float = 358) -> Markup:
    """The same drawing for the wide and for the narrow container; the page's CSS shows one of them."""
    out = []
    for width, name in ((wide, "wide"), (narrow, "narrow")):
        body, height = draw(Canvas(width, is_narrow=name == "narrow"))
        out.append(svg(width, height, body, replace(caption, id=f"{caption.id}-{name[0]}"), name))
    return Markup("".join(out))


def figure(heading: str, note: str, drawing: str, *, size: str = "m", after: str = "") -> Markup:
    """A chart headed by its finding, unit, population and rule below; size m, l or x picks the breakpoint.

    `drawing` and `after` (a key, a table) are finished markup, the other words are escaped.
    """
    return Markup(
        f'<figure class="chart chart-{escape(size)}"><figcaption><b>{escape(heading)}</b>'
        f"<span>{escape(note)}</span></figcaption>{drawing}{after}</figure>"
    )


def no_data(width: float, height: float, words: str = "no data") -> Body:
    """What is drawn where there is nothing to draw: a dashed frame that says so."""
    frame = rect(0.5, 0.5, width - 1, height - 1, "f-none")
    return frame + text(width / 2, height / 2 + 4, words, "t", "middle"), height


def _at(point: Point) -> str:
    return f"{coordinate(point[0])} {coordinate(point[1])}"
