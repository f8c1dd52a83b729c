"""Integrations by tier over the last 30 days: what they are now, how much they were up, and where it is not known."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from foundation.words import local
from metrics.periods import OrganisationCalendar
from partnerships.health.timelines import worst_timeline
from partnerships.health.uptime import Accounting, Span, Tally, Window, from_us, sum_tallies, tally, to_us
from partnerships.models import AccountingProfile, CheckState, HealthCheck, Integration, Tier
from partnerships.selectors.spans import get_spans_by_check, get_tiers_by_integration

DAYS = 30
HOLLOW_BELOW = Fraction(95, 100)
"""A figure over less coverage is shown grey and is not to be quoted; a day with less is drawn as unknown."""


@dataclass(frozen=True, slots=True)
class IntegrationHealth:
    """One integration: its state since when, and its last 30 days; `days` are worst states, oldest first."""

    integration: Integration
    state: str
    since: datetime | None
    spans: Sequence[Span]
    tally: Tally
    days: Sequence[str]

    @property
    def is_ailing(self) -> bool:
        return self.state in {CheckState.DOWN, CheckState.DEGRADED}

    @property
    def is_hollow(self) -> bool:
        """Whether too little was measured for the figure to be quoted."""
        return self.tally.coverage is not None and self.tally.coverage < HOLLOW_BELOW


@dataclass(frozen=True, slots=True)
class TierHealth:
    """The integrations of one tier now, and the pooled figures of the time spent in the tier, whoever spent it."""

    tier: Tier
    members: Sequence[IntegrationHealth]
    pooled: Tally

    def worst(self, accounting: Accounting) -> IntegrationHealth | None:
        """The member with the lowest uptime; None while nothing was measured."""
        known = [member for member in self.members if member.tally.uptime(accounting) is not None]
        return min(known, key=lambda member: member.tally.uptime(accounting) or Fraction(0), default=None)


@dataclass(frozen=True, slots=True)
class Fleet:
    """All tiers with the rules their uptime is counted by."""

    tiers: Sequence[TierHealth]
    accounting: Accounting

    @property
    def members(self) -> list[IntegrationHealth]:
        return [member for tier in self.tiers for member in tier.members]


def get_fleet(*, at: datetime) -> Fleet:
    """Every active integration with its last 30 local days, today included; at most six queries."""
    integrations = list(Integration.objects.filter(is_active=True).select_related("partner").order_by("name", "pk"))
    checks: dict[int, list[HealthCheck]] = defaultdict(list)
    for check in HealthCheck.objects.filter(integration__in=integrations, counts_for_uptime=True):
        checks[check.integration_id].append(check)
    edges = _day_edges(at)
    spans = get_spans_by_check([c.pk for group in checks.values() for c in group], start=from_us(edges[0]), end=at)
    tiers = get_tiers_by_integration(integration.pk for integration in integrations)
    accounting = get_default_accounting()
    members = {i.pk: _member(i, checks[i.pk], spans, edges, accounting) for i in integrations}
    return Fleet(
        [
            TierHealth(
                tier,
                [members[i.pk] for i in integrations if i.tier == tier],
                sum_tallies(_tier_tallies(members.values(), tier, tiers, checks, edges, accounting)),
            )
            for tier in (Tier.PRODUCTION, Tier.EXPERIMENTAL)
        ],
        accounting,
    )


def get_default_accounting() -> Accounting:
    """The default profile as rules; the standard ones where no profile is the default."""
    profile = AccountingProfile.objects.filter(is_default=True).first()
    if profile is None:
        return Accounting()
    return Accounting(
        name=profile.name,
        version=profile.version,
        maintenance=profile.maintenance,
        unknown=profile.unknown,
        degraded_weight=profile.degraded_weight,
        min_outage_us=profile.min_outage_seconds * 1_000_000,
    )


def _day_edges(at: datetime) -> list[int]:
    """The local midnights of the last 30 days, then now, in microseconds."""
    calendar = OrganisationCalendar(str(local(at).tzinfo))
    today = calendar.day_of(at)
    return [to_us(calendar.midnight(today - timedelta(days=back))) for back in range(DAYS - 1, -1, -1)] + [to_us(at)]


def _member(
    integration: Integration,
    checks: Sequence[HealthCheck],
    spans: Mapping[int, Sequence[Span]],
    edges: Sequence[int],
    accounting: Accounting,
) -> IntegrationHealth:
    timeline = worst_timeline(spans.get(check.pk, []) for check in checks)
    now = edges[-1]
    current = timeline[-1] if timeline and (timeline[-1].end is None or timeline[-1].end > now) else None
    return IntegrationHealth(
        integration=integration,
        state=current.state if current else (CheckState.PENDING if checks else ""),
        since=from_us(current.start) if current else None,
        spans=timeline,
        tally=tally(timeline, Window(edges[0], now, now, _monitored_from(checks, now)), accounting=accounting),
        days=day_states(timeline, edges),
    )


def _monitored_from(checks: Sequence[HealthCheck], now: int) -> int:
    return min((to_us(check.monitored_from) for check in checks if check.monitored_from), default=now)


def _tier_tallies(
    members: Iterable[IntegrationHealth],
    tier: Tier,
    tiers: Mapping[int, Sequence[Span]],
    checks: Mapping[int, Sequence[HealthCheck]],
    edges: Sequence[int],
    accounting: Accounting,
) -> Iterable[Tally]:
    now = edges[-1]
    for member in members:
        began = _monitored_from(checks.get(member.integration.pk, ()), now)
        for period in tiers.get(member.integration.pk, ()):
            if period.state == tier and (period.end is None or period.end > edges[0]):
                end = now if period.end is None else period.end
                window = Window(max(period.start, edges[0]), min(end, now), now, began)
                yield tally(member.spans, window, accounting=accounting)


def day_states(timeline: Sequence[Span], edges: Sequence[int]) -> list[str]:
    """The worst state of each day between the edges. Not known and paused show when they take more than 5 % of it."""
    spent: list[dict[str, int]] = [defaultdict(int) for _ in edges[1:]]
    day = 0
    for span in timeline:
        end = edges[-1] if span.end is None else span.end
        while day < len(spent) - 1 and edges[day + 1] <= span.start:
            day += 1
        for index in range(day, len(spent)):
            if edges[index] >= end:
                break
            spent[index][span.state] += max(0, min(end, edges[index + 1]) - max(span.start, edges[index]))
    return [_day_state(parts, edges[i + 1] - edges[i]) for i, parts in enumerate(spent)]


def _day_state(parts: Mapping[str, int], length: int) -> str:
    if not any(parts.values()):
        return "none"
    for state in (CheckState.DOWN, CheckState.DEGRADED):
        if parts.get(state):
            return state
    blind = length - sum(parts.get(state, 0) for state in (CheckState.UP, CheckState.PAUSED))
    if blind * 20 > length:
        return CheckState.UNKNOWN
    return CheckState.PAUSED if parts.get(CheckState.PAUSED, 0) * 20 > length else CheckState.UP
