"""Outages of production integrations as notes on the chart of their uptime."""

from datetime import datetime, timedelta

from django.db.models import F, Q

from foundation.words import duration, local
from metrics.models import Annotation, AnnotationKind, Metric
from metrics.services.annotations import NewAnnotation, annotate
from partnerships.models import CheckState, StatusInterval, Tier

METRIC = "integration_uptime_production"
WORTH_A_NOTE = timedelta(minutes=5)
LOOKED_BACK = timedelta(days=7)
"""How long after its end an outage is still noted, should nothing have run meanwhile."""


def annotate_outages(*, at: datetime) -> int:
    """Note every confirmed outage of at least five minutes that ended in the last week; how many notes are new.

    One check down, in an integration that was in the production tier when it went down, is one outage. Repeating
    changes nothing: an outage is known by its check and its beginning.
    """
    metric = Metric.objects.filter(key=METRIC).first()
    outages = {_key(outage): outage for outage in _list_outages(at)}
    known = set(Annotation.objects.filter(key__in=outages).values_list("key", flat=True))
    new = [key for key in outages if key not in known] if metric else []
    for key in new:
        annotate(new=_note(outages[key], metric), at=at, key=key)
    return len(new)


def _list_outages(at: datetime) -> list[StatusInterval]:
    """The confirmed ones that are over, oldest first."""
    periods = "health_check__integration__tier_periods"
    in_production = Q(
        Q(**{f"{periods}__ended_at__isnull": True}) | Q(**{f"{periods}__ended_at__gt": F("started_at")}),
        **{f"{periods}__tier": Tier.PRODUCTION, f"{periods}__started_at__lte": F("started_at")},
    )
    over = StatusInterval.objects.filter(
        in_production,
        state=CheckState.DOWN,
        health_check__counts_for_uptime=True,
        confirmed_at__isnull=False,
        ended_at__gt=at - LOOKED_BACK,
        ended_at__lte=at,
        ended_at__gte=F("started_at") + WORTH_A_NOTE,
    )
    return list(over.select_related("health_check__integration").order_by("started_at", "pk"))


def _key(outage: StatusInterval) -> str:
    return f"outage:{outage.health_check_id}:{outage.started_at.isoformat()}"


def _note(outage: StatusInterval, metric: Metric | None) -> NewAnnotation:
    integration = outage.health_check.integration
    lasted = duration(outage.ended_at - outage.started_at) if outage.ended_at else ""
    return NewAnnotation(
        happened_on=local(outage.started_at).date(),
        text=f"{outage.health_check} down, {lasted}",
        metric=metric,
        kind=AnnotationKind.INCIDENT,
        url=integration.get_absolute_url(),
    )
