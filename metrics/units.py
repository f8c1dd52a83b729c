"""How a metric's values are written: their unit, decimals and rounding."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from foundation.words import figure, signed
from metrics.models import Kind, Metric, MetricVersion

FEW = 5
CUT_ABOVE = 0.5
"""An axis of percentages leaves zero out when every value is above this share of the highest."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Writes values of one metric. Ratios are shown as percentages; uptime is rounded down, so 99.996 is never 100."""

    name: str
    decimals: int
    scale: float = 1
    rounds_down: bool = False
    counts_rows: bool = False
    """Whether values are a number of rows out of n, so that few of them are told as such."""

    def shown(self, value: float) -> float:
        """The number as it appears on axes."""
        return value * self.scale

    def rounded_down(self, value: float) -> float:
        """The shown number, cut after its decimals where the metric is never to look better than it is."""
        scaled = self.shown(value)
        if not self.rounds_down:
            return scaled
        # A hair is added back, because 0.9995 × 100 is 99.94999… in binary.
        steps: float = 10.0**self.decimals
        return math.floor(scaled * steps + 1e-6) / steps

    def plotted(self, values: Sequence[float | None]) -> list[float | None]:
        """The values as they are drawn, so that a label on a chart is the figure in the text."""
        return [None if value is None else self.rounded_down(value) for value in values]

    def cuts_axis(self, shown: Sequence[float | None]) -> bool:
        """Whether an axis of these shown values leaves zero out: percentages that all lie close together."""
        known = [value for value in shown if value is not None]
        return self.name == "%" and bool(known) and min(known) > CUT_ABOVE * max(known)

    def write(self, value: float | None) -> str:
        """The number without its unit; "no data" for None."""
        if value is None:
            return figure(None)
        return figure(self.rounded_down(value), self.decimals)

    def told(self, value: float | None, n: int) -> tuple[str, str]:
        """The number and its unit; of fewer than five rows how many, as a percentage would say more than they do."""
        if value is not None and self.counts_rows and 0 < n < FEW:
            return f"{round(value * n)} of {n}", ""
        return self.write(value), self.name

    @property
    def change_name(self) -> str:
        """The unit of a difference: shares differ by points."""
        return "pt" if self.name == "%" else self.name

    def change(self, value: float | None) -> str:
        """A difference with its sign, without its unit."""
        return signed(None if value is None else self.shown(value), self.decimals)

    def distance(self, value: float) -> str:
        """The size of a difference with its unit."""
        return f"{figure(abs(self.shown(value)), self.decimals)} {self.change_name}".strip()

    def words(self, value: float | None) -> str:
        """The number with its unit."""
        return self.write(value) if value is None or not self.name else f"{self.write(value)} {self.name}"

    def short(self, value: float) -> str:
        """A target or another round number with its unit, without idle decimals."""
        return f"{self.rounded(value)} {self.name}".strip()

    def rounded(self, value: float) -> str:
        """A round number without idle decimals and without its unit."""
        body = self.write(value)
        return body.rstrip("0").rstrip(".") if "." in body else body


def plain_unit(metric: Metric) -> Unit:
    """The unit of a metric's values where no definition is at hand."""
    if metric.unit == "ratio":
        return Unit("%", max(metric.decimals - 2, 0), 100)
    return Unit(metric.unit, metric.decimals)


def unit_of(version: MetricVersion) -> Unit:
    """The unit of a metric's values."""
    metric = version.metric
    rounds_down = version.kind == Kind.INTERVAL_SHARE
    if metric.unit == "ratio":
        return Unit("%", max(metric.decimals - 2, 0), 100, rounds_down, version.kind == Kind.SHARE)
    return Unit(metric.unit, metric.decimals, 1, rounds_down)
