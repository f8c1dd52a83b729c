"""Who does what in an incident."""

from django.db import transaction

from foundation.errors import InvalidInputError
from operations.models import User
from partnerships.models import IncidentEventKind, IncidentRole, RoleKind
from partnerships.services.incidents.events import Happening, Said, lock_incident, record_event


def assign_role(*, incident_id: int, role: str, user: User | None, said: Said) -> IncidentRole | None:
    """Give the role to a person, or (None) to nobody, from now on; giving it to who has it changes nothing.

    InvalidInputError for an unknown role, or a person who cannot sign in or may not see incidents.
    """
    if role not in RoleKind.values:
        raise InvalidInputError("role", f"must be one of {', '.join(RoleKind.values)}")
    if user is not None and (not user.is_active or user.is_service):
        raise InvalidInputError("user", "only a person with an active account can take a role")
    if user is not None and not user.has_perm("partnerships.view_incident"):
        raise InvalidInputError("user", "only somebody who may see incidents can take a role")
    with transaction.atomic():
        incident = lock_incident(incident_id, version=said.version)
        present = (
            IncidentRole.objects.filter(incident=incident, role=role, ended_at=None).select_related("user").first()
        )
        if (present.user if present else None) == user:
            return present
        if present is not None:
            present.ended_at = max(said.at, present.started_at)
            present.save(update_fields=["ended_at"])
        new = None
        if user is not None:
            new = IncidentRole.objects.create(incident=incident, role=role, user=user, started_at=said.at)
        changes = {role: [str(present.user) if present else "", str(user or "")]}
        record_event(incident, Happening(IncidentEventKind.ROLE, changes=changes), said)
    return new
