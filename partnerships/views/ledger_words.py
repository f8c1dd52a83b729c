"""Entries of the ledger as they are shown."""

from dataclasses import dataclass
from datetime import datetime

from charts.primitives import Markup
from charts.state import state
from foundation.words import duration, figure, local, moment
from partnerships.ledger.states import LedgerState
from partnerships.models import QuotaWindow
from partnerships.selectors.ledger import LedgerRow

_LOW, _CRITICAL = 0.2, 0.1


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """One entry, ready."""

    title: str
    url: str
    kind: str
    state: Markup
    due: str
    left: str
    whose: str
    owner: str
    note: str


def show_entry(row: LedgerRow, *, at: datetime) -> ShownEntry:
    """The entry as words."""
    entry = row.entry
    of = entry.integration or entry.partner
    return ShownEntry(
        title=entry.title,
        url=entry.get_absolute_url(),
        kind=entry.get_kind_display(),
        state=state(LedgerState.tone_of(row.state), LedgerState(row.state).label),
        due=day_words(entry.due_at),
        left=left_words(entry.due_at, at=at),
        whose=str(of) if of else "",
        owner=entry.owner.name if entry.owner else "nobody yet",
        note=f"put off until {day_words(entry.snoozed_until)}" if is_snoozed(row, at=at) else "",
    )


def is_snoozed(row: LedgerRow, *, at: datetime) -> bool:
    """Whether nothing is told about the entry now."""
    return row.entry.snoozed_until is not None and row.entry.snoozed_until > at


def day_words(when: datetime | None) -> str:
    """The day in the organisation's zone: 9 Nov 2026."""
    if when is None:
        return "no date"
    then = local(when)
    return f"{then.day} {then:%b %Y}"


def left_words(due_at: datetime | None, *, at: datetime) -> str:
    """How long is left, or how long ago it ended."""
    if due_at is None:
        return ""
    return duration(due_at - at) if due_at > at else f"{duration(at - due_at)} ago"


@dataclass(frozen=True, slots=True)
class ShownQuota:
    """One allowance, ready."""

    resource: str
    left: Markup
    of: str
    resets: str
    forecast: str
    probing: str


def show_quota(row: QuotaWindow, *, at: datetime) -> ShownQuota:
    """The allowance as words; it may be over by now, which the reset then tells."""
    left, share = row.headroom_ratio, row.probing_ratio
    label = "unknown" if left is None else f"{left:.0%} left"
    return ShownQuota(
        resource=row.resource,
        left=state(_quota_tone(left), label),
        of=figure(row.remaining, 0) + (f" of {figure(row.limit, 0)}" if row.limit else ""),
        resets=moment(row.resets_at, now=at) if row.resets_at else "not told",
        forecast=moment(row.exhausts_at, now=at) if row.exhausts_at else "not before the reset",
        probing="" if share is None else f"{share:.1%}",
    )


def _quota_tone(left: float | None) -> str:
    if left is None:
        return "none"
    return "bad" if left <= _CRITICAL else "watch" if left <= _LOW else "good"
