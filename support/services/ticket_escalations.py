"""A ticket that somebody has to answer for: up from whoever has it, over the team's lead and operations, to the COO."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from operations.escalation.ladder import STANDARD, Ladder, Rung
from operations.models import BusinessCalendar, Escalation, EscalationKind, User
from operations.services.escalations import NewEscalation, raise_escalation, raise_escalations, resolve_subject
from support.models import Priority, Ticket
from support.selectors.escalations import subject_of

_WAITS = {"normal": (1800, 3600, 7200), "critical": (600, 900, 900)}
"""How many seconds the assignee, the lead and operations have; of open time where it is normal."""
_URGENT = frozenset({Priority.URGENT, Priority.HIGH})


@dataclass(frozen=True)
class Raised:
    """A ticket that somebody has to answer for, and why."""

    ticket: Ticket
    title: str
    reason: str
    severity: str


def escalate_ticket(raised: Raised, *, at: datetime, by: User | None = None) -> Escalation:
    """Raise the ticket, or note on its open escalation why it is raised again; in the caller's transaction."""
    return raise_escalation(new=_new(raised, _organisation_calendar()), at=at, by=by)


def escalate_tickets(raised: Sequence[Raised], *, at: datetime) -> None:
    """Raise each of the tickets, by the system."""
    if raised:
        calendar_id = _organisation_calendar()
        raise_escalations([_new(one, calendar_id) for one in raised], at=at)


def _new(raised: Raised, calendar_id: int | None) -> NewEscalation:
    ticket = raised.ticket
    return NewEscalation(
        kind=EscalationKind.PROCESS_FAILURE,
        subject=subject_of(ticket.pk),
        title=f"{ticket.reference}: {raised.title}"[:200],
        reason=raised.reason,
        url=ticket.get_absolute_url(),
        severity=raised.severity,
        owner_id=ticket.assignee_id,
        ladder=make_ladder(ticket, raised.severity, calendar_id=calendar_id),
    )


def _organisation_calendar() -> int | None:
    return BusinessCalendar.objects.filter(is_organisation=True).values_list("pk", flat=True).first()


def severity_of(ticket: Ticket) -> str:
    """How grave it is that something is wrong with the ticket."""
    return "critical" if ticket.priority in _URGENT else "normal"


def make_ladder(ticket: Ticket, severity: str, *, calendar_id: int | None = None) -> Ladder:
    """Assignee, lead, operations, COO; who is not there is left out."""
    assignee, lead, operations = _WAITS[severity]
    lead_id = _lead_of(ticket)
    below = (
        *([Rung("Assignee", assignee, users=(ticket.assignee_id,))] if ticket.assignee_id else []),
        *([Rung("Lead", lead, users=(lead_id,))] if lead_id and lead_id != ticket.assignee_id else []),
        Rung("Operations manager", operations, roles=("operations",)),
    )
    return Ladder("Ticket", below, STANDARD.final, calendar_id=calendar_id, ack_expires_seconds=86_400)


def _lead_of(ticket: Ticket) -> int | None:
    """The lead of its team, else of whoever has it."""
    if ticket.team and ticket.team.lead_id:
        return ticket.team.lead_id
    return ticket.assignee.lead_id if ticket.assignee else None


def end_escalation(ticket: Ticket, *, actor: User | None, at: datetime) -> None:
    """Nothing is to be hurried on a ticket that is no longer open: its escalation, if any, is over."""
    note = f"The ticket is {ticket.get_state_display().lower()}."
    resolve_subject(subject=subject_of(ticket.pk), kind=EscalationKind.PROCESS_FAILURE, at=at, note=note, by=actor)
