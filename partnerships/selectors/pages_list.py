"""The list of integrations: each with its state, thirty days, uptime and what is left of its tier's error budget."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from foundation.words import local
from partnerships.health.slo import Budget
from partnerships.health.uptime import Accounting, Window, sum_tallies, to_us
from partnerships.models import SLO, CheckState, HealthCheck, Integration, Tier
from partnerships.selectors.accounting import as_accounting, get_default_accounting
from partnerships.selectors.day_bars import list_day_bars
from partnerships.selectors.pages_figures import (
    ROLLING_DAYS,
    Figures,
    figures_in_tier,
    get_tier_targets,
)
from partnerships.selectors.pages_timelines import (
    CheckTimelines,
    StateNow,
    joined,
    load_check_timelines,
    monitored_from,
    state_of,
    worst_of,
)
from partnerships.selectors.slos import Past, SLONow, get_slos_in_force, judge_slo, window_start
from partnerships.selectors.spans import get_tiers_by_integration

_SEVERITY = ("down", "degraded", "unknown", "pending", "paused", "none", "up")
TROUBLE = frozenset({"down", "degraded"})
BLIND = frozenset({"unknown", "pending", "none"})


@dataclass(frozen=True, slots=True)
class IntegrationRow:
    """One integration. Its figures are of the last 30 days, as far as it was in its present tier."""

    pk: int
    name: str
    slug: str
    tier: str
    partner: str
    partner_slug: str
    owner: str
    now: StateNow
    days: tuple[str, ...]
    figures: Figures
    slo: SLONow | None
    vendor: StateNow
    last_result_at: datetime | None

    @property
    def budget(self) -> Budget | None:
        return self.slo.budget if self.slo else None


@dataclass(frozen=True, slots=True)
class TierGroup:
    """The integrations of one tier that were asked for, and the figures of the whole tier whatever was asked."""

    tier: str
    rows: Sequence[IntegrationRow]
    members: int
    pooled: Figures
    worst: IntegrationRow | None
    target: Fraction | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is filtered by and in which order it comes; empty words ask for everything."""

    tier: str = ""
    state: str = ""
    partner: str = ""
    query: str = ""
    sort: str = ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.tier or self.state or self.partner or self.query)


@dataclass(frozen=True, slots=True)
class IntegrationList:
    """All that the page of integrations shows."""

    groups: Sequence[TierGroup]
    accounting: Accounting
    partners: Sequence[tuple[str, str]]
    total: int
    trouble: int
    blind: int

    @property
    def shown(self) -> int:
        return sum(len(group.rows) for group in self.groups)


_Key = Callable[[IntegrationRow], Any]
_LAST = (1,)  # what has no value comes last, whichever way the column is sorted


def _known(value: Any, *, reverse: bool) -> tuple[Any, ...]:
    if value is None:
        return _LAST
    return (0, -value if reverse else value)


_NUMBERS: dict[str, Callable[[IntegrationRow], Any]] = {
    "state": lambda row: _SEVERITY.index(row.now.state) if row.now.state in _SEVERITY else len(_SEVERITY),
    "uptime": lambda row: row.figures.uptime,
    "coverage": lambda row: row.figures.coverage,
    "budget": lambda row: row.budget.left_share if row.budget else None,
    "last": lambda row: to_us(row.last_result_at) if row.last_result_at else None,
}
_WORDS: dict[str, Callable[[IntegrationRow], str]] = {
    "name": lambda row: row.name.casefold(),
    "owner": lambda row: row.owner.casefold(),
    "partner": lambda row: row.partner.casefold(),
}
SORTS = frozenset({*_NUMBERS, *_WORDS})


def list_integrations(wanted: Wanted, *, at: datetime) -> IntegrationList:
    """Active integrations by tier. The number of queries does not depend on how many there are."""
    integrations = list(Integration.objects.filter(is_active=True).select_related("partner", "owner"))
    accounting, targets = get_default_accounting(), get_tier_targets(local(at).date())
    rows, pools = _rows(integrations, accounting, at=at)
    groups = [_group(tier, rows, pools[tier], wanted, targets.get(tier)) for tier in Tier.values]
    return IntegrationList(
        groups=[group for group in groups if not wanted.tier or group.tier == wanted.tier],
        accounting=accounting,
        partners=sorted({(row.partner, row.partner_slug) for row in rows}),
        total=len(rows),
        trouble=sum(row.now.state in TROUBLE for row in rows),
        blind=sum(row.now.state in BLIND for row in rows),
    )


