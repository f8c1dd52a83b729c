"""What charts ask of control limits; whoever computes them owns the statistics."""

from typing import Protocol


class Limits(Protocol):
    """A centre line with its lower and upper natural limits, in the unit of the values."""

    @property
    def centre(self) -> float: ...

    @property
    def lower(self) -> float: ...

    @property
    def upper(self) -> float: ...
