"""The moving ranges below a control chart."""

from charts.axis import number
from charts.control_data import ControlData
from charts.control_plane import RANGE_HEIGHT, Plane
from charts.primitives import Scale, rect, segment, text, text_width


def draw_ranges(data: ControlData, plane: Plane) -> str:
    """The moving ranges below, those above their limit in colour."""
    if plane.bottom == plane.foot:
        return ""
    foot, limits = plane.bottom, _range_limits(data, plane)
    shown = [value for value in data.ranges[plane.first :] if value is not None]
    y = Scale(0, max([*shown, *(limit * 1.25 for _, _, limit in limits), 1e-12]), foot, foot - RANGE_HEIGHT)
    body = segment((plane.left, foot), (plane.right, foot), "axis")
    words = f"moving range, {data.unit}" if data.unit else "moving range"
    body += text(plane.left, foot - RANGE_HEIGHT - 6, words)
    for index, value in enumerate(data.ranges):
        if index >= plane.first and value is not None:
            cls = "f-bad" if _is_jump(data, index, value) else "f-mid"
            body += rect(plane.x(index) - 1.5, y(value), 3, foot - y(value), cls)
    for start, end, limit in limits:
        body += segment((start, y(limit)), (end, y(limit)), "limit")
    return body + (_range_label(data, plane, y, limits[-1]) if limits else "")


def _is_jump(data: ControlData, index: int, value: float) -> bool:
    if data.jumps is not None:
        return index in data.jumps
    return data.range_limit is not None and value > data.range_limit


def _range_limits(data: ControlData, plane: Plane) -> list[tuple[float, float, float]]:
    """Stretches of pixels with the range limit that holds in them."""
    known = [(phase.start, phase.end, phase.range_limit) for phase in data.phases if phase.range_limit is not None]
    if not known and data.range_limit is not None:
        known = [(plane.first, len(data.values) - 1, data.range_limit)]
    return [
        (plane.x(max(start - 0.5, plane.start)), plane.x(end + 0.5), limit)
        for start, end, limit in known
        if end >= plane.first
    ]


def _range_label(data: ControlData, plane: Plane, y: Scale, stretch: tuple[float, float, float]) -> str:
    _, end, limit = stretch
    label = f"limit {number(limit, data.decimals)}"
    room = plane.canvas.width - end - 6 > text_width(label)
    return text(end + 6, y(limit) + 4, label) if room else text(end, y(limit) - 4, label, "t halo", "end")
