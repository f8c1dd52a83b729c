"""The life of an incident: declared, worked on, resolved, closed, and sometimes opened again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from foundation.errors import InvalidInputError, RefusedTransitionError
from partnerships.incidents.rules import ALLOWED, needs_post_mortem, severity_of
from partnerships.models import (
    AffectedIntegration,
    Effect,
    Incident,
    IncidentEvent,
    IncidentEventKind,
    IncidentState,
    Integration,
    Level,
)
from partnerships.services.incidents.clocks import CLOCKS, set_clocks
from partnerships.services.incidents.details import check_beginning
from partnerships.services.incidents.escalations import end_escalation, escalate
from partnerships.services.incidents.events import (
    Happening,
    Said,
    check_near,
    lock_incident,
    record_event,
    save_incident,
    some_words,
)
from partnerships.services.incidents.impact import end_periods, tier_of
from partnerships.services.incidents.overdue import end_overdue
from partnerships.services.incidents.post_mortems import begin_post_mortem, check_closing

_ENDS = ("restored_at", "resolved_at", "closed_at")


@dataclass(frozen=True)
class NewIncident:
    """What an incident starts with. `detected_at` None: as it is declared; the first integration is the main one."""

    title: str
    summary: str = ""
    impact: str = Level.MEDIUM
    urgency: str = Level.MEDIUM
    integrations: Sequence[Integration] = ()
    effect: str = Effect.DOWN
    started_at: datetime | None = None
    detected_at: datetime | None = None
    is_drill: bool = False
    is_automatic: bool = False
    key: str = ""
    text: str = ""


def declare_incident(*, new: NewIncident, said: Said) -> Incident:
    """A declared incident with its affected integrations and its first event.

    InvalidInputError without a title, or for instants in the future, in a wrong order, or told too late by a person.
    """
    title = some_words(new.title, name="title")
    detected_at = new.detected_at or said.at
    _check_instants(new.started_at, detected_at, said)
    tier = tier_of(new.integrations)
    with transaction.atomic():
        incident = Incident(
            title=title,
            summary=new.summary.strip(),
            impact=new.impact,
            urgency=new.urgency,
            tier=tier,
            severity=severity_of(impact=new.impact, urgency=new.urgency, tier=tier),
            integration=new.integrations[0] if new.integrations else None,
            is_automatic=new.is_automatic,
            is_drill=new.is_drill,
            started_at=new.started_at,
            detected_at=detected_at,
            opened_at=said.at,
            opened_by=said.actor,
        )
        set_clocks(incident, at=said.at)
        incident.save()
        AffectedIntegration.objects.bulk_create(
            AffectedIntegration(
                incident=incident, integration=one, effect=new.effect, started_at=new.started_at or detected_at
            )
            for one in dict.fromkeys(new.integrations)
        )
        opened = Happening(IncidentEventKind.OPENED, text=new.text, key=new.key, is_acknowledging=False)
        record_event(incident, opened, said)
        escalate(incident, at=said.at, reason=new.text or incident.summary or title, by=said.actor)
    return incident


def _check_instants(started_at: datetime | None, detected_at: datetime, said: Said) -> None:
    if detected_at > said.at:
        raise InvalidInputError("detected_at", "this lies in the future")
    if said.actor is not None:  # A check may have been down for years before it counts.
        check_near("detected_at", detected_at, opened_at=said.at)
    if started_at is not None:
        check_beginning(started_at, detected_at=detected_at, opened_at=said.at if said.actor else None)


def change_incident_state(*, incident_id: int, state: str, said: Said, text: str = "") -> Incident:
    """Take the incident to another state and return it.

    Resolving ends the affected periods that are open at `occurred_at`. RefusedTransitionError with the allowed states;
    InvalidInputError where what the step needs is missing; StaleWriteError.
    """
    with transaction.atomic():
        incident = lock_incident(incident_id, version=said.version)
        allowed = ALLOWED[incident.state]
        if state not in allowed:
            raise RefusedTransitionError(incident.state, state, [one.value for one in allowed])
        old, incident.state = incident.state, state
        if state == IncidentState.RESOLVED:
            _resolve(incident, said)
        if state == IncidentState.CLOSED:
            check_closing(incident)
            incident.closed_at = said.at
        save_incident(incident, "state", *_ENDS, *CLOCKS)
        what = Happening(IncidentEventKind.STATE, text=text.strip(), old_state=old, new_state=state)
        record_event(incident, what, said)
        if state == IncidentState.RESOLVED and needs_post_mortem(
            severity=incident.severity, is_drill=incident.is_drill
        ):
            begin_post_mortem(incident, Said(said.at), resolved_at=said.at)
    return incident


def _resolve(incident: Incident, said: Said) -> None:
    """Set what follows from being over: when it was restored is the end of the last affected period."""
    if incident.started_at is not None and said.happened_at < incident.started_at:
        raise InvalidInputError("occurred_at", "it cannot have ended before it began")
    last = end_periods(incident, said)
    incident.restored_at = last or said.happened_at
    incident.resolved_at = said.at
    set_clocks(incident, at=said.at)
    end_overdue(incident, said)
    end_escalation(incident, note="The incident is resolved.", at=said.at, by=said.actor)


def reopen_incident(*, incident_id: int, said: Said, text: str) -> Incident:
    """An incident that was over is worked on again; InvalidInputError without a reason, or while it is open."""
    words = some_words(text)
    with transaction.atomic():
        incident = lock_incident(incident_id, version=said.version)
        if incident.is_open:
            raise InvalidInputError("incident", "it is open already")
        if incident.is_automatic and _has_successor(incident):
            raise InvalidInputError("incident", "a newer automatic incident of its integration is open")
        old, incident.state = incident.state, IncidentState.INVESTIGATING
        incident.restored_at = incident.resolved_at = incident.closed_at = None
        incident.reopen_count += 1
        set_clocks(incident, at=said.at)
        save_incident(incident, "state", "reopen_count", *_ENDS, *CLOCKS)
        what = Happening(IncidentEventKind.REOPENED, text=words, old_state=old, new_state=incident.state)
        record_event(incident, what, said)
        escalate(incident, at=said.at, reason=f"Opened again: {words}", by=said.actor)
    return incident


def _has_successor(incident: Incident) -> bool:
    """Whether its integration has an open automatic incident; asked under a lock on the integration."""
    Integration.objects.select_for_update().get(incidents=incident)
    rivals = Incident.objects.filter(integration=incident.integration_id, is_automatic=True, resolved_at=None)
    return rivals.exclude(pk=incident.pk).exists()


def add_note(*, incident_id: int, text: str, said: Said) -> IncidentEvent:
    """An entry of the timeline in somebody's words; InvalidInputError without any."""
    words = some_words(text)
    with transaction.atomic():
        incident = lock_incident(incident_id)
        return record_event(incident, Happening(IncidentEventKind.NOTE, text=words), said)
