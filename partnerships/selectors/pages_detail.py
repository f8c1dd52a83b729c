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
from partnerships.selectors.accounting import get_default_accounting
from partnerships.selectors.pages_figures import (
    ROLLING_DAYS,
    Budget,
    Figures,
    WindowFigures,
    budget_of,
    figures_in,
    figures_in_tier,
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
class Standing:
    """Where an integration stands: the last 30 days as far as it was in its present tier, and what they are cut from.

    `spans` and `timelines` (by check id) reach back as far as was asked for; instants are microseconds since 1970.
    """

    current: Current
    accounting: Accounting
    slo: Fraction | None
    tiers: Sequence[Span]
    timelines: Mapping[int, list[Span]]
    spans: Sequence[Span]
    measured_from: int
    rolling: Window
    hero: Figures
    budget: Budget | None

    @property
    def is_shortened(self) -> bool:
        """Whether the integration was in another tier for a part of the 30 days."""
        start, end = self.rolling.effective
        within = [one for one in self.tiers if one.start < end and (one.end is None or one.end > start)]
        return any(one.state != self.current.integration.tier for one in within)


@dataclass(frozen=True, slots=True)
class Detail:
    """All that the page of one integration shows, besides latency.

    `budget_left` is what was left of the budget, as a share of it, before and after each of the 30 days.
    """

    standing: Standing
    tier_periods: Sequence[TierPeriod]
    budget_left: Sequence[float]
    windows: Sequence[WindowFigures]
    parts: Sequence[DayPart]
    ninety: Figures
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


def get_standing(slug: str, *, at: datetime, since: datetime | None = None) -> Standing:
    """The last 30 days, with timelines that reach back to `since`; raises Integration.DoesNotExist."""
    current = get_current(slug, at=at)
    integration, accounting = current.integration, get_default_accounting()
    checks = [one.check for one in current.checks]
    start = at - timedelta(days=ROLLING_DAYS)
    timelines = get_check_timelines(checks, start=min(start, since or start), at=at)
    spans = joined(checks, timelines)
    begun = monitored_from(checks, spans, at=at)
    tiers = get_tiers_by_integration([integration.pk])[integration.pk]
    rolling = Window(to_us(start), to_us(at), to_us(at), begun)
    slo = get_slos(local(at).date()).get(integration.tier)
    hero = figures_in_tier(spans, tiers, integration.tier, rolling, accounting)
    return Standing(
        current=current,
        accounting=accounting,
        slo=slo,
        tiers=tiers,
        timelines=timelines,
        spans=spans,
        measured_from=begun,
        rolling=rolling,
        hero=hero,
        budget=budget_of(hero, slo),
    )


def get_detail(slug: str, *, at: datetime) -> Detail:
    """The whole page; raises Integration.DoesNotExist. The number of queries is constant."""
    start = min(midnight(list_days(RASTER_DAYS, at)[0]), at - timedelta(days=RASTER_DAYS))
    standing = get_standing(slug, at=at, since=start)
    spans, begun, accounting = standing.spans, standing.measured_from, standing.accounting
    now = to_us(at)
    ninety = Window(to_us(at - timedelta(days=RASTER_DAYS)), now, now, begun)
    return Detail(
        standing=standing,
        tier_periods=list(standing.current.integration.tier_periods.order_by("-started_at")),
        budget_left=_budget_left(standing),
        windows=[
            window_figures(spans, named, now=at, monitored_from=begun, accounting=accounting)
            for named in list_windows(at)
        ],
        parts=day_parts(spans, days=RASTER_DAYS, at=at, measured_from=begun),
        ninety=figures_in(spans, ninety, accounting),
        outages=list_outages(spans, ninety, accounting=accounting),
        troubles=_list_troubles([one.check for one in standing.current.ours]),
    )


def _budget_left(standing: Standing) -> list[float]:
    """Of today's budget; the days of the rolling window are 24 hours long."""
    budget, rolling = standing.budget, standing.rolling
    if budget is None or not budget.total_us:
        return []
    tier, left = standing.current.integration.tier, budget.total_us
    length = (rolling.end - rolling.start) // ROLLING_DAYS
    edges = [rolling.start + number * length for number in range(ROLLING_DAYS)]
    shares = [1.0]
    for low, high in pairwise([*edges, rolling.end]):
        day = Window(low, high, rolling.now, rolling.monitored_from)
        left -= figures_in_tier(standing.spans, standing.tiers, tier, day, standing.accounting).lost_us
        shares.append(float(left / budget.total_us))
    return shares


def _list_troubles(checks: Sequence[HealthCheck]) -> list[StatusInterval]:
    """The last intervals in which one of these checks was not up, newest first."""
    rows = StatusInterval.objects.filter(health_check__in=checks, state__in=_TROUBLED).select_related("health_check")
    return list(rows.order_by("-started_at", "-pk")[:TROUBLES])
