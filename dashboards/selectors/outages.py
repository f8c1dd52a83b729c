"""Outages of the last days, whichever integration had them."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from partnerships.models import AdjustedTo, Adjustment, CheckState, StatusInterval

OUTAGE_DAYS = 7


def list_latest_outages(*, at: datetime, limit: int = 5) -> "QuerySet[StatusInterval]":
    """The newest downtime of the last seven days, open ones included, with its integration; one query.

    What an approved adjustment counts as something else, from its begin to its end, is left out.
    """
    since = at - timedelta(days=OUTAGE_DAYS)
    outages = StatusInterval.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=since),
        state=CheckState.DOWN,
        health_check__counts_for_uptime=True,
        health_check__integration__is_active=True,
    )
    corrected = Adjustment.objects.in_force().filter(
        health_check=OuterRef("health_check"),
        started_at__lte=OuterRef("started_at"),
        ended_at__gte=OuterRef("ended_at"),
    )
    outages = outages.exclude(Exists(corrected.exclude(adjusted_to=AdjustedTo.DOWN)))
    return outages.select_related("health_check__integration__partner").order_by("-started_at", "-pk")[:limit]
