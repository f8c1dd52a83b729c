"""What names a stored cell and a stored value."""

import json
from datetime import date
from typing import Any, NamedTuple

from metrics.models import MetricVersion

_NOT_FOLDED = ("quantile", "scale")
"""What of a formula no kind's fold reads: it only says what is made of the cells."""
Line = tuple[int, str]
"""The cells of one version and segment, in time: the owner's id and the segment."""


class CellKey(NamedTuple):
    """Whose cell it is and of which day; segment "" is the whole population, else "dimension=word"."""

    version_id: int
    segment: str
    day: date


class ValueKey(NamedTuple):
    """Which version's value it is, of which segment and period."""

    version_id: int
    segment: str
    grain: str
    start: date


def fold_key(version: MetricVersion) -> tuple[Any, ...]:
    """What decides how rows fold into cells and cells into values: versions that agree in it share their cells."""
    formula = {key: value for key, value in version.formula.items() if key not in _NOT_FOLDED}
    return version.kind, json.dumps(formula, sort_keys=True), tuple(version.dimensions), version.time_zone
