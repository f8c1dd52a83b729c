"""The rules for signals, in the order in which they are looked for."""

from django.db.models import Count, F, Q, QuerySet

from operations.models import EscalationRule, SignalEscalation


def list_rules() -> "QuerySet[EscalationRule]":
    """Those of metrics first, then those of owners, then the one for all others."""
    named = EscalationRule.objects.select_related("metric", "owner", "policy")
    return named.order_by(F("metric__name").asc(nulls_last=True), F("owner__name").asc(nulls_last=True), "pk")


def count_signals() -> dict[str, int]:
    """How many signals were escalated so far, and how many of these go on."""
    found: dict[str, int] = SignalEscalation.objects.aggregate(
        raised=Count("pk"), open=Count("pk", filter=Q(ended_at__isnull=True))
    )
    return found
