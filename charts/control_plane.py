"""The geometry of a control chart: what window it shows, its axes and the room its labels need."""

import math
from dataclasses import dataclass

from charts.axis import Axis, clip, number, value_axis
from charts.control_data import ControlData
from charts.primitives import Canvas, Scale, segment, text, text_width

NARROW_VALUES = 22
FUTURE_SHARE = 0.35
"""How much of the window's length the future may take; a path that runs on is cut there."""
TOP, GAP, RANGE_HEIGHT = 34.0, 34.0, 62.0


@dataclass(frozen=True, slots=True)
class RightLabel:
    """Lines of words at the right border, at the height of a value."""

    value: float
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Plane:
    """Scales and borders in pixels: `first` index shown, `horizon` the last x, `foot` the plot's lower border."""

    canvas: Canvas
    first: int
    horizon: float
    axis: Axis
    x: Scale
    y: Scale
    foot: float
    bottom: float
    labels: tuple[RightLabel, ...]

    @property
    def left(self) -> float:
        return self.x.r0

    @property
    def right(self) -> float:
        return self.x.r1

    @property
    def start(self) -> float:
        """The x in data at the left border."""
        return self.x.d0

    def grid(self) -> str:
        """The value axis, cut by two strokes at its foot where it leaves zero out."""
        body = ""
        for tick, label in zip(self.axis.ticks, self.axis.labels, strict=True):
            body += segment((self.left, self.y(tick)), (self.right, self.y(tick)), "axis" if tick == 0 else "grid")
            body += text(self.left - 6, self.y(tick) + 4, label, anchor="end")
        if self.axis.is_cut:
            for rise in (6, 10):
                body += segment((self.left - 4, self.foot - rise), (self.left + 4, self.foot - rise - 4), "zero")
        return body


def plane_for(data: ControlData, canvas: Canvas) -> Plane:
    """The plane that holds everything given, for one of the two widths."""
    count = len(data.values)
    first = max(0, count - NARROW_VALUES) if canvas.is_narrow else 0
    start, horizon = first - 0.7, _horizon(data, first)
    axis = value_axis(_heights(data, first, start, horizon), from_zero=data.from_zero)
    labels = () if canvas.is_narrow else tuple(_right_labels(data, horizon))
    margin = max((text_width(words, cls) for label in labels for words, cls in label.lines), default=0)
    foot = TOP + (230 if canvas.is_narrow else 268)
    x = Scale(start, horizon, axis.margin, canvas.width - (margin + 16 if margin else 14))
    y = Scale(axis.low, axis.high, foot, TOP)
    bottom = foot + GAP + RANGE_HEIGHT if any(v is not None for v in data.ranges) else foot
    return Plane(canvas, first, horizon, axis, x, y, foot, bottom, labels)


def _horizon(data: ControlData, first: int) -> float:
    count = len(data.values)
    ends = [count - 1.0, float(count) if data.partial is not None else 0.0]
    ends += [data.goal.at] if data.goal else []
    ends += [point[0] for point in data.fan.middle] if data.fan else []
    return min(max(ends), count + math.ceil((count - first) * FUTURE_SHARE)) + 0.5


def _heights(data: ControlData, first: int, start: float, horizon: float) -> list[float | None]:
    heights = [*data.values[first:], data.partial]
    for phase in data.phases:
        if phase.end >= first:
            heights += [phase.limits.lower, phase.limits.upper]
    heights += [value for _, value in [*clip(data.path, start, horizon), *clip(data.upper_path, start, horizon)]]
    if data.fan:
        heights += [value for x, value in [*data.fan.lower, *data.fan.upper] if x <= horizon]
    return heights


def _right_labels(data: ControlData, horizon: float) -> list[RightLabel]:
    labels = []
    if data.phases and data.phases[-1].end >= len(data.values) - 1:
        centre = data.phases[-1].limits.centre
        labels.append(RightLabel(centre, ((f"mean {number(centre, data.decimals)}", "t"),)))
    path = clip(data.path, -math.inf, horizon)
    if data.goal and path:
        label = data.goal.beyond if data.goal.beyond and data.goal.at > horizon else data.goal.label
        lines = tuple((words, "t-path") for words in (label, data.goal.note) if words)
        labels.append(RightLabel(path[-1][1], lines))
    if data.fan and data.fan.middle:
        value = data.fan.middle[-1][1]
        words = f"{number(value, data.decimals)} {data.unit}"
        labels.append(RightLabel(value, ((data.fan.label, "t"), (words, "t-ink"))))
    return labels
