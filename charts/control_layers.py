"""The layers of a control chart, each drawn on the plane."""

import math
from itertools import pairwise

from charts.axis import clip, decimate, number, spread, thin
from charts.control_data import ControlData, Phase
from charts.control_plane import TOP, Plane
from charts.primitives import (
    Point,
    area,
    diamond,
    dot,
    line,
    rect,
    segment,
    text,
    text_width,
    triangle,
)

LINE_HEIGHT = 14.0
BREAK_LETTERS = 60
FLAG_ROWS, FLAG_GAP = 4, 18.0


def draw_limits(data: ControlData, plane: Plane) -> str:
    """Each phase's limits as a band with dotted edges and its centre."""
    return "".join(_phase(phase, plane) for phase in data.phases if phase.end >= plane.first)


def draw_limit_labels(data: ControlData, plane: Plane) -> str:
    """Each phase's limits written out where there is room; after what may cross them, so that the halo clears it."""
    return "".join(_phase_labels(phase, plane, data.decimals) for phase in data.phases if phase.end >= plane.first)


def _phase(phase: Phase, plane: Plane) -> str:
    limits, y = phase.limits, plane.y
    left, right = plane.x(max(phase.start - 0.5, plane.start)), plane.x(min(phase.end + 0.5, plane.horizon))
    upper, lower = y(limits.upper), y(limits.lower)
    body = rect(left, upper, right - left, lower - upper, "band")
    body += segment((left, y(limits.centre)), (right, y(limits.centre)), "centre")
    return body + segment((left, upper), (right, upper), "limit") + segment((left, lower), (right, lower), "limit")


def _phase_labels(phase: Phase, plane: Plane, decimals: int) -> str:
    limits, y = phase.limits, plane.y
    left, right = plane.x(max(phase.start - 0.5, plane.start)), plane.x(min(phase.end + 0.5, plane.horizon))
    upper, lower = y(limits.upper), y(limits.lower)
    high, low = f"limit {number(limits.upper, decimals)}", f"limit {number(limits.lower, decimals)}"
    if right - left < max(text_width(high), text_width(low)) + 10:
        return ""
    below = lower + 13 if lower + 13 < plane.foot else lower - 5
    return text(left + 5, upper - 5, high, "t halo") + text(left + 5, below, low, "t halo")


def draw_path(data: ControlData, plane: Plane) -> str:
    """The target path with its end, the fan of a forecast, and the words for both."""
    body = ""
    x, y = plane.x, plane.y
    path = [(x(at), y(value)) for at, value in clip(data.path, plane.start, plane.horizon)]
    upper = [(x(at), y(value)) for at, value in clip(data.upper_path, plane.start, plane.horizon)]
    body += line(path, "path") + line(upper, "path")
    if data.fan:
        high, low, middle = ([(x(a), y(v)) for a, v in side if a <= plane.horizon] for side in _sides(data))
        body += area(high, low, "fan") + line(middle, "proj")
    goal = data.goal
    if goal and goal.has_end and plane.start <= goal.at <= plane.horizon:
        body += diamond(x(goal.at), y(goal.value), "goal", 5)
    return body + (_narrow_goal(data, plane, path) if plane.canvas.is_narrow else _right(plane))


def _sides(data: ControlData) -> tuple[list[Point], list[Point], list[Point]]:
    fan = data.fan
    return ([*fan.upper], [*fan.lower], [*fan.middle]) if fan else ([], [], [])


def _right(plane: Plane) -> str:
    wanted = [plane.y(label.value) + (4 if len(label.lines) == 1 else -1) for label in plane.labels]
    heights = [LINE_HEIGHT * len(label.lines) + 2 for label in plane.labels]
    body = ""
    for top, label in zip(spread(wanted, heights, TOP, plane.foot + LINE_HEIGHT), plane.labels, strict=True):
        for row, (words, cls) in enumerate(label.lines):
            body += text(plane.right + 9, top + row * LINE_HEIGHT, words, cls)
    return body


def _narrow_goal(data: ControlData, plane: Plane, path: list[Point]) -> str:
    if not data.goal or not path:
        return ""
    label = data.goal.beyond if data.goal.beyond and data.goal.at > plane.horizon else data.goal.label
    words = ", ".join(filter(None, (label, data.goal.note)))
    end = path[-1][1]
    return text(plane.right, end + 18 if end + 20 < plane.foot else end - 12, words, "t-path halo", "end")


