"""The page of one integration: its state now, its time in windows, its checks and what happened to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise

from foundation.words import local
from partnerships.health.outages import Outage, list_outages
from partnerships.health.uptime import Accounting, Span, Window, to_us
from partnerships.models import CheckState, HealthCheck, Integration, StatusInterval, TierPeriod
from partnerships.selectors.pages_figures import (
    ROLLING_DAYS,
    Budget,
    Figures,
    WindowFigures,
    budget_of,
    figures_in,
    figures_in_tier,
    get_accounting,
    get_slos,
    list_windows,
    midnight,
    window_figures,
)
from partnerships.selectors.pages_timelines import (
    DayPart,
    StateNow,
    day_parts,
    get_check_timelines,
    joined,
    list_days,
    monitored_from,
    state_of,
    worst_of,
)
from partnerships.selectors.spans import get_tiers_by_integration

RASTER_DAYS = 90
TROUBLES = 20
_LAST_MONTH = timedelta(days=62)  # reaches back to the start of any last month
_TROUBLED = (CheckState.DOWN, CheckState.DEGRADED, CheckState.UNKNOWN, CheckState.PAUSED)


@dataclass(frozen=True, slots=True)
class CheckNow:
    """One check as it stands: its row, and its state with silence told as unknown."""

    check: HealthCheck
    now: StateNow
    is_busy: bool


@dataclass(frozen=True, slots=True)
class Current:
    """What changes from probe to probe."""

    integration: Integration
    checks: Sequence[CheckNow]
    now: StateNow
    vendor: StateNow

    @property
    def ours(self) -> list[CheckNow]:
        return [one for one in self.checks if one.check.counts_for_uptime]

    @property
    def feeds(self) -> list[CheckNow]:
        return [one for one in self.checks if not one.check.counts_for_uptime]


@dataclass(frozen=True, slots=True)
class BudgetDay:
    """What was left of the budget at the end of a day (today: now), as a share of the whole."""

    left_share: float


@dataclass(frozen=True, slots=True)
class Detail:
    """All that the page of one integration shows, besides latency."""

    current: Current
    accounting: Accounting
    slo: Fraction | None
    tier_periods: Sequence[TierPeriod]
    hero: Figures
    is_hero_shortened: bool
    budget: Budget | None
    budget_days: Sequence[BudgetDay]
    windows: Sequence[WindowFigures]
    parts: Sequence[DayPart]
    ninety: Figures
    timelines: Mapping[int, list[Span]]
    spans: Sequence[Span]
    measured_from: int
    outages: Sequence[Outage]
    troubles: Sequence[StatusInterval]


def get_current(slug: str, *, at: datetime) -> Current:
    """The state of an integration and its checks; raises Integration.DoesNotExist. Two queries."""
    integration = Integration.objects.select_related("partner", "owner").get(slug=slug)
    checks = [
        CheckNow(check, state_of(check, at), check.lease_until is not None and check.lease_until > at)
        for check in integration.checks.order_by("-counts_for_uptime", "name", "pk")
    ]
    return Current(
        integration=integration,
        checks=checks,
        now=worst_of(one.now for one in checks if one.check.counts_for_uptime),
        vendor=worst_of(one.now for one in checks if not one.check.counts_for_uptime),
    )


def get_detail(slug: str, *, at: datetime) -> Detail:
    """The whole page; raises Integration.DoesNotExist. The number of queries is constant."""
    current = get_current(slug, at=at)
    integration, accounting = current.integration, get_accounting()
    checks = [one.check for one in current.checks]
    start = min(midnight(list_days(RASTER_DAYS, at)[0]), at - timedelta(days=RASTER_DAYS), at - _LAST_MONTH)
    timelines = get_check_timelines(checks, start=start, at=at)
    spans = joined(checks, timelines)
    begun, now = monitored_from(checks, spans, at=at), to_us(at)
    tiers = get_tiers_by_integration([integration.pk])[integration.pk]
    rolling = Window(to_us(at - timedelta(days=ROLLING_DAYS)), now, now, begun)
    ninety = Window(to_us(at - timedelta(days=RASTER_DAYS)), now, now, begun)
    slo = get_slos(local(at).date()).get(integration.tier)
    hero = figures_in_tier(spans, tiers, integration.tier, rolling, accounting)
    budget = budget_of(hero, slo)
    return Detail(
        current=current,
        accounting=accounting,
        slo=slo,
        tier_periods=list(integration.tier_periods.order_by("-started_at")),
        hero=hero,
        is_hero_shortened=any(period.state != integration.tier for period in _within(tiers, rolling)),
        budget=budget,
        budget_days=_budget_days(spans, tiers, integration.tier, rolling, budget, accounting),
        windows=[
            window_figures(spans, named, now=at, monitored_from=begun, accounting=accounting)
            for named in list_windows(at)
        ],
        parts=day_parts(spans, days=RASTER_DAYS, at=at, measured_from=begun),
        ninety=figures_in(spans, ninety, accounting),
        timelines=timelines,
        spans=spans,
        measured_from=begun,
        outages=list_outages(spans, ninety, accounting=accounting),
        troubles=_list_troubles(checks),
    )


def _within(tiers: Sequence[Span], window: Window) -> list[Span]:
    start, end = window.effective
    return [one for one in tiers if one.start < end and (one.end is None or one.end > start)]


def _budget_days(
    spans: Sequence[Span],
    tiers: Sequence[Span],
    tier: str,
    rolling: Window,
    budget: Budget | None,
    accounting: Accounting,
) -> list[BudgetDay]:
    """What was left of today's budget after each of its 30 days; the window's days are 24 hours long."""
    if budget is None or not budget.total_us:
        return []
    left = budget.total_us
    day_us = (rolling.end - rolling.start) // ROLLING_DAYS
    edges = [rolling.start + number * day_us for number in range(ROLLING_DAYS)]
    days = [BudgetDay(1.0)]
    for low, high in pairwise([*edges, rolling.end]):
        day = Window(low, high, rolling.now, rolling.monitored_from)
        left -= figures_in_tier(spans, tiers, tier, day, accounting).lost_us
        days.append(BudgetDay(float(left / budget.total_us)))
    return days


def _list_troubles(checks: Sequence[HealthCheck]) -> list[StatusInterval]:
    """The last intervals in which a check that counts was not up, newest first."""
    ours = [check.pk for check in checks if check.counts_for_uptime]
    rows = StatusInterval.objects.filter(health_check__in=ours, state__in=_TROUBLED).select_related("health_check")
    return list(rows.order_by("-started_at", "-pk")[:TROUBLES])
