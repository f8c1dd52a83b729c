"""Whether changes are computed into the metrics, and whether what is stored is what the rows say."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Min, Q

from foundation.readiness import Finding, lateness, register_check
from metrics.models import DirtyMark, Lane
from metrics.selectors.self_checks import get_last_self_checks


def _dirty_marks(at: datetime) -> Finding:
    """A backfill may take its time; changed rows may not, and no mark may fail again and again."""
    waiting = DirtyMark.objects.filter(Q(lane=Lane.ROWS) | Q(attempts__gt=0))
    oldest = waiting.aggregate(oldest=Min("created_at"))["oldest"]
    return lateness(oldest, at=at, limit=timedelta(seconds=settings.READY_LATE_SECONDS))


def _self_check(at: datetime) -> Finding:  # noqa: ARG001 - what was found holds until a later check finds none
    """Fails while the last check of a source found a difference: its days are looked at again until they are right."""
    differing = [check for check in get_last_self_checks().values() if not check.is_equal]
    if not differing:
        return Finding(is_ok=True, detail="no stored number differs from its rows")
    named = ", ".join(f"{check.source}: {len(check.differences)} on {check.ran_at:%Y-%m-%d}" for check in differing)
    return Finding(is_ok=False, detail=f"stored numbers differ from their rows: {named}")


register_check("dirty_marks", _dirty_marks)
register_check("self_check", _self_check)
