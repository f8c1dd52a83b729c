"""What every section of a metric's page is made from."""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.http import HttpRequest

from metrics.models import Metric, MetricVersion
from metrics.selectors.as_of import Cut, believed
from metrics.selectors.standings import Standing
from metrics.selectors.values import Reader
from metrics.views.units import Unit


@dataclass(frozen=True, slots=True)
class Subject:
    """One metric as it is asked for: who asks, where the metric stands, its unit, and the instant of the page.

    With `is_believed` that instant is past, and everything is as it was believed then.
    """

    request: HttpRequest
    standing: Standing
    unit: Unit
    at: datetime
    today: date
    is_believed: bool = False

    @property
    def as_of(self) -> datetime | None:
        """The past instant that is asked for; None for a page of now."""
        return self.at if self.is_believed else None

    def link(self, **asked: object) -> str:
        """The query of an address within the page, which stays at its instant; empty where nothing is asked."""
        if self.as_of is not None:
            asked["as_of"] = self.as_of.isoformat()
        return f"?{urlencode(asked)}" if asked else ""

    @property
    def read(self) -> Reader | None:
        """What the page's series are read from; None for the values as they are stored now."""
        return believed(Cut(self.at)) if self.is_believed else None

    @property
    def metric(self) -> Metric:
        return self.standing.metric

    @property
    def version(self) -> MetricVersion:
        return self.standing.version
