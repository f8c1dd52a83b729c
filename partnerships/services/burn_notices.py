"""Whom a burn alert reaches: a page of a production integration is an escalation, the owner reads a ticket."""

from __future__ import annotations

from datetime import datetime

from operations.models import Digest, EscalationKind, OutboxMessage
from operations.services.escalations import NewEscalation, raise_escalation, resolve_subject
from operations.services.notifications import Notice, notify
from partnerships.models import SLO, BurnAlert, BurnSeverity, Tier


def wakes_somebody(slo: SLO, alert: BurnAlert) -> bool:
    """Whether the alert may reach a person at night: never one of an experimental integration."""
    return slo.tier == Tier.PRODUCTION and alert.severity == BurnSeverity.PAGE and alert.suppressed_by_id is None


def tell_fired(*, slo: SLO, alert: BurnAlert, words: str, at: datetime) -> None:
    """Raises the escalation of a page, or tells the owner of a ticket, in the caller's transaction.

    The owner's inbox has a ticket at once, their mail in the weekly digest.
    """
    if wakes_somebody(slo, alert):
        new = NewEscalation(
            kind=EscalationKind.DISRUPTION,
            subject=_subject(slo),
            title=_title(slo),
            reason=words,
            url=_url(slo),
            severity="critical",
            owner_id=slo.integration.owner_id,
        )
        raise_escalation(new=new, at=at)
    elif alert.suppressed_by_id is None:
        owner = slo.integration.owner_id
        notice = Notice(event=_event(alert), title=_title(slo), text=words, url=_url(slo), digest=Digest.WEEKLY)
        notify(notice=notice, to=[owner] if owner else [], at=at)


def tell_ticket_ended(*, slo: SLO, alert: BurnAlert, words: str, at: datetime) -> None:
    """Tells those who got the ticket that it is over, in the caller's transaction.

    Not as its answer, which would take the ticket out of a digest that was not sent yet: a week's digest names both.
    """
    told = OutboxMessage.objects.filter(event=_event(alert), user__isnull=False)
    notice = Notice(
        event=f"{_event(alert)}:end",
        title=f"{slo.integration.name} spends its error budget slowly again",
        text=words,
        url=_url(slo),
        digest=Digest.WEEKLY,
    )
    if ids := set(told.values_list("user", flat=True)):
        notify(notice=notice, to=ids, at=at)


def tell_resolved(*, slo: SLO, note: str, at: datetime) -> None:
    """Ends the escalation once no page of the objective is open, in the caller's transaction."""
    is_open = {"ended_at__isnull": True, "suppressed_by__isnull": True, "severity": BurnSeverity.PAGE}
    if slo.tier == Tier.PRODUCTION and not slo.alerts.filter(**is_open).exists():
        resolve_subject(subject=_subject(slo), kind=EscalationKind.DISRUPTION, at=at, note=f"Burn alerts: {note}")


def _subject(slo: SLO) -> str:
    return f"slo:{slo.pk}"


def _event(alert: BurnAlert) -> str:
    return f"burn:{alert.pk}"


def _title(slo: SLO) -> str:
    return f"{slo.integration.name} is spending its error budget"


def _url(slo: SLO) -> str:
    return f"{slo.integration.get_absolute_url()}#slo"
