"""Two incidents that are one: what is known of the duplicate goes on in the other."""

from django.db import transaction

from foundation.errors import InvalidInputError
from partnerships.models import AffectedIntegration, Incident, IncidentEventKind, IncidentRole, IncidentState
from partnerships.services.incidents.clocks import CLOCKS, set_clocks
from partnerships.services.incidents.escalations import merge_escalations
from partnerships.services.incidents.events import Happening, Said, lock_incident, record_event, save_incident
from partnerships.services.incidents.overdue import end_overdue


def merge_incidents(*, incident_id: int, into_id: int, said: Said) -> Incident:
    """Close the incident as a part of the other, which is returned with its affected periods.

    Its timeline stays and its page leads to the other. InvalidInputError where one of the two cannot be merged.
    """
    if incident_id == into_id:
        raise InvalidInputError("into", "an incident cannot be merged into itself")
    with transaction.atomic():
        locked = {pk: _lock(pk) for pk in sorted((incident_id, into_id))}  # In one order, whoever merges what.
        duplicate, target = locked[incident_id], locked[into_id]
        _check(duplicate, target, said)
        _hand_over(duplicate, target)
        old = duplicate.state
        _end(duplicate, target, said)
        Incident.objects.filter(merged_into=duplicate).update(merged_into=target)
        gone = Happening(
            IncidentEventKind.MERGED, f"Merged into {target.reference}.", old_state=old, new_state=duplicate.state
        )
        record_event(duplicate, gone, said)
        merge_escalations(duplicate, target, at=said.at, by=said.actor)  # The next line answers it for who merges.
        record_event(target, Happening(IncidentEventKind.MERGED, f"{duplicate} is the same and goes on here."), said)
        save_incident(target)
    return target


def _lock(pk: int) -> Incident:
    try:
        return lock_incident(pk)
    except Incident.DoesNotExist:
        raise InvalidInputError("into", "there is no such incident") from None


def _check(duplicate: Incident, target: Incident, said: Said) -> None:
    if said.version is not None:
        lock_incident(duplicate.pk, version=said.version)
    if duplicate.state == IncidentState.CLOSED:
        raise InvalidInputError("incident", "it is closed")
    if not target.is_open:
        raise InvalidInputError("into", "choose one that is open")
    if duplicate.is_drill != target.is_drill:
        raise InvalidInputError("into", "a drill and an incident are never the same")


def _hand_over(duplicate: Incident, target: Incident) -> None:
    """Periods go on in the target; one of an integration that is open there stays behind, closed by its start there."""
    open_there = set(target.affected.filter(ended_at=None).values_list("integration_id", flat=True))
    for period in duplicate.affected.all():
        if period.ended_at is None and period.integration_id in open_there:
            there = target.affected.get(integration=period.integration_id, ended_at=None)
            there.started_at = min(there.started_at, period.started_at)
            there.save(update_fields=["started_at"])
            AffectedIntegration.objects.filter(pk=period.pk).update(ended_at=period.started_at)
        else:
            AffectedIntegration.objects.filter(pk=period.pk).update(incident=target)


def _end(duplicate: Incident, target: Incident, said: Said) -> None:
    IncidentRole.objects.filter(incident=duplicate, ended_at=None).update(ended_at=said.at)
    duplicate.state, duplicate.merged_into = IncidentState.CLOSED, target
    duplicate.resolved_at = duplicate.resolved_at or said.at
    duplicate.closed_at = said.at
    set_clocks(duplicate, at=said.at)
    save_incident(duplicate, "state", "merged_into", "resolved_at", "closed_at", *CLOCKS)
    end_overdue(duplicate, said)
