"""Incidents that open by themselves when a production integration is down, and end when it has been up for a while.

Everything is found in rows each time: a tick that was lost, doubled or killed halfway changes nothing but the delay.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from partnerships.health.uptime import from_us, merge_ranges, to_us
from partnerships.incidents.rules import HOLD
from partnerships.models import (
    OPEN_INCIDENT_STATES,
    AffectedIntegration,
    CheckState,
    Effect,
    HealthCheck,
    Incident,
    IncidentEvent,
    IncidentEventKind,
    IncidentState,
    Integration,
    Level,
    StatusInterval,
    Tier,
)
from partnerships.selectors.overlays import get_maintenance_by_check
from partnerships.selectors.slo_pasts import Upstream
from partnerships.services.incidents.effects import (
    effect_key,
    enter_effect,
    explain,
    find_causes,
    open_incident_of,
)
from partnerships.services.incidents.events import Happening, Said, lock_incident, record_event
from partnerships.services.incidents.life import NewIncident, change_incident_state, declare_incident

LOOKED_BACK = timedelta(hours=1)
"""How long after its end an outage still opens an incident, should nothing have run meanwhile."""

Ranges = Mapping[int, Sequence[tuple[int, int]]]


def watch_outages(*, at: datetime) -> tuple[int, int]:
    """Open incidents for what is down, then end what is over; how many outages were new, how many were resolved."""
    return open_incidents(at=at), resolve_recovered(at=at)


def open_incidents(*, at: datetime) -> int:
    """Enter every confirmed outage of a production integration in its open incident, or open one; how many were new.

    One outage is one check down since an instant; it is entered once, whatever happened to the incident since. What
    lies in maintenance is none. One that something further up explains is an effect in that one's incident.
    """
    outages = _list_outages(at)
    maintenance = _maintenance(outages, at)
    begins = {one.pk: _first_outside(one, maintenance.get(one.health_check_id, ()), at) for one in outages}
    causes = find_causes(outages, at=at)
    told = set(IncidentEvent.objects.filter(key__in=map(effect_key, outages)).values_list("key", flat=True))
    found = [
        _Outage(one, began, causes.get(one.pk))
        for one in outages
        if (began := begins[one.pk]) is not None and not (one.pk in causes and effect_key(one) in told)
    ]
    return _enter_all(found, at)


@dataclass(frozen=True, slots=True)
class _Outage:
    """One that is to be entered: since when, maintenance aside, and what explains it."""

    interval: StatusInterval
    began: datetime
    cause: Upstream | None

    @property
    def check(self) -> HealthCheck:
        return self.interval.health_check


def _enter_all(found: Sequence[_Outage], at: datetime) -> int:
    """Causes first, then their effects, step by step; last what has a cause without an incident."""
    new = sum(_enter(one, at) for one in found if one.cause is None)
    late = [one for one in found if one.cause is not None]
    while entered := [one for one in late if _enter(one, at, may_declare=False)]:
        new += len(entered)
        late = [one for one in late if one not in entered]
    return new + sum(_enter(one, at) for one in late)


def _list_outages(at: datetime) -> list[StatusInterval]:
    """Confirmed, of active production integrations, not entered yet; oldest first."""
    outages = StatusInterval.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=at - LOOKED_BACK),
        state=CheckState.DOWN,
        confirmed_at__lte=at,
        started_at__lte=at,
        health_check__counts_for_uptime=True,
        health_check__integration__tier=Tier.PRODUCTION,
        health_check__integration__is_active=True,
    ).select_related("health_check__integration")
    found = {_key(outage): outage for outage in outages.order_by("started_at", "pk")}
    known = set(IncidentEvent.objects.filter(key__in=found).values_list("key", flat=True))
    return [outage for key, outage in found.items() if key not in known]


def _key(outage: StatusInterval) -> str:
    return f"down:{outage.health_check_id}:{outage.started_at.isoformat()}"


def _maintenance(outages: Sequence[StatusInterval], at: datetime) -> Ranges:
    """Maintenance by check in µs, as far as it can matter to these outages."""
    if not outages:
        return {}
    ids = {outage.health_check_id for outage in outages}
    return get_maintenance_by_check(ids, start=outages[0].started_at, end=at)


def _first_outside(outage: StatusInterval, maintenance: Sequence[tuple[int, int]], at: datetime) -> datetime | None:
    """The first instant of the outage that lies in no maintenance; None where there is none."""
    start, end = to_us(outage.started_at), to_us(outage.ended_at or at)
    for low, high in merge_ranges(maintenance, start, end):
        if low > start:
            break
        start = high
        if start >= end:
            return None
    return from_us(start)


def _enter(outage: _Outage, at: datetime, *, may_declare: bool = True) -> bool:
    """Enter one outage in a transaction of its own; False where another worker did, or where it would be declared."""
    keys = [_key(outage.interval)] + [effect_key(outage.interval)] * (outage.cause is not None)
    try:
        with transaction.atomic():
            integration = Integration.objects.select_for_update().get(pk=outage.check.integration_id)
            if IncidentEvent.objects.filter(key__in=keys).exists():
                return False
            incident = open_incident_of(integration)
            if incident is not None:
                _extend(lock_incident(incident.pk), outage, integration, at)
                return True
            if outage.cause is not None and enter_effect(
                outage.interval, outage.cause, _words(outage.interval), began=outage.began, at=at
            ):
                return True
            if may_declare:
                _declare(outage, integration, at)
            return may_declare
    except IntegrityError:  # Entered by somebody who does not take the lock: the unique keys decide.
        return False


def _words(outage: StatusInterval) -> str:
    why = f": {outage.reason}" if outage.reason else ""
    return f"{outage.health_check.name} is down{why}"


def _declare(outage: _Outage, integration: Integration, at: datetime) -> None:
    new = NewIncident(
        title=f"{integration} is down",
        impact=Level.HIGH,
        urgency=Level.MEDIUM,
        integrations=[integration],
        started_at=outage.began,
        detected_at=max(outage.interval.confirmed_at or at, outage.began),
        is_automatic=True,
        key=_key(outage.interval),
        text=_words(outage.interval) + explain(outage.interval, outage.cause),
    )
    declare_incident(new=new, said=Said(at))


def _extend(incident: Incident, outage: _Outage, integration: Integration, at: datetime) -> None:
    if not incident.affected.filter(integration=integration, ended_at=None).exists():
        AffectedIntegration.objects.create(
            incident=incident, integration=integration, effect=Effect.DOWN, started_at=outage.began
        )
    what = Happening(IncidentEventKind.CHECK, text=_words(outage.interval), key=_key(outage.interval))
    record_event(incident, what, Said(at, occurred_at=min(outage.began, at)))


def resolve_recovered(*, at: datetime) -> int:
    """End the affected periods of what is up again, and resolve what has been up for the hold; how many were resolved.

    Only of automatic incidents, and none is ever closed.
    """
    resolved = 0
    automatic = Incident.objects.filter(state__in=OPEN_INCIDENT_STATES, is_automatic=True)
    for pk in automatic.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            incident = Incident.objects.select_for_update().get(pk=pk)
            if incident.is_open:
                _end_recovered(incident, at)
                resolved += _resolve_if_held(incident, at)
    return resolved


def _end_recovered(incident: Incident, at: datetime) -> None:
    for period in incident.affected.filter(ended_at=None).select_related("integration"):
        up_since = _up_since(period.integration)
        if up_since is not None and up_since <= at:
            period.ended_at = max(up_since, period.started_at)
            period.save(update_fields=["ended_at"])
            what = Happening(IncidentEventKind.CHECK, text=f"{period.integration} is up", key=f"up:{period.pk}")
            record_event(incident, what, Said(at, occurred_at=period.ended_at))


def _up_since(integration: Integration) -> datetime | None:
    """Since when all its checks are up that count and are not paused; None where one is not, or there is none."""
    checks = list(HealthCheck.objects.filter(integration=integration, counts_for_uptime=True, is_paused=False))
    if not checks or any(check.state != CheckState.UP or check.state_since is None for check in checks):
        return None
    return max(check.state_since for check in checks if check.state_since)


def _resolve_if_held(incident: Incident, at: datetime) -> bool:
    ends = list(incident.affected.values_list("ended_at", flat=True))
    last = max((end for end in ends if end is not None), default=None)
    if last is None or None in ends or at - last < HOLD:
        return False
    minutes = int(HOLD.total_seconds() // 60)
    change_incident_state(
        incident_id=incident.pk,
        state=IncidentState.RESOLVED,
        said=Said(at, occurred_at=last),
        text=f"Up for {minutes} minutes.",
    )
    return True
