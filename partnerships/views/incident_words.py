"""Incidents in words, as several pages show them."""

from dataclasses import dataclass
from datetime import datetime

from charts.primitives import Markup
from charts.state import state
from foundation.words import duration, moment
from partnerships.models import Incident, IncidentState, Severity
from partnerships.selectors.incidents import is_overdue


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """One incident of a list, ready."""

    title: str
    url: str
    reference: str
    severity: Markup
    state: Markup
    integration: str
    began: str
    began_iso: str
    lasted: str
    detected: str
    is_drill: bool
    note: str


def incident_row(incident: Incident, *, at: datetime) -> IncidentRow:
    """The incident as a line; its integration must be joined."""
    began = incident.started_at or incident.detected_at
    return IncidentRow(
        title=incident.title,
        url=incident.get_absolute_url(),
        reference=incident.reference,
        severity=severity_mark(incident),
        state=state_mark(incident),
        integration=str(incident.integration or ""),
        began=moment(began, now=at),
        began_iso=began.isoformat(),
        lasted=lasted_words(incident, at=at),
        detected=duration(incident.detected_at - incident.started_at) if incident.started_at else "",
        is_drill=incident.is_drill,
        note="update overdue" if is_overdue(incident, at=at) else "",
    )


def severity_mark(incident: Incident) -> Markup:
    """SEV1 with its shape."""
    return state(Severity.tone_of(incident.severity), incident.get_severity_display())


def state_mark(incident: Incident) -> Markup:
    """The state with its shape; a merged incident says so."""
    if incident.merged_into_id is not None:
        return state("none", "Merged")
    return state(IncidentState.tone_of(incident.state), incident.get_state_display())


def lasted_words(incident: Incident, *, at: datetime) -> str:
    """How long the trouble was, or how long it is going on."""
    began = incident.started_at or incident.detected_at
    if incident.is_open:
        return f"{duration(at - began)}, open"
    return duration(incident.restored_at - began) if incident.restored_at else ""
