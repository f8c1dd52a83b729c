"""Us or them: whose trouble an incident was, and which of the partner's own incidents it is."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from foundation.errors import InvalidInputError, StaleWriteError
from partnerships.incidents.rules import ADMITTED_WITHIN
from partnerships.models import (
    AffectedIntegration,
    Fault,
    Incident,
    IncidentEventKind,
    IncidentLink,
    LinkState,
    VendorIncident,
)
from partnerships.services.incidents.events import Happening, Said, lock_incident, record_event, save_incident

LOOKED_BACK = timedelta(days=7)
"""How long after it was last seen a partner's incident is still compared with ours."""


def propose_links(*, at: datetime) -> int:
    """Propose each pair of incidents that may be the same, once; how many are new.

    An integration of the partner was affected while theirs went on, and theirs began before ours or at most 30 minutes
    after. A pair that a person has rejected is not proposed again.
    """
    new = 0
    for theirs in VendorIncident.objects.filter(last_seen_at__gt=at - LOOKED_BACK).order_by("pk"):
        known = set(theirs.links.values_list("incident", flat=True))
        for pk in sorted(_list_overlapping(theirs, at) - known):
            new += _propose(pk, theirs, at)
    return new


def _list_overlapping(theirs: VendorIncident, at: datetime) -> set[int]:
    """Our incidents, by number, whose affected periods overlap theirs and began early enough."""
    periods = AffectedIntegration.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=theirs.started_at),
        integration__partner=theirs.partner_id,
        incident__is_drill=False,
        incident__merged_into=None,
        started_at__lt=theirs.ended_at or at,
        started_at__gte=theirs.started_at - ADMITTED_WITHIN,
    )
    return set(periods.values_list("incident", flat=True))


def _propose(incident_id: int, theirs: VendorIncident, at: datetime) -> bool:
    with transaction.atomic():
        incident = Incident.objects.select_for_update().get(pk=incident_id)
        link, is_new = IncidentLink.objects.get_or_create(
            incident=incident, vendor_incident=theirs, defaults={"proposed_at": at}
        )
        if is_new:
            text = f"Their page tells of it as well: {theirs.title}"
            record_event(incident, Happening(IncidentEventKind.EVIDENCE, text=text, key=f"link:{link.pk}"), Said(at))
    return is_new


def decide_link(*, link_id: int, is_same: bool, said: Said) -> IncidentLink:
    """The pair, confirmed or rejected by a person. Confirming makes the trouble theirs, where nobody has judged it."""
    if said.actor is None:
        raise InvalidInputError("actor", "a person decides it")
    with transaction.atomic():
        incident = lock_incident(IncidentLink.objects.values_list("incident", flat=True).get(pk=link_id))
        link = IncidentLink.objects.select_for_update().select_related("vendor_incident").get(pk=link_id)
        if said.version is not None and link.version != said.version:
            raise StaleWriteError
        link.state = LinkState.CONFIRMED if is_same else LinkState.REJECTED
        link.decided_at, link.decided_by = said.at, said.actor
        link.version += 1
        link.save()
        text = f"{link.get_state_display()}: {link.vendor_incident.title}"
        record_event(incident, Happening(IncidentEventKind.EVIDENCE, text=text), said)
        if is_same and incident.fault == Fault.UNKNOWN:
            _blame(incident, Fault.THEIRS, said)
    return link


def set_fault(*, incident_id: int, fault: str, said: Said, text: str = "") -> Incident:
    """Whose trouble it was, by a person's judgement; judging the same changes nothing."""
    if fault not in Fault.values:
        raise InvalidInputError("fault", f"must be one of {', '.join(Fault.values)}")
    with transaction.atomic():
        incident = lock_incident(incident_id, version=said.version)
        if incident.fault != fault:
            _blame(incident, Fault(fault), said, text.strip())
    return incident


def _blame(incident: Incident, fault: Fault, said: Said, text: str = "") -> None:
    changes = {"fault": [incident.fault, fault.value]}
    incident.fault = fault
    save_incident(incident, "fault")
    record_event(incident, Happening(IncidentEventKind.EVIDENCE, text=text, changes=changes), said)