def draw_times(data: ControlData, plane: Plane) -> str:
    """The time axis, breaks, today, and lettered events."""
    x, body = plane.x, ""
    ticks = [(x(index), words) for index, words in data.ticks if plane.first <= index <= plane.horizon]
    fitting = [(at, words) for at, words in ticks if at + text_width(words) / 2 <= plane.canvas.width]
    for at, words in thin(fitting):
        body += segment((at, plane.bottom), (at, plane.bottom + 4), "axis")
        body += text(at, plane.bottom + 16, words, "t", "middle")
    body += _breaks(data, plane)
    now = len(data.values)
    if plane.horizon > now + 0.6:
        body += segment((x(now), TOP), (x(now), plane.foot), "today")
        fits = x(now) + 4 + text_width("today") <= plane.canvas.width
        body += text(x(now) + (4 if fits else -4), TOP + 10, "today", "t halo", "start" if fits else "end")
    return body + _flags(data, plane)


def _flags(data: ControlData, plane: Plane) -> str:
    """Lettered discs at the foot, one above the other where weeks lie closer than a disc is wide."""
    body, free = "", [-math.inf] * FLAG_ROWS
    for flag in sorted(data.flags, key=lambda flag: flag.index):
        value = data.values[flag.index]
        if flag.index < plane.first or value is None:
            continue
        at = plane.x(flag.index)
        row = next((i for i, right in enumerate(free) if at - right >= FLAG_GAP), 0)
        free[row] = at
        middle = plane.foot - 12 - row * FLAG_GAP
        body += segment((at, min(plane.y(value) + 7, middle - 8)), (at, middle - 8), "rebase")
        body += dot(at, middle, 8, "flag") + text(at, middle + 4, flag.letter, "t-ink", "middle")
    return body


def _breaks(data: ControlData, plane: Plane) -> str:
    body, free = "", 0.0
    for mark in sorted(data.breaks, key=lambda mark: mark.index):
        if mark.index <= plane.first:
            continue
        at, cls = plane.x(mark.index - 0.5), "t-ink" if mark.is_definition else "t"
        for offset in (-1.5, 1.5) if mark.is_definition else (0.0,):
            body += segment((at + offset, 8), (at + offset, plane.bottom), "break" if mark.is_definition else "rebase")
        for words in (mark.label, f"{mark.label[:36].rstrip()}…", mark.label.partition(":")[0]):
            width = text_width(words, cls)
            left = at + 7 if at + 7 + width <= plane.canvas.width else at - 7 - width
            if left >= free and len(words) <= BREAK_LETTERS:
                body += text(left, 17, words, cls)
                free = left + width + 8
                break
    return body


def draw_data(data: ControlData, plane: Plane) -> str:
    """The values as line and points, the running period as a dashed ring, signals, and the last value written out."""
    definitions = [mark.index for mark in data.breaks if mark.is_definition]
    edges = [0, *definitions, len(data.values)]
    body = ""
    for count, (start, end) in enumerate(pairwise(edges)):
        old = count < len(edges) - 2
        body += _run(data, plane, max(start, plane.first), end, old=old)
    return body + _signals(data, plane) + _last(data, plane)


def _run(data: ControlData, plane: Plane, start: int, end: int, *, old: bool) -> str:
    points = [_point(plane, index, data.values[index]) for index in range(start, end)]
    known = [point for point in points if point is not None]
    body = line(decimate(points), "line-old" if old else "line")
    if len(known) * 6 > plane.canvas.width:
        return body
    return body + "".join(dot(*point, 2.1, "pt-old" if old else "pt") for point in known)


def _signals(data: ControlData, plane: Plane) -> str:
    body = ""
    for mark in data.marks:
        point = _point(plane, mark.index, data.values[mark.index]) if mark.index >= plane.first else None
        if point is not None:
            body += triangle(*point, f"f-{mark.tone}", up=mark.up, radius=6)
    return body


def _last(data: ControlData, plane: Plane) -> str:
    known = [(index, value) for index, value in enumerate(data.values) if value is not None]
    if data.partial is not None:
        ring = (plane.x(len(data.values)), plane.y(data.partial))
        part = dot(*ring, 4, "pt-part")
        if known and known[-1][0] == len(data.values) - 1:
            part = line([(plane.x(known[-1][0]), plane.y(known[-1][1])), ring], "prior") + part
    else:
        part = ""
    if not known:
        return part
    index, value = known[-1]
    at, height = plane.x(index), plane.y(value)
    falling = len(known) > 1 and known[-2][1] > value
    side = height + 20 if falling and height + 22 < plane.foot else height - 10
    words = number(value, data.decimals)
    left = max(at - 3, plane.left + text_width(words, "t-big"))
    return part + dot(at, height, 4, "pt-now") + text(left, max(side, TOP - 4), words, "t-big halo", "end")


def _point(plane: Plane, index: int, value: float | None) -> Point | None:
    return None if value is None else (plane.x(index), plane.y(value))
