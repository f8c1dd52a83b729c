"""Reading an incident for change and writing what happened: what every incident service begins and ends with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from foundation.errors import InvalidInputError, StaleWriteError
from foundation.plain_text import check_text
from operations.models import User
from partnerships.models import Incident, IncidentEvent, IncidentEventKind
from partnerships.services.incidents.escalations import answer_escalation

LONGEST_BEFORE = timedelta(days=366)
"""How long before its declaration an incident may have begun, or anything that a person tells of it have happened."""


@dataclass(frozen=True)
class Said:
    """Who says something, when, and when it happened where that was earlier. Nobody: a worker says it."""

    at: datetime
    actor: User | None = None
    occurred_at: datetime | None = None
    version: int | None = None

    @property
    def happened_at(self) -> datetime:
        """When it happened: as told, else now. InvalidInputError for the future."""
        if self.occurred_at is not None and self.occurred_at > self.at:
            raise InvalidInputError("occurred_at", "this lies in the future")
        return self.occurred_at or self.at


@dataclass(frozen=True)
class Happening:
    """What an event says; `changes` maps a field to [old, new]."""

    kind: IncidentEventKind
    text: str = ""
    old_state: str = ""
    new_state: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    is_acknowledging: bool = True
    suppressed_by_id: int | None = None


def lock_incident(incident_id: int, *, version: int | None = None) -> Incident:
    """The incident, locked until the transaction ends; StaleWriteError if it is not the version that was read.

    `version` None skips the check. InvalidInputError where the incident was merged: the other one goes on.
    Incident.DoesNotExist if there is none.
    """
    incident = Incident.objects.select_for_update().get(pk=incident_id)
    if version is not None and incident.version != version:
        raise StaleWriteError
    if incident.merged_into_id is not None:
        raise InvalidInputError("incident", f"it was merged into INC-{incident.merged_into_id}, which goes on")
    return incident


def save_incident(incident: Incident, *fields: str) -> None:
    """Write the named columns and count the version up."""
    incident.version += 1
    incident.save(update_fields=[*fields, "version"])


def record_event(incident: Incident, what: Happening, said: Said) -> IncidentEvent:
    """Append the event; the first that a person leaves on an open incident acknowledges it.

    InvalidInputError where a person says that it happened long before the incident.
    """
    if said.actor is not None:
        check_near("occurred_at", said.happened_at, opened_at=incident.opened_at)
    event = IncidentEvent.objects.create(
        incident=incident,
        kind=what.kind,
        occurred_at=said.happened_at,
        recorded_at=said.at,
        actor=said.actor,
        text=what.text,
        old_state=what.old_state,
        new_state=what.new_state,
        changes=dict(what.changes),
        key=what.key,
        suppressed_by_id=what.suppressed_by_id,
    )
    if what.is_acknowledging and said.actor is not None and incident.acknowledged_at is None:
        incident.acknowledged_at, incident.acknowledged_by = max(said.at, incident.opened_at), said.actor
        save_incident(incident, "acknowledged_at", "acknowledged_by")
    if what.is_acknowledging and said.actor is not None and incident.is_open:
        answer_escalation(incident, at=said.at, by=said.actor)
    return event


def check_near(field: str, moment: datetime, *, opened_at: datetime) -> None:
    """InvalidInputError for an instant too long before the incident was declared."""
    if moment < opened_at - LONGEST_BEFORE:
        raise InvalidInputError(
            field, f"this lies more than {LONGEST_BEFORE.days} days before the incident was declared"
        )


def some_words(words: str, *, name: str = "text") -> str:
    """The words without outer space; InvalidInputError naming the field where there are none, or not only words."""
    found = words.strip()
    if not found:
        raise InvalidInputError(name, "write something first")
    check_text(name, found)
    return found
