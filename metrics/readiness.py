"""Whether changes are computed into the metrics."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Min, Q

from foundation.readiness import Finding, lateness, register_check
from metrics.models import DirtyMark


def _dirty_marks(at: datetime) -> Finding:
    waiting = DirtyMark.objects.filter(Q(not_before__isnull=True) | Q(not_before__lte=at))
    oldest = waiting.aggregate(oldest=Min("created_at"))["oldest"]
    return lateness(oldest, at=at, limit=timedelta(seconds=settings.READY_LATE_SECONDS))


register_check("dirty_marks", _dirty_marks)
