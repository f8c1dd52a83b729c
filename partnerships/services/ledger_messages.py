"""What people are told about the ledger."""

from __future__ import annotations

from datetime import datetime

from foundation.words import instant
from operations.selectors.people import list_role_members
from operations.services.notifications import Notice, notify
from partnerships.models import OVERDUE_LEAD, LedgerEntry, LedgerNotice
from partnerships.services.ledger_escalations import escalate_date

_LAST_RESORT = "coo"
_CRITICAL_LEADS = (OVERDUE_LEAD, 1)


def tell_ledger_notice(*, notice: LedgerNotice, entry: LedgerEntry, at: datetime) -> None:
    """Tell the owner, or the COO where there is none, and hand up the last two, in the caller's transaction."""
    words = notice_words(notice, entry)
    message = Notice(
        event=f"ledger:{entry.pk}:{notice.due_at:%Y-%m-%dT%H:%M}",
        title=entry.title,
        text=words,
        url=entry.get_absolute_url(),
        severity="critical" if notice.lead_days in _CRITICAL_LEADS else "normal",
        level=notice.lead_days,
    )
    notify(notice=message, to=_recipients(entry), at=at)
    if notice.lead_days in _CRITICAL_LEADS:
        escalate_date(entry=entry, words=words, at=at)


def notice_words(notice: LedgerNotice, entry: LedgerEntry) -> str:
    """One sentence: what ends when."""
    ends = instant(notice.due_at)
    if notice.lead_days == OVERDUE_LEAD:
        return f"{entry.title} ended on {ends} and was not renewed."
    days = "1 day" if notice.lead_days == 1 else f"{notice.lead_days} days"
    return f"{entry.title} ends on {ends}, within {days}."


def _recipients(entry: LedgerEntry) -> list[int]:
    if entry.owner_id is not None:
        return [entry.owner_id]
    return [person.pk for person in list_role_members(_LAST_RESORT)]
