"""Incidents as their pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from foundation.tallies import Tally
from operations.models import Escalation
from partnerships.incidents.rules import REVIEWED
from partnerships.models import (
    OPEN_INCIDENT_STATES,
    AffectedIntegration,
    Incident,
    IncidentEvent,
    IncidentRole,
    IncidentState,
    Integration,
)

EVENTS_SHOWN = 300
ROWS_SHOWN = 200
_DIGITS = 18  # of a number that every database takes

TABS: dict[str, tuple[str, Q]] = {
    "open": ("Open", Q(state__in=OPEN_INCIDENT_STATES)),
    "review": ("To be closed", Q(state__in=[IncidentState.RESOLVED, IncidentState.REVIEW])),
    "closed": ("Closed", Q(state=IncidentState.CLOSED)),
    "all": ("All", Q()),
}


@dataclass(frozen=True, slots=True)
class IncidentQuery:
    """What the list is asked for; an empty choice is any."""

    tab: str = "all"
    words: str = ""
    severity: str = ""
    partner: str = ""
    integration: str = ""
    drills: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the tab narrows the list."""
        return any((self.words, self.severity, self.partner, self.integration, self.drills))


@dataclass(frozen=True, slots=True)
class IncidentDetail:
    """One incident with all that happened in it, oldest first; `hidden` says how many events are left out."""

    incident: Incident
    events: Sequence[IncidentEvent]
    hidden: int
    affected: Sequence[AffectedIntegration]
    roles: Sequence[IncidentRole]
    merged: Sequence[Incident]


def list_incidents(query: IncidentQuery) -> "QuerySet[Incident]":
    """The incidents asked for, newest first, each with its main integration and partner."""
    found = _narrowed(query).filter(TABS[query.tab][1])
    return found.select_related("integration__partner", "merged_into").order_by("-opened_at", "-pk")


def count_incident_tabs(query: IncidentQuery) -> dict[str, int]:
    """How many incidents each tab would show; one query."""
    counts: dict[str, int] = _narrowed(query).aggregate(
        **{key: Count("pk", filter=where) if where else Count("pk") for key, (_, where) in TABS.items()}
    )
    return counts


def _narrowed(query: IncidentQuery) -> "QuerySet[Incident]":
    found = Incident.objects.all()
    if query.words:
        number = query.words.upper().removeprefix("INC-")
        is_number = number.isascii() and number.isdigit() and len(number) <= _DIGITS
        by_number = Q(pk=int(number)) if is_number else Q()
        found = found.filter(Q(title__icontains=query.words) | by_number)
    if query.severity:
        found = found.filter(severity=query.severity)
    if query.partner:
        found = found.filter(integration__partner__slug=query.partner)
    if query.integration:
        periods = AffectedIntegration.objects.filter(integration__slug=query.integration)
        found = found.filter(Q(integration__slug=query.integration) | Q(pk__in=periods.values("incident")))
    return found if query.drills else found.filter(is_drill=False)


def get_incident_detail(pk: int) -> IncidentDetail:
    """The incident and its parts; Incident.DoesNotExist if there is none. The number of queries is constant."""
    incident = Incident.objects.select_related(
        "integration__partner", "opened_by", "acknowledged_by", "merged_into"
    ).get(pk=pk)
    events = IncidentEvent.objects.filter(incident=incident).select_related("actor").order_by("-occurred_at", "-pk")
    latest = list(events[:EVENTS_SHOWN])
    return IncidentDetail(
        incident=incident,
        events=latest[::-1],
        hidden=events.count() - len(latest) if len(latest) == EVENTS_SHOWN else 0,
        affected=list(incident.affected.select_related("integration").order_by("started_at", "pk")),
        roles=list(incident.roles.select_related("user").order_by("started_at", "pk")),
        merged=list(incident.merged_incidents.order_by("pk")),
    )


def list_incident_escalations(incident: Incident) -> list[Escalation]:
    """What was escalated because of the incident, open ones first, then the newest; one query."""
    found = Escalation.objects.filter(subject=f"incident:{incident.pk}").order_by("-raised_at", "-pk")
    return sorted(found, key=lambda one: not one.is_open)


def list_integration_incidents(integration: Integration, *, limit: int = 5) -> list[Incident]:
    """The newest incidents that affect the integration, open ones first; one query."""
    mine = AffectedIntegration.objects.filter(integration=integration).values("incident")
    found = Incident.objects.filter(Q(integration=integration) | Q(pk__in=mine), merged_into=None, is_drill=False)
    newest = list(found.order_by("-opened_at", "-pk")[:limit])
    return sorted(newest, key=lambda one: not one.is_open)


def list_open_incidents(*, limit: int = 8) -> list[Incident]:
    """Open incidents, the gravest and then the oldest first; drills are none."""
    found = Incident.objects.filter(state__in=OPEN_INCIDENT_STATES, is_drill=False)
    return list(found.select_related("integration").order_by("severity", "opened_at", "pk")[:limit])


def tally_open_incidents() -> Tally:
    """Those that are open, drills aside; SEV1 and SEV2 are loud."""
    open_ones = Incident.objects.filter(state__in=OPEN_INCIDENT_STATES, is_drill=False)
    return Tally(open_ones, loud=Count("pk", filter=Q(severity__in=REVIEWED)))


def is_overdue(incident: Incident, *, at: datetime) -> bool:
    """Whether somebody waits for news longer than was promised."""
    dues = (incident.update_due_at, incident.external_update_due_at)
    return any(due is not None and due <= at for due in dues)
