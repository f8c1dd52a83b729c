"""Round axis steps and short labels, and the helpers that keep labels from colliding."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from charts.primitives import Point, text_width

_MULTIPLES = (1, 2, 2.5, 5, 10)
_SAME, _NOTHING = 1e-9, 1e-12
_TINY, _LONG, _HUGE = 1e-4, 1e6, 1e12
_UNITS = ((1e9, "bn"), (1e6, "M"), (1e3, "k"))


@dataclass(frozen=True, slots=True)
class Axis:
    """A value axis: its bounds and the ticks on it, the first at `low` and the last at `high`."""

    low: float
    high: float
    ticks: tuple[float, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """Short labels, one a tick: 0, 2.5, 40k, −3M."""
        return tuple(short(tick) for tick in self.ticks)

    @property
    def margin(self) -> float:
        """Pixels the labels need left of the plot."""
        return 10 + max(text_width(label) for label in self.labels)

    @property
    def is_cut(self) -> bool:
        """Whether the axis leaves zero out, which the caption must then say."""
        return self.low > 0 or self.high < 0


def value_axis(values: Iterable[float | None], *, from_zero: bool = True, count: int = 5) -> Axis:
    """A round axis around the values with about `count` steps; 0 to 1 where there are none."""
    known = [v for v in values if v is not None and math.isfinite(v)]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if from_zero:
        low, high = min(low, 0), max(high, 0)
    # Values that binary fractions can hardly tell apart have no scale of their own.
    if high / 2 - low / 2 <= max(abs(low), abs(high)) * _SAME or high - low < _NOTHING:
        low, high = low - abs(low) / 2, high + (abs(high) / 2 or 1)
    step = _round_step(high / count - low / count)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple(_clean(i * step, step) for i in range(first, max(last, first + 1) + 1))
    return Axis(ticks[0], ticks[-1], ticks)


def short(value: float) -> str:
    """A number as short as an axis label must be; thousands and above with a unit, e.g. 12k, 1.5M."""
    size = abs(value)
    if size >= _HUGE:
        return f"{value:.0e}".replace("-", "−")
    if 0 < size < _TINY:
        return f"{value:.1e}".replace("-", "−")
    for unit, name in _UNITS:
        if size >= unit * (10 if name == "k" else 1):
            return _trim(value / unit) + name
    return _trim(value)


def number(value: float, decimals: int) -> str:
    """A value written out beside a point or a line; from a million on as short as on the axis."""
    if abs(value) >= _LONG:
        return short(value)
    return f"{value:,.{decimals}f}".replace("-", "−")


def thin(ticks: Sequence[tuple[float, str]], gap: float = 8) -> list[tuple[float, str]]:
    """Every k-th of the ticks (pixel, label), centred on their pixel, with the least k that keeps labels apart."""
    for k in range(1, len(ticks)):
        kept = list(ticks[::k])
        if all(_clear(a, b, gap) for a, b in pairwise(kept)):
            return kept
    return list(ticks[:1])


def _clear(left: tuple[float, str], right: tuple[float, str], gap: float) -> bool:
    return right[0] - left[0] >= (text_width(left[1]) + text_width(right[1])) / 2 + gap


def spread(wanted: Sequence[float], heights: Sequence[float], low: float, high: float) -> list[float]:
    """Tops of label blocks close to the wanted ones, each clear of the next, inside low to high as long as they fit."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = [0.0] * len(wanted)
    floor = low
    for i in order:
        placed[i] = max(wanted[i], floor)
        floor = placed[i] + heights[i]
    ceiling = high
    for i in reversed(order):
        placed[i] = min(placed[i], ceiling - heights[i])
        ceiling = placed[i]
    return placed


def clip(points: Sequence[Point], low: float, high: float) -> list[Point]:
    """The part of a polyline with rising x, or upright steps, between two x; cut ends lie on the line."""
    out: list[Point] = []
    for (x0, y0), (x1, y1) in pairwise(points):
        if x1 <= low or x0 >= high:
            continue
        ends = [(x, y0 + (y1 - y0) * ((x - x0) / (x1 - x0))) for x in (max(x0, low), min(x1, high)) if x1 != x0]
        for point in ends or [(x0, y0), (x1, y1)]:
            if not out or out[-1] != point:
                out.append(point)
    return out


def decimate(points: Sequence[Point | None], limit: int = 2000) -> list[Point | None]:
    """At most four points a pixel column (first, lowest, highest, last), which look the same; gaps stay."""
    if len(points) <= limit:
        return list(points)
    out: list[Point | None] = []
    column: list[Point] = []
    for point in [*points, None]:
        if column and (point is None or int(point[0]) != int(column[0][0])):
            out.extend(_extremes(column))
            column = []
        if point is None:
            out.append(None)
        else:
            column.append(point)
    return out[:-1]


def _extremes(column: Sequence[Point]) -> list[Point]:
    order = sorted(range(len(column)), key=lambda i: column[i][1])
    return [column[i] for i in sorted({0, order[0], order[-1], len(column) - 1})]


def _round_step(rough: float) -> float:
    power: float = 10.0 ** math.floor(math.log10(rough))
    return next((m * power for m in _MULTIPLES if m * power >= rough * (1 - 1e-9)), 10 * power)


def _clean(value: float, step: float) -> float:
    """The value without the noise of binary fractions, e.g. 0.6 and not 0.6000000000000001."""
    return round(value, max(0, 2 - math.floor(math.log10(step)))) + 0.0


def _trim(value: float) -> str:
    body = f"{value:.6g}" if abs(value) < _LONG else f"{value:.0f}"
    return body.replace("-", "−")
