"""A ticket that somebody has to answer for: up from whoever has it, over the team's lead and operations, to the COO."""

from datetime import datetime

from operations.escalation.ladder import STANDARD, Ladder, Rung
from operations.models import BusinessCalendar, Escalation, EscalationKind, User
from operations.services.escalations import NewEscalation, raise_escalation, resolve_subject
from support.models import Priority, Ticket
from support.selectors.escalations import subject_of

_WAITS = {"normal": (1800, 3600, 7200), "critical": (600, 900, 900)}
"""How many seconds the assignee, the lead and operations have; of open time where it is normal."""
_URGENT = frozenset({Priority.URGENT, Priority.HIGH})


def escalate_ticket(
    ticket: Ticket, *, title: str, reason: str, severity: str, at: datetime, by: User | None = None
) -> Escalation:
    """Raise the ticket, or note on its open escalation why it is raised again; in the caller's transaction."""
    new = NewEscalation(
        kind=EscalationKind.PROCESS_FAILURE,
        subject=subject_of(ticket.pk),
        title=f"{ticket.reference}: {title}"[:200],
        reason=reason,
        url=ticket.get_absolute_url(),
        severity=severity,
        owner_id=ticket.assignee_id,
        ladder=make_ladder(ticket, severity),
    )
    return raise_escalation(new=new, at=at, by=by)


def severity_of(ticket: Ticket) -> str:
    """How grave it is that something is wrong with the ticket."""
    return "critical" if ticket.priority in _URGENT else "normal"


def make_ladder(ticket: Ticket, severity: str) -> Ladder:
    """Assignee, lead, operations, COO; who is not there is left out."""
    assignee, lead, operations = _WAITS[severity]
    lead_id = _lead_of(ticket)
    below = (
        *([Rung("Assignee", assignee, users=(ticket.assignee_id,))] if ticket.assignee_id else []),
        *([Rung("Lead", lead, users=(lead_id,))] if lead_id and lead_id != ticket.assignee_id else []),
        Rung("Operations manager", operations, roles=("operations",)),
    )
    calendar = BusinessCalendar.objects.filter(is_organisation=True).values_list("pk", flat=True).first()
    return Ladder("Ticket", below, STANDARD.final, calendar_id=calendar, ack_expires_seconds=86_400)


def _lead_of(ticket: Ticket) -> int | None:
    """The lead of its team, else of whoever has it."""
    if ticket.team and ticket.team.lead_id:
        return ticket.team.lead_id
    return ticket.assignee.lead_id if ticket.assignee else None


def end_escalation(ticket: Ticket, *, actor: User | None, at: datetime) -> None:
    """Nothing is to be hurried on a ticket that is no longer open: its escalation, if any, is over."""
    note = f"The ticket is {ticket.get_state_display().lower()}."
    resolve_subject(subject=subject_of(ticket.pk), kind=EscalationKind.PROCESS_FAILURE, at=at, note=note, by=actor)
