"""The begin and the end of an absence, one ticket at a time, by whoever holds the absence's lock."""

from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from operations.services.notifications import Notice, notify
from support.models import (
    OPEN_STATES,
    Absence,
    AbsenceHandover,
    EventKind,
    Handover,
    Priority,
    Ticket,
    TicketEvent,
)
from support.selectors.absences import ABSENCE, list_absences_at
from support.services.cover import hand_over
from support.services.giving import give_ticket
from support.services.ticket_events import lock_ticket

_URGENT = (Priority.URGENT, Priority.HIGH)


def begin_next(absence: Absence, *, at: datetime) -> bool:
    """Hand the next ticket over, or note that the absence has begun where none is left; whether it was noted."""
    if absence.ends_at > at:
        for pk in _list_to_hand(absence).values_list("pk", flat=True)[:1]:
            ticket = lock_ticket(pk, version=None)
            if _list_to_hand(absence).filter(pk=pk).exists():  # Nobody was faster.
                hand_over(ticket, absence, at=at)
            return False
    absence.begun_at, absence.next_step_at = at, absence.ends_at
    absence.save(update_fields=["begun_at", "next_step_at"])
    if absence.ends_at > at:
        _tell_begun(absence, at=at)
    return True


def _list_to_hand(absence: Absence) -> "QuerySet[Ticket]":
    """The open tickets that go to others as it begins and have not gone yet."""
    if absence.handover not in {Handover.URGENT, Handover.ALL}:
        return Ticket.objects.none()
    gone = AbsenceHandover.objects.filter(absence=absence, ticket=OuterRef("pk"))
    open_ones = Ticket.objects.filter(~Exists(gone), assignee=absence.user_id, state__in=OPEN_STATES).order_by("pk")
    return open_ones if absence.handover == Handover.ALL else open_ones.filter(priority__in=_URGENT)


def _tell_begun(absence: Absence, *, at: datetime) -> None:
    """Tell each who was given tickets how many, in one message."""
    handed = absence.handovers.filter(given_to__isnull=False).order_by().values("given_to")
    for user, count in handed.annotate(count=Count("pk")).values_list("given_to", "count"):
        title = f"{count} of {absence.user}'s tickets {'is' if count == 1 else 'are'} yours while they are out"
        notice = Notice(event=f"absence:{absence.pk}:begun:{user}", title=title[:200], url="/tickets/?tab=mine")
        notify(notice=notice, to=[user], at=at)


def end_next(absence: Absence, *, after: int, at: datetime) -> int:
    """Look at the next hand-over with a number above `after` and give its ticket back if nobody worked on it.

    Returns its number; where none is left the absence is over.
    """
    handed = absence.handovers.filter(pk__gt=after, returned_at__isnull=True).order_by("pk").first()
    if handed is None or not absence.is_given_back or _is_out_again(absence, at=at):
        absence.over_at, absence.next_step_at = max(at, absence.begun_at or at), None
        absence.save(update_fields=["over_at", "next_step_at"])
        return after
    ticket = lock_ticket(handed.ticket_id, version=None)
    is_theirs = ticket.is_open and ticket.assignee_id != absence.user_id and not _is_with_owner(handed, ticket)
    if is_theirs and not _is_touched(handed, ticket):
        reason = f"{ABSENCE}: {absence.user} is back."
        give_ticket(ticket, absence.user, cause=ABSENCE, reason=reason, at=at)
        handed.returned_at = max(at, handed.given_at)
        handed.save(update_fields=["returned_at"])
    return handed.pk


def _is_out_again(absence: Absence, *, at: datetime) -> bool:
    """Whether the owner could not take anything back: they are out for longer, or gone."""
    return not absence.user.is_active or list_absences_at(at).filter(user=absence.user_id).exists()


def _is_with_owner(handed: AbsenceHandover, ticket: Ticket) -> bool:
    """Whether it is back with somebody from whom it had come to the one who is back now."""
    earlier = AbsenceHandover.objects.filter(ticket=ticket, pk__lt=handed.pk, returned_at__isnull=False)
    return earlier.filter(absence__user=ticket.assignee_id).exists()


def _is_touched(handed: AbsenceHandover, ticket: Ticket) -> bool:
    """Whether whoever has the ticket did something to it since, or somebody gave it to them on purpose."""
    since = TicketEvent.objects.filter(ticket=ticket, pk__gt=handed.event_id, actor__isnull=False)
    by_holder = Q(actor=ticket.assignee_id) & ~Q(kind=EventKind.CUSTOMER)
    return since.filter(by_holder | Q(kind=EventKind.ASSIGNED)).exists()
