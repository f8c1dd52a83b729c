"""Reads drawings back: every svg in some markup, where its shapes and words lie."""

import re
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from charts.primitives import text_width

_STEP = re.compile(r"([MLHVhvZz])([^MLHVhvZz]*)")


@dataclass(frozen=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Word:
    text: str
    box: Box
    size: float


@dataclass(frozen=True)
class Drawing:
    width: float
    height: float
    shapes: list[Box]
    words: list[Word]
    classes: list[str]
    node: ET.Element


def read_drawings(markup: str) -> list[Drawing]:
    """All svg images in the markup; raises ParseError where it is not well-formed."""
    root = ET.fromstring(f"<root>{markup}</root>")
    return [_drawing(node) for node in root.iter("svg") if node.get("role") == "img"]


def _drawing(node):
    _, _, width, height = (float(part) for part in node.get("viewBox").split())
    shapes, words, classes = [], [], []
    for child in node.iter():
        classes.append(child.get("class", ""))
        if child.tag == "text":
            words.append(_word(child))
        elif child.tag in {"rect", "circle", "path"}:
            shapes.append(_shape(child))
    return Drawing(width, height, shapes, words, classes, node)


def _shape(node):
    if node.tag == "rect":
        x, y, w, h = (float(node.get(name)) for name in ("x", "y", "width", "height"))
        return Box(x, y, x + w, y + h)
    if node.tag == "circle":
        x, y, r = (float(node.get(name)) for name in ("cx", "cy", "r"))
        return Box(x - r, y - r, x + r, y + r)
    xs, ys = zip(*_points(node.get("d")), strict=True)
    return Box(min(xs), min(ys), max(xs), max(ys))


def _points(d):
    x = y = 0.0
    for letter, numbers in _STEP.findall(d):
        values = [float(part) for part in numbers.replace(",", " ").split()]
        if letter in "ML":
            x, y = values
        elif letter in "Hh":
            x = values[0] + (x if letter == "h" else 0)
        elif letter in "Vv":
            y = values[0] + (y if letter == "v" else 0)
        yield x, y


def _word(node):
    words, cls = node.text or "", node.get("class")
    width = text_width(words, cls)
    x, y = float(node.get("x")), float(node.get("y"))
    left = x - {"start": 0, "middle": width / 2, "end": width}[node.get("text-anchor")]
    return Word(words, Box(left, y - 9, left + width, y + 2), float(node.get("font-size")))


def assert_inside(markup: str, *, slack: float = 0.6) -> list[Drawing]:
    """Every shape and every word lies inside its image, in legible size; gives the drawings back."""
    drawings = read_drawings(markup)
    assert drawings
    for drawing in drawings:
        for box in [*drawing.shapes, *(word.box for word in drawing.words)]:
            assert box.left >= -slack, (box, drawing.width)
            assert box.top >= -slack, (box, drawing.height)
            assert box.right <= drawing.width + slack, (box, drawing.width)
            assert box.bottom <= drawing.height + slack, (box, drawing.height)
        assert all(word.size >= 11 for word in drawing.words)
    return drawings


def assert_words_apart(drawing: Drawing) -> None:
    """No two labels overlap; a pixel of touching boxes is allowed, since widths are upper estimates."""
    for index, one in enumerate(drawing.words):
        for other in drawing.words[index + 1 :]:
            apart = (
                one.box.right <= other.box.left + 1
                or other.box.right <= one.box.left + 1
                or one.box.bottom <= other.box.top + 1
                or other.box.bottom <= one.box.top + 1
            )
            assert apart, (one, other)


def words_of(markup: str) -> list[str]:
    return [word.text for drawing in read_drawings(markup) for word in drawing.words]


def classes_of(markup: str) -> list[str]:
    return [cls for drawing in read_drawings(markup) for cls in drawing.classes]
