"""Rules by which tickets escalate by themselves: each once an occasion, in the transaction of what set it off."""

import re
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Subquery

from foundation.bulk_rows import insert_missing_rows
from foundation.errors import InvalidInputError
from operations.business_time.engine import BusinessTime
from operations.selectors.calendars import get_organisation_rules
from support.models import (
    EventKind,
    Priority,
    Ticket,
    TicketEvent,
    TicketState,
    TicketTrigger,
    TriggerFiring,
    TriggerKind,
)
from support.services.ticket_escalations import Raised, escalate_ticket

MAX_WORDS, MAX_WORD_LENGTH = 50, 60
_WORKED_ON = (TicketState.NEW, TicketState.OPEN)
_DONE_BY_HOLDER = (EventKind.STATE, EventKind.REPLY, EventKind.NOTE, EventKind.FIELDS, EventKind.CHECKLIST)
_SET_OFF = (EventKind.OPENED, EventKind.STATE, EventKind.FIELDS, EventKind.CUSTOMER)
_RANKS = list(Priority)
_BATCH = 200


def check_words(words: Any) -> list[str]:
    """The words of a rule; InvalidInputError for anything but a short list of texts."""
    if not isinstance(words, list) or len(words) > MAX_WORDS:
        raise InvalidInputError("words", f"Give a list of at most {MAX_WORDS} words or phrases.")
    if not all(isinstance(word, str) and 1 <= len(word.strip()) <= MAX_WORD_LENGTH for word in words):
        raise InvalidInputError("words", f"Each is a text of 1 to {MAX_WORD_LENGTH} characters.")
    return [word.strip() for word in words]


def pull_triggers(ticket: Ticket, event: TicketEvent) -> None:
    """Escalate the ticket by every active rule that holds after the event and did not hold on this occasion before."""
    if event.kind not in _SET_OFF or not ticket.is_open:
        return
    for trigger in TicketTrigger.objects.filter(is_active=True).exclude(kind=TriggerKind.SILENCE):
        for occasion, reason in _occasions(trigger, ticket, event):
            _fire(trigger, ticket, occasion=occasion, reason=reason, at=event.at)


def _occasions(trigger: TicketTrigger, ticket: Ticket, event: TicketEvent) -> list[tuple[str, str]]:
    """On which occasions the rule holds, each with why in words; none where it does not."""
    if trigger.kind == TriggerKind.REOPENS and ticket.reopen_count >= trigger.count and event.kind == EventKind.STATE:
        return [(f"reopen:{ticket.reopen_count}", f"It was reopened {ticket.reopen_count} times.")]
    if trigger.kind == TriggerKind.VIP and ticket.customer is not None and ticket.customer.is_vip:
        return [(f"customer:{ticket.customer.pk}", f"{ticket.customer} is very important.")]
    if trigger.kind == TriggerKind.PRIORITY and _is_as_urgent(ticket.priority, trigger.priority):
        return [(f"priority:{ticket.priority}", f"Its priority is {ticket.get_priority_display().lower()}.")]
    if trigger.kind == TriggerKind.KEYWORD and event.kind in {EventKind.OPENED, EventKind.CUSTOMER}:
        said = f"{ticket.subject} {event.body}" if event.kind == EventKind.OPENED else event.body
        return [(f"word:{word}"[:80], f"The customer writes “{word}”.") for word in trigger.words if _says(said, word)]
    return []


def _is_as_urgent(priority: str, least: str) -> bool:
    return _RANKS.index(Priority(priority)) <= _RANKS.index(Priority(least))


def _says(said: str, word: str) -> bool:
    """Whether the word or phrase is in the text, whole and in any case."""
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", said, re.IGNORECASE) is not None


def _fire(trigger: TicketTrigger, ticket: Ticket, *, occasion: str, reason: str, at: datetime) -> bool:
    """Escalate the ticket unless this occasion was taken before."""
    row = (trigger.pk, ticket.pk, occasion, at)
    if not insert_missing_rows(
        TriggerFiring,
        ("trigger_id", "ticket_id", "occasion", "at"),
        [row],
        unique=("trigger_id", "ticket_id", "occasion"),
    ):
        return False
    words = f"{reason} “{ticket.subject}”"
    escalate_ticket(Raised(ticket, trigger.name.lower(), words, trigger.severity), at=at)
    return True


def notice_silence(*, at: datetime) -> int:
    """Escalate tickets whose holder has done nothing since they got them, by the rules of silence; how many.

    Only the organisation's open time counts. Workers may run it at the same time.
    """
    fired = 0
    calendar = BusinessTime(get_organisation_rules())
    for trigger in TicketTrigger.objects.filter(is_active=True, kind=TriggerKind.SILENCE):
        for ticket_id, since in _list_silent(trigger, at):
            if calendar.business_seconds(since, at) >= trigger.minutes * 60:
                fired += _fire_silence(trigger, ticket_id, since, at=at)
    return fired


def _list_silent(trigger: TicketTrigger, at: datetime) -> list[tuple[int, datetime]]:
    """Open tickets untouched by whoever was given them longer ago than the rule allows, and when that was."""
    events = TicketEvent.objects.filter(ticket=OuterRef("pk"))
    given = events.filter(Q(kind=EventKind.OPENED) | Q(kind=EventKind.ASSIGNED, changes__has_key="assignee"))
    done = events.filter(kind__in=_DONE_BY_HOLDER, actor=OuterRef("assignee"), at__gte=OuterRef("given_at"))
    tickets = Ticket.objects.filter(state__in=_WORKED_ON, assignee__isnull=False)
    found = tickets.annotate(given_at=Subquery(given.order_by("-at", "-pk").values("at")[:1]))
    silent = found.filter(given_at__lte=at - timedelta(minutes=trigger.minutes)).filter(~Exists(done))
    fired = TriggerFiring.objects.filter(trigger=trigger, ticket=OuterRef("pk"), at__gte=OuterRef("given_at"))
    return list(silent.filter(~Exists(fired)).order_by("given_at").values_list("pk", "given_at")[:_BATCH])


def _fire_silence(trigger: TicketTrigger, ticket_id: int, since: datetime, *, at: datetime) -> bool:
    with transaction.atomic():
        ticket = Ticket.objects.select_for_update().get(pk=ticket_id)
        still = ticket.state in _WORKED_ON and ticket.assignee_id is not None
        reason = f"{ticket.assignee} has had it since {since:%Y-%m-%d %H:%M} UTC and nothing was done."
        return still and _fire(trigger, ticket, occasion=f"since:{since:%Y-%m-%dT%H:%M:%S.%f}", reason=reason, at=at)
