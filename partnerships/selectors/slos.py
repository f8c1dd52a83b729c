"""Objectives in force, and what is left of their error budgets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.db.models import F

from partnerships.health.burn import DOWN, KNOWN_COVERAGE, Reading, Rule, burn_rate, default_rules, down_for
from partnerships.health.burn_words import read_rules
from partnerships.health.slo import ROLLING, Budget, Objective, budget_of, status_of
from partnerships.health.uptime import Accounting, Span, Window, to_us
from partnerships.models import SLO, AccountingProfile, Tier
from partnerships.selectors.accounting import as_accounting
from partnerships.selectors.pages_figures import Figures, figures_in_tier


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of an integration's time: its state and its tiers as spans, and when measuring began."""

    spans: Sequence[Span]
    tiers: Sequence[Span]
    measured_from: int

    def figures(self, start: int, end: int, *, tier: str, now: int, accounting: Accounting) -> Figures:
        """Counted time of the part of [start, end) that was spent in the tier; microseconds since 1970."""
        window = Window(start, end, now, self.measured_from)
        return figures_in_tier(self.spans, self.tiers, tier, window, accounting)


@dataclass(frozen=True, slots=True)
class SLONow:
    """An objective as it stands at an instant; `start` and `end` bound its window, in microseconds since 1970."""

    slo: SLO
    objective: Objective
    accounting: Accounting
    start: int
    end: int
    now: int
    figures: Figures
    budget: Budget | None
    status: str


def get_slos_in_force(ids: Iterable[int]) -> Mapping[int, SLO]:
    """The objective of each integration in its present tier, by integration id; one query."""
    rows = SLO.objects.filter(
        integration__in=list(ids), ended_at__isnull=True, tier=F("integration__tier")
    ).select_related("profile__service_hours")
    profiles: dict[int, AccountingProfile] = {}
    for row in rows:  # One of each: it keeps its calendar's engine.
        row.profile = profiles.setdefault(row.profile_id, row.profile)
    return {row.integration_id: row for row in rows}


def objective_of(slo: SLO) -> Objective:
    """What the row promises, exactly."""
    return Objective(target=Fraction(slo.target_ratio), kind=slo.window_kind, days=slo.window_days, zone=slo.time_zone)


def window_start(slo: SLO, at: datetime) -> datetime:
    """Where the window begins that is judged at `at`."""
    return objective_of(slo).bounds(at)[0]


def rules_of(slo: SLO) -> tuple[Rule, ...]:
    """The row's own rules, or the standard ones; an experimental integration wakes nobody."""
    if slo.rules:
        return read_rules(slo.rules)
    objective = objective_of(slo)
    return default_rules(objective.target, objective.nominal_us, wakes=slo.tier == Tier.PRODUCTION)


def read_burns(slo: SLO, past: Past, *, interval_us: int, at: datetime) -> list[Reading]:
    """Each rule as it stands; `interval_us` is that of the integration's slowest check.

    The past must reach back to the longest window. Time before the integration came into the tier is not known.
    """
    objective, accounting, now = objective_of(slo), as_accounting(slo.profile), to_us(at)
    known_from = max([past.measured_from, *(tier.start for tier in past.tiers if tier.end is None)])
    in_tier = any(tier.end is None and tier.state == slo.tier for tier in past.tiers)
    readings = []
    for rule in rules_of(slo):
        short_us = rule.short_us(interval_us)
        long, short = (
            past.figures(now - length, now, tier=slo.tier, now=now, accounting=accounting)
            for length in (rule.long_us, short_us)
        )
        is_covered = long.coverage is not None and long.coverage >= KNOWN_COVERAGE
        is_known = in_tier and is_covered and (rule.kind == DOWN or known_from <= now - rule.long_us)
        readings.append(
            _reading(rule, objective, (long, short), past, short_us, interval_us, is_known=is_known, now=now)
        )
    return readings


def _reading(
    rule: Rule,
    objective: Objective,
    figures: tuple[Figures, Figures],
    past: Past,
    short_us: int,
    interval_us: int,
    *,
    is_known: bool,
    now: int,
) -> Reading:
    if rule.kind == DOWN:
        share = Fraction(down_for(past.spans, now), rule.long_us)
        return Reading(rule, Fraction(1), share, share, rule.long_us, is_widened=False, is_known=is_known)
    long, short = (
        burn_rate(lost_us=one.lost_us, counted_us=one.counted_us, target=objective.target) for one in figures
    )
    return Reading(
        rule=rule,
        threshold=rule.threshold(objective.nominal_us),
        long=long,
        short=short,
        short_us=short_us,
        is_widened=rule.is_widened(interval_us),
        is_known=is_known,
    )


def judge_slo(slo: SLO, past: Past, *, at: datetime, is_paused: bool = False) -> SLONow:
    """The budget and its status; the past must reach back to `window_start`. No query but for the profile."""
    objective, accounting, now = objective_of(slo), as_accounting(slo.profile), to_us(at)
    start, end = (to_us(bound) for bound in objective.bounds(at))
    figures = past.figures(start, end, tier=slo.tier, now=now, accounting=accounting)
    budget = budget_of(
        objective.target,
        counted_us=figures.counted_us,
        lost_us=figures.lost_us,
        ahead_us=accounting.open_us(now, end),
        missing_us=max(end - start - figures.tally.total, 0) if objective.kind == ROLLING else 0,
    )
    status = status_of(budget, previous=slo.status, is_paused=is_paused)
    return SLONow(slo, objective, accounting, start, end, now, figures, budget, status)
