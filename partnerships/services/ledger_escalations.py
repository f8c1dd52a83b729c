"""Handing up what ends without a renewal, and allowances that run out before their reset: once a threshold."""

from __future__ import annotations

from datetime import datetime

from operations.escalation.ladder import make_lead_ladder
from operations.models import EscalationKind, User
from operations.services.escalations import NewEscalation, raise_escalation, resolve_subject
from partnerships.models import LedgerEntry, LedgerKind, QuotaWindow, Tier

LEAD_WAIT = 86_400
"""Seconds that the owner's lead has before an overdue date goes to the COO."""
_COMPLIANCE = frozenset({LedgerKind.CONTRACT, LedgerKind.INSURANCE, LedgerKind.DPA})
_KINDS = (EscalationKind.COMPLIANCE, EscalationKind.DISRUPTION)


def escalate_date(*, entry: LedgerEntry, words: str, at: datetime) -> None:
    """Raise that the entry's end is a day away or has passed, in the caller's transaction."""
    new = NewEscalation(
        kind=EscalationKind.COMPLIANCE if entry.kind in _COMPLIANCE else EscalationKind.DISRUPTION,
        subject=f"ledger:{entry.pk}",
        title=f"{entry.title} is not renewed"[:200],
        reason=f"{entry.get_kind_display()}: {words}",
        url=entry.get_absolute_url(),
        owner_id=entry.owner_id,
        ladder=make_lead_ladder(entry.owner.lead_id if entry.owner else None, wait_seconds=LEAD_WAIT),
    )
    raise_escalation(new=new, at=at)


def end_date(*, entry: LedgerEntry, note: str, at: datetime, by: User | None) -> None:
    """The entry was renewed or closed; its escalation, whatever its kind then was, is over."""
    for kind in _KINDS:
        resolve_subject(subject=f"ledger:{entry.pk}", kind=kind, at=at, note=note, by=by)


def escalate_quota(*, window: QuotaWindow, words: str) -> None:
    """Raise that an allowance in production runs out; a further threshold or window is a further trigger."""
    if window.integration.tier != Tier.PRODUCTION:
        return
    new = NewEscalation(
        kind=EscalationKind.DISRUPTION,
        subject=quota_subject(window),
        title=f"{window.integration.name} runs out of requests"[:200],
        reason=f"{window.resource}: {words}",
        url=window.integration.get_absolute_url(),
        owner_id=window.integration.owner_id,
    )
    raise_escalation(new=new, at=window.seen_at)


def end_quota(*, window: QuotaWindow, at: datetime) -> None:
    """A whole window went by in which the allowance did not run out."""
    note = "The allowance lasted until its reset."
    resolve_subject(subject=quota_subject(window), kind=EscalationKind.DISRUPTION, at=at, note=note)


def quota_subject(window: QuotaWindow) -> str:
    """What the escalation of an allowance is about: one integration's resource, whichever the window."""
    return f"quota:{window.integration_id}:{window.resource}"
