"""Insights with the numbers of their tickets: how many customers, how much of our time, what they pay."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet, Sum

from metrics.models import Grain, MetricVersion
from metrics.selectors.values import get_point, get_version
from support.models import ClockMetric, Insight, InsightState, InsightTicket, TicketClock
from support.selectors.causes import counted_tickets
from support.selectors.products import PRODUCT

RATE_DAYS = 28
"""Rates are those of this many days before now."""
_MINUTE_US = 60_000_000
_PER_TICKETS, _PER_METRIC = 100, 1000
NEED_SORTS = ("customers", "tickets", "minutes", "revenue", "recent")


@dataclass(frozen=True)
class Numbers:
    """What the evidence of one insight weighs.

    `recent` are its tickets of the last `INSIGHT_DAYS`; `minutes` business minutes in which its tickets were in our
    hands, up to the last event of each; `revenue_minor` what its customers pay a year, None where that is known of
    none. `rate` counts the tickets of its cause in the last 28 days per so many of what `rate_per` says, None without
    a denominator.
    """

    tickets: int = 0
    recent: int = 0
    customers: int = 0
    minutes: int = 0
    revenue_minor: int | None = None
    rate: float | None = None
    rate_per: str = ""


@dataclass(frozen=True)
class Denominator:
    """What rates are divided by, and in which words."""

    value: float
    per: int
    words: str


def list_insights(*, states: Iterable[InsightState] | None = None) -> "QuerySet[Insight]":
    """Insights with their owners, newest first."""
    insights = Insight.objects.select_related("owner")
    return insights if states is None else insights.filter(state__in=list(states))


def get_numbers(insights: Sequence[Insight], *, at: datetime) -> dict[int, Numbers]:
    """The numbers by the insight's key; as many queries for a hundred insights as for one."""
    keys = [insight.pk for insight in insights]
    evidence = InsightTicket.objects.filter(insight__in=keys, removed_at__isnull=True).order_by()
    since = at - timedelta(days=settings.INSIGHT_DAYS)
    counts = {
        row["insight"]: row
        for row in evidence.values("insight").annotate(
            tickets=Count("pk"),
            recent=Count("pk", filter=Q(ticket__opened_at__gte=since)),
            customers=Count("ticket__customer", distinct=True),
        )
    }
    minutes, revenue = _minutes(keys), _revenue(evidence)
    rates, denominator = _contacts(at), get_denominator(at=at)
    found = {}
    for insight in insights:
        row: Mapping[str, Any] = counts.get(insight.pk, {})
        contacts = rates.get((insight.cause, insight.product), 0)
        found[insight.pk] = Numbers(
            tickets=row.get("tickets", 0),
            recent=row.get("recent", 0),
            customers=row.get("customers", 0),
            minutes=minutes.get(insight.pk, 0),
            revenue_minor=revenue.get(insight.pk),
            rate=denominator.per * contacts / denominator.value if denominator and insight.cause else None,
            rate_per=denominator.words if denominator else "",
        )
    return found


def _minutes(keys: Sequence[int]) -> Mapping[int, int]:
    links = Q(ticket__insight_links__insight__in=keys, ticket__insight_links__removed_at__isnull=True)
    clocks = TicketClock.objects.filter(links, metric=ClockMetric.AGENT_WORK).order_by()
    rows = clocks.values(insight=F("ticket__insight_links__insight")).annotate(spent=Sum("elapsed_business_us"))
    return {row["insight"]: row["spent"] // _MINUTE_US for row in rows}


def _revenue(evidence: "QuerySet[InsightTicket]") -> Mapping[int, int]:
    """What the distinct customers of each insight pay, where it is known of any."""
    paid = evidence.filter(ticket__customer__yearly_revenue_minor__isnull=False)
    rows = paid.values_list("insight", "ticket__customer", "ticket__customer__yearly_revenue_minor").distinct()
    found: dict[int, int] = defaultdict(int)
    for insight, _, minor in rows:
        found[insight] += minor or 0
    return found


def _contacts(at: datetime) -> Mapping[tuple[str, str], int]:
    tickets = counted_tickets(start=at - timedelta(days=RATE_DAYS), end=at).exclude(category="")
    rows = tickets.annotate(product_word=PRODUCT).values("category", "product_word").annotate(count=Count("pk"))
    return {(row["category"], row["product_word"]): row["count"] for row in rows}


def get_denominator(*, at: datetime) -> Denominator | None:
    """The latest value of the metric that the settings name, for rates per 1,000; else the tickets opened, per 100."""
    if key := settings.INSIGHT_PER_METRIC:
        try:
            version = get_version(key)
            point = get_point(version, Grain.MONTH, None, at=at)
        except MetricVersion.DoesNotExist:
            point = None
        if point is not None and point.value:
            return Denominator(point.value, _PER_METRIC, f"per 1,000 {version.metric.name.lower()}")
    count = counted_tickets(start=at - timedelta(days=RATE_DAYS), end=at).count()
    return Denominator(count, _PER_TICKETS, "per 100 tickets") if count else None


def list_needs(*, at: datetime, sort: str = "customers") -> list[tuple[Insight, Numbers]]:
    """What customers need and has not shipped, heaviest first by one of NEED_SORTS."""
    wanted = [InsightState.CANDIDATE, InsightState.VALIDATED, InsightState.PLANNED]
    insights = list(list_insights(states=wanted).prefetch_related("changes"))
    numbers = get_numbers(insights, at=at)
    column = "revenue_minor" if sort == "revenue" else sort if sort in NEED_SORTS else "customers"
    rows = [(insight, numbers[insight.pk]) for insight in insights]
    return sorted(rows, key=lambda row: (getattr(row[1], column) or 0, row[1].tickets, -row[0].pk), reverse=True)
