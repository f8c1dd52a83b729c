"""Where an entry of the ledger stands at an instant, and which lead time has come."""

from __future__ import annotations

from datetime import datetime, timedelta

from foundation.states import TonedChoices

LEAD_DAYS = (60, 30, 14, 7, 1)
"""How many days before its end an entry is told about, longest first."""
RENEWED_FOR = timedelta(days=30)
"""How long an entry is shown as renewed rather than merely in order."""


class LedgerState(TonedChoices):
    OVERDUE = "overdue", "bad", "Overdue"
    DUE_SOON = "due_soon", "watch", "Due soon"
    UNDATED = "undated", "watch", "No date yet"
    OK = "ok", "none", "In order"
    RENEWED = "renewed", "good", "Renewed"
    CLOSED = "closed", "done", "Closed"


def ledger_state(
    *, due_at: datetime | None, renewed_at: datetime | None, closed_at: datetime | None, at: datetime
) -> LedgerState:
    """The state at an instant; due soon from the second lead time on, so 30 days before the end."""
    if closed_at is not None and closed_at <= at:
        return LedgerState.CLOSED
    if due_at is None:
        return LedgerState.UNDATED
    if due_at <= at:
        return LedgerState.OVERDUE
    if due_at - at <= timedelta(days=LEAD_DAYS[1]):
        return LedgerState.DUE_SOON
    if renewed_at is not None and at - renewed_at <= RENEWED_FOR:
        return LedgerState.RENEWED
    return LedgerState.OK


def reached_lead(*, due_at: datetime, at: datetime) -> int | None:
    """The shortest lead time that has come, in days; 0 once the end has passed, None before the first."""
    if due_at <= at:
        return 0
    come = [days for days in LEAD_DAYS if due_at - at <= timedelta(days=days)]
    return min(come, default=None)
