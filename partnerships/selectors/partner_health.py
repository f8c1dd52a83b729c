"""What a partner's health is made of."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from foundation.words import local
from metrics.models import HypothesisState, Verdict
from partnerships.health.partner_score import Inputs
from partnerships.health.uptime import sum_tallies
from partnerships.models import AffectedIntegration, Integration, Partner, PartnershipSignoff
from partnerships.selectors.agreements import Standing, promised_uptime
from partnerships.selectors.obligations import Compliance
from partnerships.selectors.pages_figures import Figures
from partnerships.selectors.pages_list import IntegrationRow

INCIDENT_DAYS = 90
LEARNING_DAYS = 365
_MINUTE = timedelta(minutes=1)


def get_health_inputs(
    partner: Partner,
    *,
    rows: Sequence[IntegrationRow],
    standings: Sequence[Standing],
    compliance: Compliance,
    at: datetime,
) -> Inputs:
    """The inputs of the partner's score at an instant, from what its page has read already."""
    pooled = Figures(sum_tallies(row.figures.tally for row in rows), rows[0].figures.accounting) if rows else None
    return Inputs(
        measured=pooled.uptime if pooled else None,
        promised=promised_uptime(standings),
        incident_minutes=_incident_minutes(partner, at),
        reviews=(compliance.met, compliance.counted),
        overdue_days=_overdue_days(standings, at),
        experiments=_experiments(partner, at),
    )


def _incident_minutes(partner: Partner, at: datetime) -> int | None:
    """Minutes in which incidents affected the partner's integrations, each integration counted for itself."""
    if not Integration.objects.filter(partner=partner, is_active=True).exists():
        return None
    start = at - timedelta(days=INCIDENT_DAYS)
    spans = AffectedIntegration.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=start), integration__partner=partner, started_at__lt=at
    )
    by_integration: dict[int, list[tuple[datetime, datetime]]] = {}
    for integration_id, begun, ended in spans.values_list("integration_id", "started_at", "ended_at"):
        by_integration.setdefault(integration_id, []).append((max(begun, start), min(ended or at, at)))
    return sum((_union(found) for found in by_integration.values()), timedelta()) // _MINUTE


def _union(spans: list[tuple[datetime, datetime]]) -> timedelta:
    total, reached = timedelta(), None
    for begun, ended in sorted(spans):
        first = begun if reached is None else max(begun, reached)
        if ended > first:
            total += ended - first
        reached = ended if reached is None else max(reached, ended)
    return total


def _overdue_days(standings: Sequence[Standing], at: datetime) -> int | None:
    today = local(at).date()
    dues = [one.last_entry.next_due_on for one in standings if one.last_entry and one.last_entry.next_due_on]
    return max((max((today - due).days, 0) for due in dues), default=None)


def _experiments(partner: Partner, at: datetime) -> tuple[int, int]:
    verdicts = list(
        PartnershipSignoff.objects.filter(
            partner=partner,
            hypothesis__state=HypothesisState.DECIDED,
            hypothesis__decided_at__gt=at - timedelta(days=LEARNING_DAYS),
            hypothesis__decided_at__lte=at,
        ).values_list("hypothesis__verdict", flat=True)
    )
    return sum(one in {Verdict.VALIDATED, Verdict.REFUTED} for one in verdicts), len(verdicts)
