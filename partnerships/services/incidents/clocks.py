"""By when people are to hear of an incident again."""

from datetime import datetime

from partnerships.incidents.rules import CADENCES
from partnerships.models import Incident

CLOCKS = ("update_due_at", "external_update_due_at")


def set_clocks(incident: Incident, *, at: datetime, internal: bool = True, external: bool = True) -> None:
    """Start the named clocks anew, or stop them where the incident is over or its severity promises nothing."""
    cadence = CADENCES[incident.severity]
    if internal:
        wait = cadence.internal if incident.is_open else None
        incident.update_due_at = None if wait is None else at + wait
    if external:
        wait = cadence.external if incident.is_open else None
        incident.external_update_due_at = None if wait is None else at + wait


def tighten_clocks(incident: Incident, *, at: datetime) -> None:
    """After a change of severity: no clock is put off that runs already."""
    before = {name: getattr(incident, name) for name in CLOCKS}
    set_clocks(incident, at=at)
    for name, due in before.items():
        now = getattr(incident, name)
        if now is not None and due is not None:
            setattr(incident, name, min(due, now))
