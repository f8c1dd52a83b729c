"""Where a metric's definition changed: which version's values a series shows, and from which day on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from metrics.models import Grain, Metric, MetricVersion
from metrics.periods import OrganisationCalendar


@dataclass(frozen=True, slots=True)
class Stretch:
    """A version whose values a series shows from a day on; None from the beginning."""

    version: MetricVersion
    since: date | None

    def first_start(self, grain: str) -> date | None:
        """The start of the first period that shows it: the one that contains the day belongs to the new version."""
        if self.since is None or grain == Grain.ALL:
            return None
        return min(_calendar(self.version).starts_containing(self.since, grain), default=self.since)


@dataclass(frozen=True, slots=True)
class Break:
    """A new definition on a chart: values on its two sides do not mean the same."""

    number: int
    day: date
    reason: str


def _calendar(version: MetricVersion) -> OrganisationCalendar:
    """The calendar the version's days are cut by."""
    return OrganisationCalendar(version.time_zone, version.week_start, version.fiscal_year_start, version.rolling_days)


def list_stretches(versions: Sequence[MetricVersion]) -> dict[int, list[Stretch]]:
    """By version: what its metric's series consists of up to it, oldest first; at most one query.

    A retroactive version stands for all periods before it as well; another one only from the day it took effect.
    """
    unsure = {version.metric_id for version in versions if version.number > 1 and not version.is_retroactive}
    earlier: dict[int, list[MetricVersion]] = {}
    if unsure:
        for row in MetricVersion.objects.filter(metric__in=unsure).order_by("-number"):
            earlier.setdefault(row.metric_id, []).append(row)
    return {version.pk: _stretches(version, earlier.get(version.metric_id, [])) for version in versions}


def _stretches(version: MetricVersion, rows: Iterable[MetricVersion]) -> list[Stretch]:
    chain = [version]
    for row in rows:  # Newest first.
        if chain[-1].is_retroactive:
            break
        if row.number < chain[-1].number:
            row.metric = version.metric
            chain.append(row)
    oldest = Stretch(chain.pop(), None)
    return [oldest, *(Stretch(row, _calendar(row).day_of(row.effective_from)) for row in reversed(chain))]


def list_breaks(metric: Metric, first: date, last: date) -> list[Break]:
    """The days between two days on which a new definition took effect without restating history, in order."""
    newest = metric.versions.order_by("-number").first()
    if newest is None:
        return []
    return [
        Break(stretch.version.number, stretch.since, stretch.version.reason)
        for stretch in list_stretches([newest])[newest.pk]
        if stretch.since is not None and first <= stretch.since <= last
    ]
