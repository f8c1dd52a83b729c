"""Burn alerts as rows: fired once, resolved on the long window, suppressed while a cause further up is down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from math import floor

from partnerships.health.burn import DOWN, Reading
from partnerships.health.burn_words import length_words, rule_words
from partnerships.models import SLO, BurnAlert, SLOEvent, SLOEventKind
from partnerships.selectors.slo_pasts import Upstream
from partnerships.services.burn_notices import tell_fired, tell_resolved, tell_ticket_ended

SECOND_US = 1_000_000
_LARGEST = 10**7
_DECIMALS = 10_000


def fire_alert(*, slo: SLO, reading: Reading, suppressor: Upstream | None, at: datetime) -> BurnAlert:
    """The new open alert with its event; people are told unless a cause further up explains it."""
    rule = reading.rule
    alert = BurnAlert.objects.create(
        slo=slo,
        rule=rule.key,
        severity=rule.severity,
        condition=rule_words(rule),
        threshold=written(reading.threshold),
        long_seconds=rule.long_us // SECOND_US,
        short_seconds=reading.short_us // SECOND_US,
        long_burn=written(reading.long or Fraction(0)),
        short_burn=written(reading.short or Fraction(0)),
        suppressed_by_id=suppressor.check_id if suppressor else None,
        started_at=at,
    )
    words = fired_words(alert, reading)
    if suppressor:
        add_event(slo, SLOEventKind.SUPPRESSED, f"{suppressor.name} was down: {words}", at=at, alert=alert)
        return alert
    add_event(slo, SLOEventKind.FIRED, words, at=at, alert=alert)
    tell_fired(slo=slo, alert=alert, words=words, at=at)
    return alert


def end_alerts(*, slo: SLO, alerts: Sequence[BurnAlert], reason: str, at: datetime) -> None:
    """Ends these alerts with their events; nothing ever keeps an alert from being resolved."""
    for alert in alerts:
        BurnAlert.objects.filter(pk=alert.pk, ended_at__isnull=True).update(ended_at=at, end_reason=reason)
        words = f"{alert.get_severity_display()}, {alert.condition}: {reason}"
        add_event(slo, SLOEventKind.RESOLVED, words, at=at, alert=alert)
        tell_ticket_ended(slo=slo, alert=alert, words=words, at=at)
    if alerts:
        tell_resolved(slo=slo, note=reason, at=at)


def add_event(
    slo: SLO, kind: str, text: str, *, at: datetime, alert: BurnAlert | None = None, spent: Fraction | None = None
) -> None:
    """Appends to the objective's timeline."""
    ratio = None if spent is None else written(spent)
    SLOEvent.objects.create(slo=slo, kind=kind, text=text[:300], happened_at=at, alert=alert, spent_ratio=ratio)


def fired_words(alert: BurnAlert, reading: Reading) -> str:
    """Page, 2 % of the budget in 1 h: burn 16.6 over 1 h and 200 over 5 min, fires above 14.4."""
    head = f"{alert.get_severity_display()}, {alert.condition}"
    if reading.rule.kind == DOWN:
        return head
    long, short = length_words(reading.rule.long_us), length_words(reading.short_us)
    wide = " (widened to hold 5 probes)" if reading.is_widened else ""
    burns = f"burn {figure(reading.long)} over {long} and {figure(reading.short)} over {short}{wide}"
    return f"{head}: {burns}, fires above {figure(reading.threshold)}"


def figure(burn: Fraction | None) -> str:
    """A burn rate with at most four digits; "no data" for None."""
    return "no data" if burn is None else f"{float(burn):.4g}"


def written(burn: Fraction) -> Decimal:
    """The number with four decimals, rounded down; ten million stands for more."""
    return Decimal(floor(min(burn, Fraction(_LARGEST)) * _DECIMALS)) / _DECIMALS
