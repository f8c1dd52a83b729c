"""The page of one integration: its state now, its time in windows, its checks and what happened to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from partnerships.health.confirmation import Confirmation
from partnerships.health.outages import Outage, list_outages
from partnerships.health.slo import DAY_US, ROLLING, Budget
from partnerships.health.uptime import Accounting, Span, Window, from_us, to_us
from partnerships.models import CheckState, HealthCheck, Integration, MaintenanceRule, StatusInterval, TierPeriod
from partnerships.selectors.accounting import as_accounting, get_default_accounting
from partnerships.selectors.confirmations import get_confirmations
from partnerships.selectors.pages_figures import (
    ROLLING_DAYS,
    Figures,
    WindowFigures,
    figures_in,
    figures_in_tier,
    list_windows,
    midnight,
    window_figures,
)
from partnerships.selectors.pages_overlays import Overlays, list_overlays, raw_windows
from partnerships.selectors.pages_timelines import (
    CheckTimelines,
    DayPart,
    StateNow,
    day_parts,
    joined,
    list_days,
    load_check_timelines,
    monitored_from,
    state_of,
    worst_of,
)
from partnerships.selectors.slos import Past, SLONow, get_slos_in_force, judge_slo, window_start
from partnerships.selectors.spans import get_tiers_by_integration

RASTER_DAYS = 90
TROUBLES = 20
_LONGEST_MONTH = 31
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

    `spans` and `timelines` (by check id) reach back as far as was asked for; instants are microseconds since 1970. The
    `past` is as the objective's own rules want it counted.
    """

    current: Current
    accounting: Accounting
    slo: SLONow | None
    tiers: Sequence[Span]
    timelines: Mapping[int, list[Span]]
    spans: Sequence[Span]
    measured_from: int
    rolling: Window
    hero: Figures
    past: Past
    loaded: CheckTimelines

    @property
    def drawn(self) -> Sequence[Span]:
        """The spans with maintenance as such, whatever it counts as, and outside service hours as measured."""
        if self.accounting.maintenance == MaintenanceRule.EXCLUDE and self.accounting.service_hours is None:
            return self.spans
        shown = replace(self.accounting, maintenance=MaintenanceRule.EXCLUDE, service_hours=None, hours_name="")
        return joined([one.check for one in self.current.checks], self.loaded.by(shown))

    @property
    def budget(self) -> Budget | None:
        return self.slo.budget if self.slo else None

    @property
    def is_shortened(self) -> bool:
        """Whether the integration was in another tier for a part of the 30 days."""
        start, end = self.rolling.effective
        within = [one for one in self.tiers if one.start < end and (one.end is None or one.end > start)]
        return any(one.state != self.current.integration.tier for one in within)


@dataclass(frozen=True, slots=True)
class Detail:
    """All that the page of one integration shows, besides latency.

    `budget_left` is what was left of the budget, as a share of it, before and after each day of its window so far;
    `budget_days` how many days the window has, and `budget_outages` what took from it. `raw_windows` are `windows`
    without adjustments, where any were made.
    """

    standing: Standing
    tier_periods: Sequence[TierPeriod]
    budget_left: Sequence[float]
    budget_days: int
    budget_outages: Sequence[Outage]
    windows: Sequence[WindowFigures]
    raw_windows: Sequence[WindowFigures] | None
    overlays: Overlays
    parts: Sequence[DayPart]
    ninety: Figures
    outages: Sequence[Outage]
    troubles: Sequence[StatusInterval]
    confirmations: Mapping[int, Confirmation]


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
    row = get_slos_in_force([integration.pk]).get(integration.pk)
    reach = min(start, since or start, window_start(row, at) if row else start)
    loaded = load_check_timelines(checks, start=reach, at=at)
    timelines = loaded.by(accounting)
    spans = joined(checks, timelines)
    begun = monitored_from(checks, spans, at=at)
    tiers = get_tiers_by_integration([integration.pk])[integration.pk]
    rolling = Window(to_us(start), to_us(at), to_us(at), begun)
    judged = joined(checks, loaded.by(as_accounting(row.profile))) if row else spans
    past = Past(judged, tiers, begun)
    is_paused = current.now.state == CheckState.PAUSED or not integration.is_active
    hero = figures_in_tier(spans, tiers, integration.tier, rolling, accounting)
    return Standing(
        current=current,
        accounting=accounting,
        slo=judge_slo(row, past, at=at, is_paused=is_paused) if row else None,
        tiers=tiers,
        timelines=timelines,
        spans=spans,
        measured_from=begun,
        rolling=rolling,
        hero=hero,
        past=past,
        loaded=loaded,
    )


