"""Reading the ledger of dates: what ends when, as far as it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from partnerships.ledger.states import LedgerState, ledger_state
from partnerships.models import LedgerEntry, QuotaWindow

WINDOWS = (30, 90, 365)
"""The windows ahead that the list offers, in days."""
DEFAULT_DAYS = 90


@dataclass(frozen=True)
class LedgerWanted:
    """What is asked of the list; `days` 0 asks for everything, ended entries that were closed too."""

    days: int = DEFAULT_DAYS
    words: str = ""
    kind: str = ""
    state: str = ""
    partner: str = ""
    owner: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Whether any filter besides the window is set."""
        return self != LedgerWanted(days=self.days)


@dataclass(frozen=True)
class LedgerRow:
    """One entry with its state at the instant asked about."""

    entry: LedgerEntry
    state: LedgerState


def list_ledger(wanted: LedgerWanted, *, at: datetime) -> list[LedgerRow]:
    """Entries by their end, overdue ones first, those without a date last. One query."""
    entries = LedgerEntry.objects.with_renewed_at().select_related("partner", "integration", "owner")
    if wanted.days:
        horizon = at + timedelta(days=wanted.days)
        entries = entries.open().filter(Q(due_at__isnull=True) | Q(due_at__lt=horizon))
    if wanted.words:
        words = Q(title__icontains=wanted.words) | Q(integration__name__icontains=wanted.words)
        entries = entries.filter(words | Q(owner__name__icontains=wanted.words))
    if wanted.kind:
        entries = entries.filter(kind=wanted.kind)
    if wanted.partner:
        entries = entries.filter(partner__slug=wanted.partner)
    if wanted.owner:
        entries = entries.filter(owner_id=int(wanted.owner))
    rows = [LedgerRow(entry, state_of(entry, at=at)) for entry in entries]
    rows.sort(key=lambda row: (row.entry.due_at is None, row.entry.due_at or at, row.entry.pk))
    return [row for row in rows if wanted.state in ("", row.state)]


def list_integration_ledger(integration_id: int, *, at: datetime) -> list[LedgerRow]:
    """The open entries of one integration, by their end. One query."""
    entries = LedgerEntry.objects.open().with_renewed_at().filter(integration=integration_id).select_related("owner")
    rows = [LedgerRow(entry, state_of(entry, at=at)) for entry in entries]
    return sorted(rows, key=lambda row: (row.entry.due_at is None, row.entry.due_at or at, row.entry.pk))


def list_open_quotas(integration_id: int) -> list[QuotaWindow]:
    """The present allowances of one integration, by resource. One query."""
    return list(QuotaWindow.objects.filter(integration=integration_id, ended_at__isnull=True).order_by("resource"))


def get_ledger_row(pk: int, *, at: datetime) -> LedgerRow:
    """One entry; raises LedgerEntry.DoesNotExist."""
    entries = LedgerEntry.objects.with_renewed_at()
    entry = entries.select_related("partner", "integration", "owner", "snoozed_by", "closed_by").get(pk=pk)
    return LedgerRow(entry, state_of(entry, at=at))


def state_of(entry: LedgerEntry, *, at: datetime) -> LedgerState:
    """The state of an entry that was read `with_renewed_at`."""
    renewed_at: datetime | None = getattr(entry, "last_renewed_at", None)
    return ledger_state(due_at=entry.due_at, renewed_at=renewed_at, closed_at=entry.closed_at, at=at)
