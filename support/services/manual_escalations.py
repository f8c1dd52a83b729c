"""A ticket that a person raises."""

from datetime import datetime

from django.db import transaction

from foundation.errors import InvalidInputError
from operations.models import Escalation, User
from support.services.ticket_escalations import Raised, escalate_ticket
from support.services.ticket_events import lock_ticket


def escalate_by_hand(*, ticket_id: int, reason: str, is_critical: bool, at: datetime, by: User) -> Escalation:
    """Raise the ticket because a person says so; InvalidInputError without a reason and for one that has ended."""
    with transaction.atomic():
        ticket = lock_ticket(ticket_id, version=None)
        if not ticket.is_open:
            raise InvalidInputError("reason", f"{ticket.reference} is {ticket.get_state_display().lower()}")
        if not reason.strip():
            raise InvalidInputError("reason", "say why somebody else has to look at it")
        severity = "critical" if is_critical else "normal"
        return escalate_ticket(Raised(ticket, "help is asked for", reason.strip(), severity), at=at, by=by)
