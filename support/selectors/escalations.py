"""Escalations of tickets."""

from operations.models import Escalation

SUBJECT_PREFIX = "ticket:"


def subject_of(ticket_id: int) -> str:
    """The ticket as the subject of escalations."""
    return f"{SUBJECT_PREFIX}{ticket_id}"


def find_open_escalation(ticket_id: int) -> Escalation | None:
    """The escalation that is open on the ticket; one query."""
    return Escalation.objects.filter(subject=subject_of(ticket_id), ended_at__isnull=True).first()
