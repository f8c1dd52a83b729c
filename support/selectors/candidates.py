"""Causes whose tickets ask for a look: enough of them lately, or more of a week's than chance explains."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.conf import settings
from django.db.models import Count, Max, Q

from metrics.models import Grain
from metrics.statistics.p_chart import Sample, p_limits, pooled_share
from support.models import INSIGHT_OPEN, Cause, Insight
from support.selectors.causes import counted_tickets
from support.selectors.outcomes import calendar
from support.selectors.products import PRODUCT

BASELINE_WEEKS = 26
MIN_BASELINE_WEEKS = 12
"""Fewer weeks with tickets make no limits, as with the charts of metrics."""
MIN_WEEK_COUNT = 3
"""Fewer tickets of a cause in a week are no signal, however rare it was: one of a new cause is above any limit."""
MIN_WEEK_TICKETS = 20
"""Below so many tickets in the week the normal limits of a share mean little."""

Key = tuple[str, str]
"""A cause and a product."""


@dataclass(frozen=True)
class Suggestion:
    """A cause and product to open a candidate for: why, and from when its tickets are the evidence."""

    cause: str
    product: str
    name: str
    basis: str
    since: datetime


@dataclass(frozen=True)
class Week:
    """The latest complete week of the organisation and the weeks before it, as instants, oldest first."""

    edges: Sequence[datetime]

    @property
    def start(self) -> datetime:
        return self.edges[-2]


def list_suggestions(*, at: datetime) -> list[Suggestion]:
    """What should become a candidate now, by cause; a fixed number of queries.

    Causes with an open insight are left out, and tickets from before the last insight of the cause ended. With a
    catalogue only its active causes count.
    """
    names = dict(Cause.objects.filter(is_active=True).values_list("code", "name"))
    is_kept = Cause.objects.exists()
    open_keys = set(Insight.objects.filter(state__in=INSIGHT_OPEN).order_by().values_list("cause", "product"))
    ended = _ends()
    found = _by_limits(at, ended)
    found |= _by_number(at, ended)  # Its window is the longer one.
    return [
        Suggestion(cause, product, names.get(cause, cause), basis, since)
        for (cause, product), (basis, since) in sorted(found.items())
        if (cause, product) not in open_keys and (cause in names or not is_kept)
    ]


def _ends() -> Mapping[Key, datetime]:
    rows = Insight.objects.filter(ended_at__isnull=False).exclude(cause="").order_by()
    ended = rows.values("cause", "product").annotate(last=Max("ended_at")).values_list("cause", "product", "last")
    return {(cause, product): last for cause, product, last in ended if last is not None}


def _by_number(at: datetime, ended: Mapping[Key, datetime]) -> dict[Key, tuple[str, datetime]]:
    days, least = settings.INSIGHT_DAYS, settings.INSIGHT_TICKETS
    start = at - timedelta(days=days)
    tickets = counted_tickets(start=start, end=at + timedelta(microseconds=1)).exclude(category="")
    counts: dict[Key, int] = defaultdict(int)
    rows = tickets.annotate(product_word=PRODUCT).values_list("category", "product_word", "opened_at")
    for cause, product, opened_at in rows.iterator():
        if (cause, product) not in ended or opened_at > ended[cause, product]:
            counts[cause, product] += 1
    words = f"tickets in {days} days"
    return {
        key: (f"{count} {words}", max(start, ended.get(key, start))) for key, count in counts.items() if count >= least
    }


def _by_limits(at: datetime, ended: Mapping[Key, datetime]) -> dict[Key, tuple[str, datetime]]:
    week = latest_week(at)
    totals, counts = count_weeks(week)
    found = {}
    for key, per_week in counts.items():
        samples = [Sample(count, n) for count, n in zip(per_week, totals, strict=True)]
        upper = upper_limit(samples)
        share = samples[-1].share
        if upper is None or share is None or share <= upper or samples[-1].count < MIN_WEEK_COUNT:
            continue
        if key in ended and ended[key] > week.start:
            continue
        basis = f"{100 * share:.1f} % of a week's {samples[-1].n} tickets, above the limit of {100 * upper:.1f} %"
        found[key] = (basis, week.start)
    return found


def upper_limit(samples: Sequence[Sample]) -> float | None:
    """The limit of the last sample's share by those before it; None where they are too few or it is too small."""
    before, last = samples[:-1], samples[-1]
    centre = pooled_share(before)
    weeks = sum(sample.n > 0 for sample in before)
    if centre is None or weeks < MIN_BASELINE_WEEKS or last.n < MIN_WEEK_TICKETS:
        return None
    return p_limits(centre, last.n)[1]


def latest_week(at: datetime) -> Week:
    """The week judged at an instant and its baseline before it."""
    days = calendar()
    this = days.period_start(days.day_of(at), Grain.WEEK)
    return Week([days.midnight(this - timedelta(weeks=back)) for back in range(BASELINE_WEEKS + 1, -1, -1)])


def count_weeks(week: Week) -> tuple[list[int], dict[Key, list[int]]]:
    """Tickets opened in each week, of all and by cause; one query."""
    edges = week.edges
    spans = list(pairwise(edges))
    columns = {
        f"week_{number}": Count("pk", filter=Q(opened_at__gte=start, opened_at__lt=end))
        for number, (start, end) in enumerate(spans)
    }
    tickets = counted_tickets(start=edges[0], end=edges[-1]).annotate(product_word=PRODUCT)
    counts = {
        (row[0], row[1]): list(row[2:])
        for row in tickets.values("category", "product_word")
        .annotate(**columns)
        .values_list("category", "product_word", *columns)
    }
    totals = [sum(row[number] for row in counts.values()) for number in range(len(spans))]
    return totals, {key: row for key, row in counts.items() if key[0]}
