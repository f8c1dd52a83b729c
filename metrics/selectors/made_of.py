"""What a derived number is made of: the values of other metrics, each with rows of its own."""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from metrics.expressions import parse_expression
from metrics.models import Metric, MetricVersion
from metrics.selectors.population import Population
from metrics.selectors.values import Point, get_current_versions, get_point


@dataclass(frozen=True, slots=True)
class Input:
    """One metric's value that an expression reads; None where the metric has none in the period."""

    metric: Metric
    version: MetricVersion
    grain: str
    start: date
    segment: str
    point: Point | None

    @property
    def query(self) -> str:
        """The part of a URL that names the period and the segment, wherever the input's rows are shown."""
        asked = {"grain": self.grain, "start": str(self.start)}
        if self.segment.partition("=")[0] in self.version.dimensions:
            asked["segment"] = self.segment
        return urlencode(asked)


def list_inputs(population: Population, *, at: datetime) -> list[Input]:
    """The values a derived number is made of, in the order the expression names them; a few queries an input.

    A segment's are the inputs' values of that segment, as in the expression.
    """
    names = parse_expression(population.version.formula["expression"]).names
    current = get_current_versions(names)
    inputs = []
    for version in (current[name] for name in names if name in current):
        point = get_point(version, population.grain, population.start, at=at, segment=population.segment)
        inputs.append(Input(version.metric, version, population.grain, population.start, population.segment, point))
    return inputs
