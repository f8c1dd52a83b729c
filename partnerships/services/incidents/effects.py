"""Outages that something further up explains: no incident of their own, an effect in the timeline of its incident."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Q

from partnerships.incidents.rules import HOLD
from partnerships.models import (
    OPEN_INCIDENT_STATES,
    HealthCheck,
    Incident,
    IncidentEvent,
    IncidentEventKind,
    Integration,
    StatusInterval,
)
from partnerships.selectors.slo_pasts import Upstream, find_suppressor, get_upstreams
from partnerships.services.incidents.events import Happening, Said, lock_incident, record_event


def find_causes(outages: Sequence[StatusInterval], *, at: datetime) -> Mapping[int, Upstream]:
    """By outage id, what it depends on that was down during it and at most the hold ago; one hop, a few queries.

    What is still down when its cause has been up for the hold has a cause of its own.
    """
    if not outages:
        return {}
    ids = {outage.health_check.integration_id for outage in outages}
    upstreams = get_upstreams(ids, start=min(outage.started_at for outage in outages), at=at)
    found = {}
    for outage in outages:
        end = outage.ended_at or at
        start = max(outage.started_at, end - HOLD)
        cause = find_suppressor(upstreams.get(outage.health_check.integration_id, ()), start=start, end=end)
        if cause is not None:
            found[outage.pk] = cause
    return found


def effect_key(outage: StatusInterval) -> str:
    """The key under which the outage is an effect of another one's incident."""
    return f"effect:{outage.health_check_id}:{outage.started_at.isoformat()}"


def open_incident_of(integration: Integration) -> Incident | None:
    """The newest open incident, drills aside, that affects the integration or is about it."""
    mine = Q(integration=integration) | Q(affected__integration=integration, affected__ended_at=None)
    open_ones = Incident.objects.filter(mine, state__in=OPEN_INCIDENT_STATES, is_drill=False)
    return open_ones.order_by("-is_automatic", "-opened_at", "-pk").first()


def find_incident_of(cause: Upstream) -> Incident | None:
    """The open incident of the cause, or the one in which the cause is an effect itself."""
    check = HealthCheck.objects.select_related("integration").get(pk=cause.check_id)
    found = open_incident_of(check.integration)
    if found is not None:
        return found
    effects = IncidentEvent.objects.filter(
        key__startswith=f"effect:{check.pk}:", incident__state__in=OPEN_INCIDENT_STATES, incident__is_drill=False
    )
    last = effects.select_related("incident").order_by("-pk").first()
    return last.incident if last else None


def enter_effect(outage: StatusInterval, cause: Upstream, words: str, *, began: datetime, at: datetime) -> bool:
    """Enter the outage in the timeline of its cause's incident; False where there is none that is open."""
    found = find_incident_of(cause)
    if found is None:
        return False
    incident = lock_incident(found.pk)
    if not incident.is_open:
        return False
    what = Happening(
        IncidentEventKind.EFFECT,
        text=f"{outage.health_check.integration}: {words}",
        key=effect_key(outage),
        suppressed_by_id=cause.check_id,
    )
    record_event(incident, what, Said(at, occurred_at=min(began, at)))
    return True


def explain(outage: StatusInterval, cause: Upstream | None) -> str:
    """Why an outage with something further up has an incident of its own; empty where there is nothing to say."""
    before = IncidentEvent.objects.filter(key=effect_key(outage)).select_related("incident", "suppressed_by").first()
    if before is not None:
        return f" It was an effect in {before.incident.reference}; {before.suppressed_by} has been up for a while."
    return f" {cause.name}, which it depends on, is down and has no open incident." if cause else ""
