"""What a control chart is drawn from. Indices count the values from 0, oldest first."""

from collections.abc import Sequence
from dataclasses import dataclass

from charts.limits import Limits
from charts.primitives import Point
from charts.spark import Mark


@dataclass(frozen=True, slots=True)
class Phase:
    """Limits that hold for the values from index `start` to `end`, both included, and of their moving ranges."""

    start: int
    end: int
    limits: Limits
    range_limit: float | None = None


@dataclass(frozen=True, slots=True)
class Goal:
    """Where the path ends: the index of its due period (fractions lie inside one), the value, two lines of words.

    `beyond` replaces the label where the end lies past the chart's border. A level that holds for ever has no end.
    """

    at: float
    value: float
    label: str
    note: str = ""
    beyond: str = ""
    has_end: bool = True


@dataclass(frozen=True, slots=True)
class Break:
    """A line before the value at `index`: a new definition, where the data line stops, or limits rebased."""

    index: int
    label: str
    is_definition: bool


@dataclass(frozen=True, slots=True)
class Flag:
    """A lettered event at a value, explained in a key beside the chart."""

    index: int
    letter: str


@dataclass(frozen=True, slots=True)
class Fan:
    """A forecast that has earned its place: middle and band as (index, value), beginning at the last value."""

    middle: Sequence[Point]
    lower: Sequence[Point]
    upper: Sequence[Point]
    label: str


@dataclass(frozen=True, slots=True)
class ControlData:
    """One series of complete periods, oldest first, and everything drawn around it. Indices count the values from 0.

    `ticks` are (index, label) on the time axis and may lie beyond the last value. `path` is a line of (index, value).
    `upper_path` is the upper end of a target band. `partial` is the value of the running period after the last.
    `ranges` are the moving ranges, one a value, and `jumps` those of them that a rule counts as too large; without
    any, those above `range_limit` are.
    `from_zero` False lets the axis begin near the values, which the caption must then say.
    """

    values: Sequence[float | None]
    ticks: Sequence[tuple[int, str]] = ()
    unit: str = ""
    decimals: int = 1
    phases: Sequence[Phase] = ()
    path: Sequence[Point] = ()
    upper_path: Sequence[Point] = ()
    goal: Goal | None = None
    partial: float | None = None
    marks: Sequence[Mark] = ()
    flags: Sequence[Flag] = ()
    breaks: Sequence[Break] = ()
    ranges: Sequence[float | None] = ()
    range_limit: float | None = None
    jumps: Sequence[int] | None = None
    fan: Fan | None = None
    from_zero: bool = True
