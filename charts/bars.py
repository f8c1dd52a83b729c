"""Bars: one measure by category or period, a histogram with its marks, and the share bar of a table cell."""

from collections.abc import Sequence
from dataclasses import dataclass

from charts.axis import Axis, thin, value_axis
from charts.primitives import (
    Body,
    Canvas,
    Caption,
    Markup,
    Scale,
    element,
    no_data,
    pair,
    rect,
    segment,
    text,
    text_width,
)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label on the axis (may be empty), its value (None is a gap) and its class, e.g. f-mid or f-ink."""

    label: str
    value: float | None
    cls: str = "f-mid"


@dataclass(frozen=True, slots=True)
class ValueMark:
    """A line across a histogram at a value, such as a median or a target (class t-path)."""

    value: float
    label: str
    cls: str = "t-ink"


def bars(rows: Sequence[Bar], caption: Caption, *, size: float = 480, height: float = 120) -> Markup:
    """Upright bars from zero, negative ones downwards; labels that would touch are left out."""

    def draw(canvas: Canvas) -> Body:
        width = canvas.width
        if not any(row.value is not None for row in rows):
            return no_data(width, height)
        axis = value_axis([row.value for row in rows], count=3)
        left, right, top = axis.margin, width - 4, 8.0
        y, x = Scale(axis.low, axis.high, top + height, top), Scale(0, len(rows), left, right)
        body = _grid(axis, y, left, right)
        for index, row in enumerate(rows):
            if row.value is not None:
                body += _upright(x(index), x(index + 1), y(row.value), y(0), row.cls)
        labels = [(x(i + 0.5), row.label) for i, row in enumerate(rows) if row.label]
        inside = [(at, words) for at, words in labels if at + text_width(words) / 2 <= width]
        body += "".join(text(at, top + height + 16, words, "t", "middle") for at, words in thin(inside))
        return body, top + height + 22

    return pair(draw, size, caption)


def histogram(
    bins: Sequence[int],
    caption: Caption,
    *,
    bin_width: float,
    marks: Sequence[ValueMark] = (),
    unit: str = "",
    size: float = 480,
) -> Markup:
    """Counts in bins of equal width from zero; marks are lines at values, their labels stacked above the bars."""

    def draw(canvas: Canvas) -> Body:
        width = canvas.width
        if not sum(bins):
            return no_data(width, 110)
        left, right, height = 4.0, width - 22.0, 110.0
        top = 16.0 + 14 * len(marks)
        x, y = Scale(0, len(bins), left, right), Scale(0, max(bins), top + height, top)
        body = ""
        for index, count in enumerate(bins):
            body += rect(x(index), y(count), x(index + 1) - x(index) - 1, top + height - y(count), "f-mid")
        body += segment((left, top + height), (right, top + height), "axis")
        body += _value_marks(marks, bin_width * len(bins), Scale(0, bin_width * len(bins), left, right), top + height)
        ticks = value_axis([bin_width * len(bins)], count=4).ticks
        places = [(x(tick / bin_width), f"{tick:g} {unit}".strip()) for tick in ticks if tick <= bin_width * len(bins)]
        for at, words in thin([(max(at, text_width(words) / 2), words) for at, words in places]):
            body += text(at, top + height + 16, words, "t", "middle")
        return body, top + height + 22

    return pair(draw, size, caption)


def share_bar(share: float, *, cls: str = "f-mid", width: float = 72, ticks: Sequence[float] = ()) -> Markup:
    """A small bar of a share 0 to 1 for a table cell; decoration beside a written figure, so hidden from readers."""
    body = rect(0, 2, width, 6, "f-band") + rect(0, 2, width * min(max(share, 0), 1), 6, cls)
    body += "".join(segment((width * tick, 0), (width * tick, 10), "axis") for tick in ticks)
    return Markup(
        f'<svg class="bar" viewBox="0 0 {width:g} 10" width="{width:g}" height="10" aria-hidden="true">{body}</svg>'
    )


def _grid(axis: Axis, y: Scale, left: float, right: float) -> str:
    body = ""
    for tick, label in zip(axis.ticks, axis.labels, strict=True):
        body += segment((left, y(tick)), (right, y(tick)), "axis" if tick == 0 else "grid")
        body += text(left - 6, y(tick) + 4, label, anchor="end")
    return body


def _upright(x0: float, x1: float, end: float, zero: float, cls: str) -> str:
    gap = min(1.5, (x1 - x0) * 0.2)
    return element("rect", cls, x=x0 + gap / 2, y=min(end, zero), width=x1 - x0 - gap, height=max(abs(end - zero), 0.5))


def _value_marks(marks: Sequence[ValueMark], top_value: float, x: Scale, foot: float) -> str:
    body = ""
    for row, mark in enumerate(sorted(marks, key=lambda mark: mark.value)):
        at, head = x(min(max(mark.value, 0), top_value)), 6.0 + row * 14
        beyond = at + 4 + text_width(mark.label, mark.cls) > x.r1 + 18
        body += segment((at, head), (at, foot), "path" if mark.cls == "t-path" else "zero")
        body += text(
            at - 4 if beyond else at + 4, head + 8, mark.label, f"{mark.cls} halo", "end" if beyond else "start"
        )
    return body
