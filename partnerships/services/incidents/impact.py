"""Which integrations an incident affects, and from when to when."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from foundation.errors import InvalidInputError
from partnerships.models import (
    AffectedIntegration,
    Effect,
    Incident,
    IncidentEventKind,
    Integration,
    Tier,
)
from partnerships.services.incidents.events import Happening, Said, lock_incident, record_event, save_incident
from partnerships.services.incidents.severity import raise_tier


def add_affected(
    *,
    incident_id: int,
    integration: Integration,
    said: Said,
    effect: str = Effect.DOWN,
    ended_at: datetime | None = None,
) -> AffectedIntegration:
    """A period of the integration that begins when it happened, and is over already where `ended_at` is given.

    InvalidInputError where one is open already, for an open one of an incident that is over, or an end before the
    start.
    """
    if effect not in Effect.values:
        raise InvalidInputError("effect", f"must be one of {', '.join(Effect.values)}")
    _check_end(said.happened_at, ended_at, said.at)
    with transaction.atomic():
        incident = lock_incident(incident_id, version=said.version)
        if ended_at is None and not incident.is_open:
            raise InvalidInputError("ended_at", "the incident is over: give the end as well")
        if ended_at is None and incident.affected.filter(integration=integration, ended_at=None).exists():
            raise InvalidInputError("integration", "it is affected already")
        period = AffectedIntegration.objects.create(
            incident=incident,
            integration=integration,
            effect=effect,
            started_at=said.happened_at,
            ended_at=ended_at,
        )
        if incident.integration_id is None:
            incident.integration = integration
            save_incident(incident, "integration")
        words = f"{integration}: {period.get_effect_display().lower()}"
        record_event(incident, Happening(IncidentEventKind.AFFECTED, text=words), said)
        raise_tier(incident, integration, said)
    return period


def _check_end(started_at: datetime, ended_at: datetime | None, at: datetime) -> None:
    if ended_at is not None and ended_at < started_at:
        raise InvalidInputError("ended_at", "it cannot have ended before it began")
    if ended_at is not None and ended_at > at:
        raise InvalidInputError("ended_at", "this lies in the future")


def close_affected(*, incident_id: int, integration: Integration, said: Said) -> AffectedIntegration:
    """End the integration's open period when it happened; InvalidInputError where none is open or it began later."""
    with transaction.atomic():
        incident = lock_incident(incident_id, version=said.version)
        period = incident.affected.filter(integration=integration, ended_at=None).first()
        if period is None:
            raise InvalidInputError("integration", "no period of it is open")
        if said.happened_at < period.started_at:
            raise InvalidInputError("occurred_at", "it cannot have ended before it began")
        period.ended_at = said.happened_at
        period.save(update_fields=["ended_at"])
        what = Happening(IncidentEventKind.AFFECTED, text=f"{integration}: over")
        record_event(incident, what, said)
    return period


def end_periods(incident: Incident, said: Said) -> datetime | None:
    """End all open periods when it happened, one that began later at its start; the last end of any, None without."""
    for period in incident.affected.filter(ended_at=None):
        AffectedIntegration.objects.filter(pk=period.pk).update(ended_at=max(period.started_at, said.happened_at))
    ends = incident.affected.values_list("ended_at", flat=True)
    return max((end for end in ends if end is not None), default=None)


def tier_of(integrations: Sequence[Integration]) -> Tier:
    """Production where one of them is, or where nobody says which it is about."""
    is_harmless = bool(integrations) and all(one.tier == Tier.EXPERIMENTAL for one in integrations)
    return Tier.EXPERIMENTAL if is_harmless else Tier.PRODUCTION
