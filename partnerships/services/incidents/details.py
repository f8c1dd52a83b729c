"""What an incident is called, what is known of it, and when it began."""

from datetime import datetime
from typing import Any

from django.db import transaction

from foundation.errors import InvalidInputError
from partnerships.models import Incident, IncidentEventKind
from partnerships.services.incidents.events import (
    Happening,
    Said,
    check_near,
    lock_incident,
    record_event,
    save_incident,
    some_words,
)

TITLE_LENGTH = 200


def change_details(*, incident_id: int, said: Said, title: str | None = None, summary: str | None = None) -> Incident:
    """The incident with another title or summary; what is None stays. InvalidInputError for an empty or long title."""
    wanted: dict[str, Any] = {} if title is None else {"title": some_words(title, name="title")}
    if len(wanted.get("title", "")) > TITLE_LENGTH:
        raise InvalidInputError("title", f"at most {TITLE_LENGTH} characters")
    if summary is not None:
        wanted["summary"] = summary.strip()
    with transaction.atomic():
        incident = lock_incident(incident_id, version=said.version)
        _write(incident, wanted, said)
    return incident


def correct_beginning(*, incident_id: int, started_at: datetime | None, said: Said) -> Incident:
    """The incident with another beginning, None where it is not known; what it affected from its beginning moves along.

    InvalidInputError for one after it was noticed or over, or too long before it was declared.
    """
    with transaction.atomic():
        incident = lock_incident(incident_id, version=said.version)
        old, new = incident.started_at or incident.detected_at, started_at or incident.detected_at
        if started_at is not None:
            check_beginning(started_at, detected_at=incident.detected_at, opened_at=incident.opened_at)
        if incident.restored_at is not None and new > incident.restored_at:
            raise InvalidInputError("started_at", "it was over before")
        periods = incident.affected.filter(started_at=old)
        if periods.filter(ended_at__lt=new).exists():
            raise InvalidInputError(
                "started_at", "an integration that was affected from the beginning was restored before"
            )
        periods.update(started_at=new)
        _write(incident, {"started_at": started_at}, said)
    return incident


def check_beginning(started_at: datetime, *, detected_at: datetime, opened_at: datetime | None) -> None:
    """InvalidInputError for a beginning after it was noticed, or too long before `opened_at` where that is given."""
    if started_at > detected_at:
        raise InvalidInputError("started_at", "it cannot have been noticed before it began")
    if opened_at is not None:
        check_near("started_at", started_at, opened_at=opened_at)


def _write(incident: Incident, wanted: dict[str, Any], said: Said) -> None:
    """Store what differs, with an event that has old and new."""
    changes = {name: [_told(getattr(incident, name)), _told(new)] for name, new in wanted.items()}
    changes = {name: change for name, change in changes.items() if change[0] != change[1]}
    for name in changes:
        setattr(incident, name, wanted[name])
    if changes:
        save_incident(incident, *changes)
        record_event(incident, Happening(IncidentEventKind.DETAILS, changes=changes), said)


def _told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
