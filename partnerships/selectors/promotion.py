"""What speaks for promoting an integration: each line is computed from what was measured and decided, never ticked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from foundation.words import duration, local
from partnerships.health.outages import list_outages
from partnerships.health.uptime import QUOTABLE_COVERAGE, Window, display_percent, from_us, to_us
from partnerships.models import OPEN_INCIDENT_STATES, SLO, Integration, Tier
from partnerships.selectors.accounting import as_accounting
from partnerships.selectors.agreements import list_standings, promised_uptime
from partnerships.selectors.pages_figures import Figures, get_tier_targets
from partnerships.selectors.slo_pasts import Watched, get_watched

EVIDENCE_DAYS = 30
QUIET_DAYS = 7
DEFAULT_TARGET = Fraction(999, 1000)
_DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class ChecklistLine:
    """One requirement with the figure it was judged by."""

    key: str
    requirement: str
    evidence: str
    is_met: bool


@dataclass(frozen=True, slots=True)
class Checklist:
    """All of them, at one instant."""

    lines: Sequence[ChecklistLine]

    @property
    def is_met(self) -> bool:
        return all(line.is_met for line in self.lines)

    def snapshot(self) -> list[dict[str, Any]]:
        """What is kept with the promotion."""
        return [asdict(line) for line in self.lines]


def get_promotion_checklist(integration: Integration, *, at: datetime) -> Checklist:
    """What production asks of an integration that is experimental. A few queries."""
    present = SLO.objects.filter(integration=integration, tier=integration.tier, ended_at__isnull=True)
    slo = present.select_related("profile", "integration").first()
    evidence = _measured(integration, slo, at) if slo else [_without_objective()]
    agreement = _agreement(integration, at)
    return Checklist([*evidence, agreement, _owner(integration), _incidents(integration)])


def _measured(integration: Integration, slo: SLO, at: datetime) -> list[ChecklistLine]:
    watched, now = get_watched([slo], at=at)[slo.pk], to_us(at)
    figures = watched.past.figures(
        now - EVIDENCE_DAYS * _DAY_US, now, tier=slo.tier, now=now, accounting=as_accounting(slo.profile)
    )
    target = _production_target(integration, at)
    objective = ChecklistLine("objective", "An objective is in force", f"version {slo.number}", is_met=True)
    return [_uptime(figures, target), _coverage(figures), _last_outage(watched, figures, at), objective]


def _uptime(figures: Figures, target: Fraction) -> ChecklistLine:
    promised = f"{float(target * 100):.6g} %"
    is_full = figures.tally.total >= EVIDENCE_DAYS * _DAY_US
    found = figures.uptime
    words = display_percent(found, decimals=3) + ("" if found is None else " %")
    spent = duration(timedelta(microseconds=figures.tally.total))
    return ChecklistLine(
        "uptime",
        f"{EVIDENCE_DAYS} days at {promised} or better, the target of production",
        words if is_full else f"{words}, in {spent} only",
        is_met=is_full and found is not None and found >= target,
    )


def _coverage(figures: Figures) -> ChecklistLine:
    words = display_percent(figures.coverage, decimals=1)
    return ChecklistLine(
        "coverage",
        f"At least {float(QUOTABLE_COVERAGE * 100):.3g} % of them measured",
        words if figures.coverage is None else f"{words} %",
        is_met=figures.is_quotable,
    )


def _last_outage(watched: Watched, figures: Figures, at: datetime) -> ChecklistLine:
    now = to_us(at)
    window = Window(now - EVIDENCE_DAYS * _DAY_US, now, now, watched.past.measured_from)
    outages = list_outages(watched.past.spans, window, accounting=figures.accounting)
    requirement = f"No outage in the last {QUIET_DAYS} days"
    if not outages:
        return ChecklistLine("quiet", requirement, f"none in {EVIDENCE_DAYS} days", is_met=figures.uptime is not None)
    end = outages[-1].end
    if end is None:
        return ChecklistLine("quiet", requirement, "it is down", is_met=False)
    then = local(from_us(end))
    is_old = now - end >= QUIET_DAYS * _DAY_US
    return ChecklistLine("quiet", requirement, f"the last ended {then.day} {then:%b %H:%M}", is_met=is_old)


def _agreement(integration: Integration, at: datetime) -> ChecklistLine:
    """An agreement in force that promises an uptime no lower than ours: we cannot promise more than we are promised."""
    target = _production_target(integration, at)
    promised = promised_uptime(list_standings(integration.partner, day=local(at).date()))
    if promised is None:
        words = "none in force promises an uptime"
    else:  # The figure itself is for those who may see terms.
        words = "one does" if promised >= target else "what is promised is less"
    return ChecklistLine(
        "agreement",
        f"An agreement in force promises {float(target * 100):.6g} % or better",
        words,
        is_met=promised is not None and promised >= target,
    )


def _owner(integration: Integration) -> ChecklistLine:
    owner = integration.owner
    return ChecklistLine("owner", "Somebody owns it", owner.name if owner else "nobody", is_met=owner is not None)


def _incidents(integration: Integration) -> ChecklistLine:
    open_states = [str(state.value) for state in OPEN_INCIDENT_STATES]
    affected = integration.affected_by.filter(ended_at__isnull=True, incident__state__in=open_states)
    count = affected.values("incident").distinct().order_by().count()
    return ChecklistLine("incidents", "No incident is open", f"{count} open" if count else "none", is_met=not count)


def _without_objective() -> ChecklistLine:
    return ChecklistLine("objective", "An objective is in force", "none, so nothing can be judged", is_met=False)


def _production_target(integration: Integration, at: datetime) -> Fraction:
    """The tier's, or its own objective for production where that asks for more."""
    target = get_tier_targets(local(at).date()).get(Tier.PRODUCTION)
    least = target if target is not None and target < 1 else DEFAULT_TARGET
    own = SLO.objects.filter(integration=integration, tier=Tier.PRODUCTION, ended_at__isnull=True).first()
    return least if own is None else max(least, Fraction(own.target_ratio))
