"""Uptime of integrations and tiers over any window, from intervals, with the coverage it stands on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import pairwise

from django.db.models import QuerySet

from partnerships.health.outages import OutageFigures, list_outages, outage_figures
from partnerships.health.timelines import worst_timeline
from partnerships.health.uptime import (
    Accounting,
    Span,
    Tally,
    Window,
    display_percent,
    from_us,
    sum_tallies,
    tally,
    to_us,
)
from partnerships.models import HealthCheck, Integration, Tier
from partnerships.selectors.accounting import get_default_accounting
from partnerships.selectors.spans import get_spans_by_check, get_tiers_by_integration

QUOTABLE_COVERAGE = Fraction(95, 100)  # below it a figure is shown hollow


@dataclass(frozen=True, slots=True)
class Uptime:
    """A tally with the rules it is read by."""

    tally: Tally
    accounting: Accounting

    @property
    def ratio(self) -> Fraction | None:
        """Exact uptime from 0 to 1; None when nothing was measured."""
        return self.tally.uptime(self.accounting)

    @property
    def coverage(self) -> Fraction | None:
        return self.tally.coverage

    @property
    def percent(self) -> str:
        """Uptime in per cent, rounded down to two decimals, or "no data"."""
        return display_percent(self.ratio)

    @property
    def coverage_percent(self) -> str:
        return display_percent(self.coverage, decimals=1)

    @property
    def is_hollow(self) -> bool:
        """Whether too little was measured for the figure to be quoted."""
        return self.coverage is not None and self.coverage < QUOTABLE_COVERAGE


@dataclass(frozen=True, slots=True)
class OutageRow:
    """One outage of an integration: any of its checks was down. `ended_at` None: it goes on."""

    started_at: datetime
    ended_at: datetime | None
    seconds: int


@dataclass(frozen=True, slots=True)
class IntegrationUptime:
    """An integration over a window: its worst check at each instant."""

    integration_id: int
    name: str
    timeline: Sequence[Span]
    uptime: Uptime
    outages: Sequence[OutageRow]
    figures: OutageFigures


@dataclass(frozen=True, slots=True)
class TierUptime:
    """A tier over a window: seconds pooled over its members while they were in it, and the worst of them.

    A pool hides one bad partner, so both are shown.
    """

    tier: str
    pooled: Uptime
    members: Sequence[tuple[Integration, Uptime]]

    @property
    def worst(self) -> tuple[Integration, Uptime] | None:
        measured = [one for one in self.members if one[1].ratio is not None]
        return min(measured, key=lambda one: one[1].ratio or 0, default=None)


def get_integration_uptime(
    *, integration: Integration, start: datetime, end: datetime, at: datetime, accounting: Accounting | None = None
) -> IntegrationUptime:
    """The integration over [start, end), counted up to `at`, by the default profile unless given another."""
    rules = accounting or get_default_accounting()
    timelines, begun = _load([integration.pk], start=start, end=end)
    timeline = timelines.get(integration.pk, [])
    window = _window(begun.get(integration.pk), start=start, end=end, at=at)
    counted = tally(timeline, window, accounting=rules)
    outages = list_outages(timeline, window, accounting=rules)
    return IntegrationUptime(
        integration_id=integration.pk,
        name=integration.name,
        timeline=timeline,
        uptime=Uptime(counted, rules),
        outages=[
            OutageRow(
                from_us(one.start), None if one.end is None else from_us(one.end), one.length(window.now) // 1_000_000
            )
            for one in reversed(outages)
        ],
        figures=outage_figures(outages, counted, window),
    )


def get_tier_uptime(
    *, tier: str, start: datetime, end: datetime, at: datetime, accounting: Accounting | None = None
) -> TierUptime:
    """The tier over [start, end): each integration counts for the time it was in the tier, checks pooled in seconds."""
    rules = accounting or get_default_accounting()
    integrations = list(Integration.objects.select_related("partner").order_by("name", "pk"))
    ids = [integration.pk for integration in integrations]
    tiers = get_tiers_by_integration(ids)
    timelines, begun = _load(ids, start=start, end=end)
    members = []
    for integration in integrations:
        window = _window(begun.get(integration.pk), start=start, end=end, at=at)
        counted = _in_tier(timelines.get(integration.pk, []), tiers[integration.pk], tier, window, rules)
        if counted is not None and counted.total:
            members.append((integration, Uptime(counted, rules)))
    pooled = sum_tallies(uptime.tally for _, uptime in members)
    return TierUptime(tier=Tier(tier), pooled=Uptime(pooled, rules), members=members)


def list_uptime_parts(
    *, integration: Integration, edges: Sequence[datetime], at: datetime, accounting: Accounting | None = None
) -> list[Uptime]:
    """Uptime between neighbouring edges, such as local midnights: the bars of a 30 or 90 day strip, oldest first."""
    rules = accounting or get_default_accounting()
    timelines, begun = _load([integration.pk], start=edges[0], end=edges[-1])
    timeline = timelines.get(integration.pk, [])
    parts = []
    first = 0
    for low, high in pairwise(edges):
        while first < len(timeline) and (timeline[first].end or to_us(high)) <= to_us(low):
            first += 1
        window = _window(begun.get(integration.pk), start=low, end=high, at=at)
        parts.append(Uptime(tally(timeline[first:], window, accounting=rules), rules))
    return parts


def measuring_checks(integration_ids: Iterable[int]) -> QuerySet[HealthCheck]:
    """The checks whose states are ours, not the partner's own word."""
    return HealthCheck.objects.filter(integration__in=list(integration_ids), counts_for_uptime=True)


def _load(
    ids: Iterable[int], *, start: datetime, end: datetime
) -> tuple[Mapping[int, list[Span]], Mapping[int, datetime]]:
    """Each integration's timeline and since when it is monitored."""
    checks = list(measuring_checks(ids).only("pk", "integration_id", "monitored_from"))
    spans = get_spans_by_check([check.pk for check in checks], start=start, end=end)
    members: dict[int, list[list[Span]]] = {}
    begun: dict[int, datetime] = {}
    for check in checks:
        members.setdefault(check.integration_id, []).append(spans.get(check.pk, []))
        if check.monitored_from is not None:
            known = begun.get(check.integration_id, check.monitored_from)
            begun[check.integration_id] = min(known, check.monitored_from)
    return {key: worst_timeline(timelines) for key, timelines in members.items()}, begun


def _window(begun: datetime | None, *, start: datetime, end: datetime, at: datetime) -> Window:
    """What was never monitored has an empty window: neither up nor down, and no coverage to miss."""
    return Window(to_us(start), to_us(end), to_us(at), to_us(end if begun is None else begun))


def _in_tier(
    timeline: Sequence[Span], tiers: Sequence[Span], tier: str, window: Window, rules: Accounting
) -> Tally | None:
    """The part of the window that was spent in the tier; None when there was none."""
    parts = [
        tally(
            timeline,
            Window(
                max(window.start, period.start),
                window.end if period.end is None else min(window.end, period.end),
                window.now,
                window.monitored_from,
            ),
            accounting=rules,
        )
        for period in tiers
        if period.state == tier
    ]
    return sum_tallies(parts) if parts else None
