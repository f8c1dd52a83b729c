"""How objectives stood, day by day: written where a budget is overspent or recovers, and once an hour."""

from datetime import datetime, timedelta
from math import floor

from foundation.words import local
from partnerships.models import SLO, SLODay, SLOStatus
from partnerships.models.slo_day import LEAST, WHOLE
from partnerships.selectors.slos import SLONow

EVERY = timedelta(hours=1)


def note_day(*, slo: SLO, today: SLODay | None, now: SLONow, at: datetime) -> None:
    """Write down what is left of the budget; `today` is the day's row, if there is one. The caller holds the SLO."""
    if now.budget is None or now.status == SLOStatus.PAUSED:
        return
    left = max(floor(now.budget.left_share * WHOLE), LEAST)
    if today is None:
        day = local(at).date()
        SLODay.objects.create(slo=slo, day_on=day, begun_at=at, judged_at=at, left_millionths=left)
    elif (left < 0) != (today.left_millionths < 0) or at - today.judged_at >= EVERY:
        SLODay.objects.filter(pk=today.pk).update(left_millionths=left, judged_at=max(at, today.judged_at))
