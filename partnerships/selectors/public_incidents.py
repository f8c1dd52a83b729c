"""Incidents as customers were told of them: only what was sent to them, in the words in which it was sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from partnerships.models import (
    OPEN_INCIDENT_STATES,
    AffectedIntegration,
    Audience,
    Communication,
    CommunicationState,
    Incident,
    IncidentState,
    Phase,
)
from partnerships.status.words import IMPACT_OF_SEVERITY

SHOWN_AFTER = timedelta(days=14)
_STATUS = {
    IncidentState.DECLARED.value: "investigating",
    IncidentState.INVESTIGATING.value: "investigating",
    IncidentState.IDENTIFIED.value: "identified",
    IncidentState.MONITORING.value: "monitoring",
}
_OF_PHASE = {
    Phase.HOLDING.value: "investigating",
    Phase.UPDATE.value: "identified",
    Phase.RESOLVED.value: "resolved",
    Phase.REVIEW.value: "postmortem",
}


@dataclass(frozen=True, slots=True)
class PublicUpdate:
    """One message to customers."""

    pk: int
    status: str
    title: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PublicIncident:
    """One incident that customers were told of. Its title is that of the first message: ours for it stays inside."""

    pk: int
    status: str
    impact: str
    started_at: datetime
    resolved_at: datetime | None
    updates: tuple[PublicUpdate, ...]
    integration_ids: frozenset[int]

    @property
    def title(self) -> str:
        return self.updates[-1].title

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None


def list_public_incidents(integration_ids: Sequence[int], *, at: datetime) -> tuple[PublicIncident, ...]:
    """Incidents of these integrations that are open or ended in the last 14 days, the newest first. Two queries.

    Drills, merged ones and those that no customer was told of are left out.
    """
    affected: dict[int, set[int]] = defaultdict(set)
    shown = Q(incident__state__in=OPEN_INCIDENT_STATES) | Q(incident__resolved_at__gte=at - SHOWN_AFTER)
    rows = AffectedIntegration.objects.filter(
        shown, integration__in=integration_ids, incident__is_drill=False, incident__merged_into__isnull=True
    )
    for incident_id, integration_id in rows.values_list("incident_id", "integration_id"):
        affected[incident_id].add(integration_id)
    messages = _messages(list(affected))
    found = [_public(told[0].incident, told, affected[pk]) for pk, told in messages.items()]
    return tuple(sorted(found, key=lambda one: (one.started_at, one.pk), reverse=True))


def _messages(incident_ids: Sequence[int]) -> Mapping[int, list[Communication]]:
    """What customers were sent, the last first."""
    found: dict[int, list[Communication]] = defaultdict(list)
    sent = Communication.objects.filter(
        incident__in=incident_ids, audience=Audience.CUSTOMERS, state=CommunicationState.SENT
    )
    for message in sent.select_related("incident").order_by("-sent_at", "-pk"):
        found[message.incident_id].append(message)
    return found


def _public(incident: Incident, told: Sequence[Communication], integration_ids: set[int]) -> PublicIncident:
    updates = tuple(
        PublicUpdate(one.pk, _OF_PHASE[one.phase], one.subject, one.body, one.sent_at or one.drafted_at) for one in told
    )
    return PublicIncident(
        pk=incident.pk,
        status=_STATUS.get(incident.state, "resolved"),
        impact=IMPACT_OF_SEVERITY[incident.severity],
        started_at=incident.started_at or incident.detected_at,
        resolved_at=incident.resolved_at,
        updates=updates,
        integration_ids=frozenset(integration_ids),
    )
