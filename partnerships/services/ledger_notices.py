"""Telling owners about ends to come: each lead time of each date once, whoever runs this and however often."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from foundation.claims import claim_rows
from partnerships.ledger.states import LEAD_DAYS, reached_lead
from partnerships.models import LedgerEntry, LedgerNotice
from partnerships.services.ledger_messages import tell_ledger_notice

BATCH = 500


def notice_ledger_dates(*, at: datetime) -> int:
    """Note and tell every lead time that has come and was not told yet; how many.

    Of several that have come since the last run only the shortest is told. A snoozed entry waits for its snooze to
    end; entries that another worker holds are left to it.
    """
    told, after = 0, 0
    while True:
        with transaction.atomic():
            entries = claim_rows(_due_entries(at).filter(pk__gt=after).order_by("pk"), limit=BATCH)
            told += sum(_notice(entry, at) for entry in _without_told(entries, at))
        if len(entries) < BATCH:
            return told
        after = entries[-1].pk


def _due_entries(at: datetime) -> QuerySet[LedgerEntry]:
    awake = Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=at)
    soon = at + timedelta(days=LEAD_DAYS[0])
    return LedgerEntry.objects.open().filter(awake, due_at__lte=soon)


def _without_told(entries: list[LedgerEntry], at: datetime) -> list[LedgerEntry]:
    told = set(LedgerNotice.objects.filter(entry__in=entries).values_list("entry_id", "lead_days", "due_at"))
    return [entry for entry in entries if (entry.pk, _lead(entry, at), entry.due_at) not in told]


def _notice(entry: LedgerEntry, at: datetime) -> bool:
    lead = _lead(entry, at)
    if lead is None or entry.due_at is None:
        return False
    notice = LedgerNotice.objects.create(entry=entry, lead_days=lead, due_at=entry.due_at, noticed_at=at)
    tell_ledger_notice(notice=notice, entry=entry, at=at)
    return True


def _lead(entry: LedgerEntry, at: datetime) -> int | None:
    return None if entry.due_at is None else reached_lead(due_at=entry.due_at, at=at)
