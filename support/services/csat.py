"""Asking customers how a ticket was solved, once a solve, and taking their answers until the link expires."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.urls import reverse

from foundation.errors import InvalidInputError, ServiceError
from foundation.plain_text import without_control
from operations.channels.base import MailParts
from operations.services.notifications import Notice, mail_outside
from support.mail.feedback import sign_question
from support.mail.guards import OWN_HEADER
from support.mail.tokens import is_own_address, own_address, reply_address
from support.models import CsatRequest, CsatResponse, EventKind, Ticket, TicketEvent, TicketState, Via
from support.models.csat import BEST_SCORE
from support.services.ticket_events import lock_ticket

AT_ONCE = 200
MOST_ANSWERS = 20
LONGEST_COMMENT = 2_000
_FORGOTTEN = timedelta(days=7)  # What was solved longer ago is not asked about any more.
_WORDS = (
    "How did we do with “{subject}”? A number and, if you like, a few words; you can change them until "
    "{until:%d %B %Y}."
)


class ExpiredError(ServiceError):
    """The question can no longer be answered."""

    code = "expired"


def ask_customers(*, at: datetime) -> int:
    """Mail the question to customers whose ticket was solved CSAT_DELAY_MINUTES ago and is so still; how many."""
    if not (settings.CSAT and own_address()):
        return 0
    return sum(_ask(pk, at) for pk in _list_due(at).values_list("pk", flat=True)[:AT_ONCE])


def _list_due(at: datetime) -> "QuerySet[Ticket]":
    """The solved tickets of customers with an address that nobody was asked about since; imported solves left out."""
    solves = TicketEvent.objects.filter(
        ticket=OuterRef("pk"), kind=EventKind.STATE, new_state=TicketState.SOLVED, at=OuterRef("resolved_at")
    ).exclude(via=Via.IMPORT)
    asked = CsatRequest.objects.filter(ticket=OuterRef("pk"), event__at=OuterRef("resolved_at"))
    until = at - timedelta(minutes=settings.CSAT_DELAY_MINUTES)
    return (
        Ticket.objects.filter(state__in=[TicketState.SOLVED, TicketState.CLOSED], customer__isnull=False)
        .filter(resolved_at__gt=until - _FORGOTTEN, resolved_at__lte=until)
        .filter(Exists(solves), ~Exists(asked))
        .exclude(customer__email="")
        .order_by("resolved_at", "pk")
    )


def _ask(ticket_id: int, at: datetime) -> bool:
    with transaction.atomic():
        ticket = lock_ticket(ticket_id, version=None)
        if not _list_due(at).filter(pk=ticket_id).exists():  # Reopened, or asked by another worker meanwhile.
            return False
        solve = ticket.events.filter(
            kind=EventKind.STATE, new_state=TicketState.SOLVED, at=F("ticket__resolved_at")
        ).latest("pk")
        is_person = solve.actor is not None and not solve.actor.is_service
        request = CsatRequest.objects.create(
            ticket=ticket,
            event=solve,
            agent=solve.actor if is_person else None,
            asked_at=at,
            expires_at=at + timedelta(days=settings.CSAT_DAYS),
        )
        return _mail_question(request, ticket, at)


def _mail_question(request: CsatRequest, ticket: Ticket, at: datetime) -> bool:
    address = ticket.customer.email if ticket.customer else ""
    if is_own_address(address):
        return False
    headers = {
        "From": settings.SUPPORT_EMAIL,
        "Reply-To": reply_address(ticket.pk),
        "Auto-Submitted": "auto-generated",
        OWN_HEADER: own_address(),
    }
    subject = " ".join(ticket.subject.split())[:100]
    notice = Notice(
        event=f"csat:{request.pk}",
        title=f"How did we do? {subject}",
        text=_WORDS.format(subject=subject, until=request.expires_at),
        url=reverse("feedback:feedback", args=[sign_question(request.pk)]),
        mail=MailParts(headers=headers),
    )
    return bool(mail_outside(notice=notice, to=[address], at=at))


def is_used_up(request: CsatRequest) -> bool:
    """Whether it was answered as often as an answer may be changed."""
    return request.responses.count() >= MOST_ANSWERS


def record_answer(*, request_id: int, score: int, comment: str, at: datetime) -> CsatRequest:
    """Take the answer, which counts instead of any before it; one that says the same again is the one there is.

    Raises ExpiredError once the link has expired or was used too often, InvalidInputError for a score that is none,
    CsatRequest.DoesNotExist.
    """
    if not 1 <= score <= BEST_SCORE:
        raise InvalidInputError("score", f"choose a number from 1 to {BEST_SCORE}")
    with transaction.atomic():
        request = CsatRequest.objects.select_for_update().get(pk=request_id)
        if at >= request.expires_at or is_used_up(request):
            raise ExpiredError("This can no longer be answered.")
        words = without_control(comment).strip()[:LONGEST_COMMENT]
        last = request.responses.order_by("pk").last()
        if last is not None and (last.score, last.comment) == (score, words):  # Sent twice.
            return request
        CsatResponse.objects.create(request=request, score=score, comment=words, answered_at=at)
        request.score, request.answered_at = score, at
        request.save(update_fields=["score", "answered_at"])
    return request
