"""What tickets teach, cause by cause: how many ask, what it costs, whether it grows, and what is done about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Count, Q, Sum

from support.models import INSIGHT_OPEN, Cause, Change, ClockMetric, Insight, TicketClock
from support.selectors.causes import counted_tickets
from support.selectors.insights import list_insights

LESSON_DAYS = 90
MOST = 8
MANY = 5_000
"""From so many tickets on the numbers are kept for a while: counting them takes longer than the page around it."""
_KEPT = "support.lessons"
_KEPT_SECONDS = 600
_MINUTE_US = 60_000_000


@dataclass(frozen=True)
class Lesson:
    """One cause over LESSON_DAYS: its tickets, those of as many days before, distinct customers, business minutes in
    which they were in our hands; and its open insight with the change that is made, where there are any.
    """

    cause: str
    name: str
    tickets: int
    before: int
    customers: int
    minutes: int
    insight: Insight | None
    change: Change | None


@dataclass(frozen=True)
class _Count:
    """The numbers of one cause."""

    cause: str
    tickets: int
    before: int
    customers: int
    minutes: int


def list_lessons(*, at: datetime) -> list[Lesson]:
    """The causes with the most tickets lately, at most MOST; a fixed number of queries.

    Of many tickets the numbers are as of up to ten minutes ago; what is done about them is as of now.
    """
    kept: list[_Count] | None = cache.get(_KEPT)
    counts = kept if kept is not None else count_lessons(at=at)
    causes = [one.cause for one in counts]
    names = dict(Cause.objects.filter(code__in=causes).values_list("code", "name"))
    insights = _insights(causes)
    return [
        Lesson(
            cause=one.cause,
            name=names.get(one.cause, one.cause),
            tickets=one.tickets,
            before=one.before,
            customers=one.customers,
            minutes=one.minutes,
            insight=insights.get(one.cause),
            change=_change_of(insights.get(one.cause)),
        )
        for one in counts
    ]


def count_lessons(*, at: datetime) -> list[_Count]:
    """The numbers counted anew; of many tickets they are kept for a while, which a worker renews before they lapse."""
    span = timedelta(days=LESSON_DAYS)
    both = counted_tickets(start=at - 2 * span, end=at).exclude(category="")
    is_late = Q(opened_at__gte=at - span)
    columns = both.values("category").annotate(
        tickets=Count("pk", filter=is_late),
        before=Count("pk", filter=~is_late),
        customers=Count("customer", filter=is_late, distinct=True),
    )
    rows = list(columns.filter(tickets__gt=0).order_by("-tickets", "category")[:MOST])
    minutes = _minutes([row["category"] for row in rows], start=at - span, end=at)
    counts = [
        _Count(row["category"], row["tickets"], row["before"], row["customers"], minutes.get(row["category"], 0))
        for row in rows
    ]
    if sum(one.tickets + one.before for one in counts) >= MANY:
        cache.set(_KEPT, counts, _KEPT_SECONDS)
    return counts


def _minutes(causes: Sequence[str], *, start: datetime, end: datetime) -> Mapping[str, int]:
    tickets = counted_tickets(start=start, end=end).filter(category__in=causes)
    clocks = TicketClock.objects.filter(ticket__in=tickets, metric=ClockMetric.AGENT_WORK).order_by()
    rows = clocks.values("ticket__category").annotate(spent=Sum("elapsed_business_us"))
    return {row["ticket__category"]: row["spent"] // _MINUTE_US for row in rows}


def _insights(causes: Sequence[str]) -> Mapping[str, Insight]:
    """The open insight of each cause; where products have one each, that which came furthest, then the newest."""
    rows = list_insights(states=INSIGHT_OPEN).filter(cause__in=causes).prefetch_related("changes")
    order = {state.value: place for place, state in enumerate(INSIGHT_OPEN)}
    return {row.cause: row for row in sorted(rows, key=lambda row: (order[row.state], row.pk))}


def _change_of(insight: Insight | None) -> Change | None:
    """The newest change that is under way: not yet decided."""
    changes = insight.changes.all() if insight else ()
    return next((change for change in changes if change.decided_at is None), None)