def get_detail(slug: str, *, at: datetime) -> Detail:
    """The whole page; raises Integration.DoesNotExist. The number of queries is constant."""
    start = min(midnight(list_days(RASTER_DAYS, at)[0]), at - timedelta(days=RASTER_DAYS))
    standing = get_standing(slug, at=at, since=start)
    spans, begun, accounting = standing.spans, standing.measured_from, standing.accounting
    checks, now = [one.check for one in standing.current.ours], to_us(at)
    ninety = Window(to_us(at - timedelta(days=RASTER_DAYS)), now, now, begun)
    troubles = _list_troubles(checks)
    return Detail(
        standing=standing,
        tier_periods=list(standing.current.integration.tier_periods.order_by("-started_at")),
        budget_left=_budget_left(standing),
        budget_days=len(_day_edges(standing.slo)) - 1 if standing.slo else 0,
        budget_outages=_budget_outages(standing),
        windows=[
            window_figures(spans, named, now=at, monitored_from=begun, accounting=accounting)
            for named in list_windows(at)
        ],
        raw_windows=raw_windows(checks, since=start, at=at, monitored_from=begun, accounting=accounting),
        overlays=list_overlays(standing.current.integration, checks, at=at),
        parts=day_parts(standing.drawn, days=RASTER_DAYS, at=at, measured_from=begun),
        ninety=figures_in(spans, ninety, accounting),
        outages=list_outages(spans, ninety, accounting=accounting),
        troubles=troubles,
        confirmations=get_confirmations([one for one in troubles if one.state == CheckState.DOWN], at=at),
    )


def _budget_left(standing: Standing) -> list[float]:
    """Of today's budget, from the beginning of the window until now."""
    slo = standing.slo
    if slo is None or slo.budget is None:
        return []
    left, shares = slo.budget.total_us, [1.0]
    for low, high in pairwise(_day_edges(slo)):
        if low >= slo.now:
            break
        figures = standing.past.figures(low, high, tier=slo.slo.tier, now=slo.now, accounting=slo.accounting)
        left -= figures.lost_us
        shares.append(float(left / slo.budget.total_us))
    return shares


def _day_edges(slo: SLONow) -> list[int]:
    """The bounds of the days of a window: 24 hours each where it rolls, local ones in a month."""
    if slo.objective.kind == ROLLING:
        return [slo.start + number * DAY_US for number in range(slo.objective.days + 1)]
    first = from_us(slo.start).astimezone(ZoneInfo(slo.objective.zone))
    edges = [to_us((first + timedelta(days=number)).astimezone(UTC)) for number in range(_LONGEST_MONTH)]
    return [*(edge for edge in edges if edge < slo.end), slo.end]


def _budget_outages(standing: Standing) -> list[Outage]:
    slo = standing.slo
    if slo is None:
        return []
    window = Window(slo.start, slo.end, slo.now, standing.measured_from)
    return list_outages(standing.past.spans, window, accounting=slo.accounting)


def _list_troubles(checks: Sequence[HealthCheck]) -> list[StatusInterval]:
    """The last intervals in which one of these checks was not up, newest first."""
    rows = StatusInterval.objects.filter(health_check__in=checks, state__in=_TROUBLED).select_related("health_check")
    return list(rows.order_by("-started_at", "-pk")[:TROUBLES])