def _rows(
    integrations: Sequence[Integration], accounting: Accounting, *, at: datetime
) -> tuple[list[IntegrationRow], dict[str, Figures]]:
    """The row of each integration, and by tier the pooled time of all its checks, whichever tier they are in now."""
    start = at - timedelta(days=ROLLING_DAYS)
    checks: dict[int, list[HealthCheck]] = defaultdict(list)
    for check in HealthCheck.objects.filter(integration__is_active=True).defer("config", "url"):
        checks[check.integration_id].append(check)
    counting = [check for found in checks.values() for check in found if check.counts_for_uptime]
    slos = get_slos_in_force(one.pk for one in integrations)
    reach = min([start, *(window_start(slo, at) for slo in slos.values())])
    loaded = load_check_timelines(counting, start=reach, at=at)
    timelines = loaded.by(accounting)
    tiers = get_tiers_by_integration([one.pk for one in integrations])
    pools: dict[str, list[Figures]] = defaultdict(list)
    for check in counting:
        spans = timelines[check.pk]
        window = Window(to_us(start), to_us(at), to_us(at), monitored_from([check], spans, at=at))
        for tier in Tier.values:
            pools[tier].append(figures_in_tier(spans, tiers[check.integration_id], tier, window, accounting))
    bars = list_day_bars(
        {one.pk: checks[one.pk] for one in integrations},
        days=ROLLING_DAYS,
        at=at,
        accounting=accounting,
        spans_from=lambda _checks, _start: timelines,
    )
    rows = []
    for one in integrations:
        spans = joined(checks[one.pk], timelines)
        past = Past(spans, tiers[one.pk], monitored_from(checks[one.pk], spans, at=at))
        figures = past.figures(to_us(start), to_us(at), tier=one.tier, now=to_us(at), accounting=accounting)
        slo = _judge(slos.get(one.pk), past, checks[one.pk], loaded, at=at)
        rows.append(_row(one, checks[one.pk], bars[one.pk], figures, slo, at=at))
    pooled = {tier: Figures(sum_tallies(one.tally for one in pools[tier]), accounting) for tier in Tier.values}
    return rows, pooled


def _judge(
    slo: SLO | None, past: Past, checks: Sequence[HealthCheck], loaded: CheckTimelines, *, at: datetime
) -> SLONow | None:
    """The objective by its own rules, which may count maintenance in another way than the list does."""
    if slo is None:
        return None
    now = worst_of(state_of(check, at) for check in checks if check.counts_for_uptime)
    judged = replace(past, spans=joined(checks, loaded.by(as_accounting(slo.profile))))
    return judge_slo(slo, judged, at=at, is_paused=now.state == CheckState.PAUSED)


def _row(
    one: Integration,
    checks: Sequence[HealthCheck],
    days: tuple[str, ...],
    figures: Figures,
    slo: SLONow | None,
    *,
    at: datetime,
) -> IntegrationRow:
    ours = [check for check in checks if check.counts_for_uptime]
    return IntegrationRow(
        pk=one.pk,
        name=one.name,
        slug=one.slug,
        tier=one.tier,
        partner=one.partner.name,
        partner_slug=one.partner.slug,
        owner=one.owner.name if one.owner else "",
        now=worst_of(state_of(check, at) for check in ours),
        days=days,
        figures=figures,
        slo=slo,
        vendor=worst_of(state_of(check, at) for check in checks if not check.counts_for_uptime),
        last_result_at=max((check.last_result_at for check in ours if check.last_result_at), default=None),
    )


def _group(
    tier: str, rows: Sequence[IntegrationRow], pooled: Figures, wanted: Wanted, target: Fraction | None
) -> TierGroup:
    members = [row for row in rows if row.tier == tier]
    known = [row for row in members if row.figures.uptime is not None]
    return TierGroup(
        tier=tier,
        rows=_sorted([row for row in members if _is_wanted(row, wanted)], wanted.sort),
        members=len(members),
        pooled=pooled,
        worst=min(known, key=lambda row: row.figures.uptime or 0, default=None),
        target=target,
    )


def _is_wanted(row: IntegrationRow, wanted: Wanted) -> bool:
    words = f"{row.name}\n{row.partner}\n{row.owner}".casefold()
    return (
        (not wanted.state or row.now.state == wanted.state)
        and (not wanted.partner or row.partner_slug == wanted.partner)
        and wanted.query.casefold() in words
    )


def _sorted(rows: Sequence[IntegrationRow], sort: str) -> list[IntegrationRow]:
    """In the order asked for ("-uptime" is descending), else what is worst first; by name where that is equal."""
    ordered = sorted(rows, key=_WORDS["name"])
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    if name in _NUMBERS:
        number = _NUMBERS[name]
        return sorted(ordered, key=lambda row: _known(number(row), reverse=descending))
    if name in _WORDS:
        return sorted(ordered, key=_WORDS[name], reverse=descending)
    return sorted(ordered, key=_NUMBERS["state"])
