"""The interval of a share, in words."""

from metrics.models import MetricVersion
from metrics.selectors.intervals import interval_of
from metrics.selectors.values import Point
from metrics.views.units import FEW, Unit


def interval_words(version: MetricVersion, point: Point, unit: Unit) -> str:
    """95 % interval 32 to 81 %; empty for what is no share, or told as a fraction because it is of few rows."""
    found = interval_of(point.version or version, point.value, point.n)
    if found is None or (unit.counts_rows and point.n < FEW):
        return ""
    return f"95 % interval {unit.write(found[0])} to {unit.words(found[1])}"
