"""Entries of the ledger of dates: written, renewed with evidence, put off with a reason, closed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from foundation.bounds import check_day, check_days
from foundation.errors import InvalidInputError
from foundation.secret_shapes import refuse_secret
from operations.models import User
from partnerships.ledger.states import LEAD_DAYS, reached_lead
from partnerships.models import LedgerEntry, LedgerRenewal
from partnerships.services.ledger_escalations import end_date

MAX_SNOOZE = timedelta(days=90)


def add_ledger_entry(*, values: Mapping[str, Any]) -> LedgerEntry:
    """A new entry, made by hand. Raises InvalidInputError naming the field that its rules refuse."""
    entry = LedgerEntry(**values)
    check_days(entry)
    try:
        entry.full_clean()
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise InvalidInputError(name, " ".join(messages)) from error
    entry.save()
    return entry


def renew_ledger_entry(
    *, entry_id: int, next_due_at: datetime, evidence: str, by: User | None, at: datetime
) -> LedgerRenewal:
    """The renewal; the entry ends later from now on, and is not snoozed.

    Raises InvalidInputError for a date that is not after the present one and after `at`, without evidence, and for a
    closed entry.
    """
    evidence = _reason("evidence", evidence, "Say what shows it: a number, a link, who confirmed.")
    check_day("next_due_at", next_due_at)
    with transaction.atomic():
        entry = _locked(entry_id)
        _refuse_closed(entry)
        if next_due_at <= at or (entry.due_at is not None and next_due_at <= entry.due_at):
            raise InvalidInputError("next_due_at", "Must be later than now and than the present end.")
        renewal = LedgerRenewal.objects.create(
            entry=entry,
            renewed_at=at,
            recorded_by=by,
            evidence=evidence,
            previous_due_at=entry.due_at,
            next_due_at=next_due_at,
        )
        entry.due_at = next_due_at
        entry.snoozed_until, entry.snoozed_by, entry.snooze_reason = None, None, ""
        _save(entry)
        end_date(entry=entry, note=f"Renewed: {evidence}", at=at, by=by)
    return renewal


def refuse_unproved_end(entry: LedgerEntry, due_at: datetime | None, *, at: datetime) -> None:
    """Raises InvalidInputError where an end that is near or past would be moved later, or emptied, without evidence."""
    if entry.due_at is None or due_at == entry.due_at or reached_lead(due_at=entry.due_at, at=at) is None:
        return
    if due_at is None or due_at > entry.due_at:
        raise InvalidInputError("due_at", f"It ends within {LEAD_DAYS[0]} days or has ended: renew it, with evidence.")


def snooze_ledger_entry(*, entry_id: int, until: datetime, reason: str, by: User, at: datetime) -> LedgerEntry:
    """The entry, of which nothing is told before `until`; it is shown all the same.

    Raises InvalidInputError without a reason, or for an instant that has passed or is more than 90 days away.
    """
    reason = _reason("reason", reason, "Say why it can wait.")
    if not at < until <= at + MAX_SNOOZE:
        raise InvalidInputError("until", f"Must be in the next {MAX_SNOOZE.days} days.")
    with transaction.atomic():
        entry = _locked(entry_id)
        _refuse_closed(entry)
        entry.snoozed_until, entry.snoozed_by, entry.snooze_reason = until, by, reason
        _save(entry)
    return entry


def close_ledger_entry(*, entry_id: int, reason: str, by: User, at: datetime) -> LedgerEntry:
    """The entry, which no longer matters: replaced, left or ended. Raises InvalidInputError without a reason."""
    reason = _reason("reason", reason, "Say why it no longer matters.")
    with transaction.atomic():
        entry = _locked(entry_id)
        _refuse_closed(entry)
        entry.closed_at, entry.closed_by, entry.close_reason = at, by, reason
        _save(entry)
        end_date(entry=entry, note=f"Closed: {reason}", at=at, by=by)
    return entry


def _reason(field: str, text: str, ask: str) -> str:
    text = text.strip()
    if not text:
        raise InvalidInputError(field, ask)
    try:
        refuse_secret(text)
    except ValidationError as error:
        raise InvalidInputError(field, error.messages[0]) from error
    return text


def _locked(entry_id: int) -> LedgerEntry:
    return LedgerEntry.objects.select_for_update(of=("self",)).get(pk=entry_id)


def _refuse_closed(entry: LedgerEntry) -> None:
    if entry.closed_at is not None:
        raise InvalidInputError("entry", "It is closed. Make a new entry where it matters again.")


def _save(entry: LedgerEntry) -> None:
    entry.version += 1
    entry.save()
