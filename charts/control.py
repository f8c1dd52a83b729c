"""Control chart: values over their moving range, limits by phase, the target path, signals, breaks and what happened.

Statistics come in as numbers: limits, moving ranges and the fan of a forecast belong to whoever computes them.
"""

from charts.control_data import Break, ControlData, Fan, Flag, Goal, Phase
from charts.control_layers import draw_data, draw_limit_labels, draw_limits, draw_path, draw_times
from charts.control_plane import Plane, plane_for
from charts.control_ranges import draw_ranges
from charts.primitives import Body, Canvas, Caption, Markup, no_data, pair
from charts.spark import Mark

__all__ = ["Break", "ControlData", "Fan", "Flag", "Goal", "Mark", "Phase", "control"]


def control(data: ControlData, caption: Caption, *, size: float = 1000) -> Markup:
    """The chart, wide and narrow; the narrow one shows the last 22 values. No values: a frame saying so."""

    def draw(canvas: Canvas) -> Body:
        if not any(value is not None for value in data.values) and data.partial is None:
            return no_data(canvas.width, 160)
        plane = plane_for(data, canvas)
        return _layers(data, plane), plane.bottom + 22

    return pair(draw, size, caption)


def _layers(data: ControlData, plane: Plane) -> str:
    ground = plane.grid() + draw_limits(data, plane) + draw_times(data, plane) + draw_limit_labels(data, plane)
    return ground + draw_path(data, plane) + draw_data(data, plane) + draw_ranges(data, plane)
