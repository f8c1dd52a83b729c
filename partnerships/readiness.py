"""Whether checks are probed when they are due."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Min

from foundation.readiness import Finding, lateness, register_check
from partnerships.models import HealthCheck


def _due_checks(at: datetime) -> Finding:
    waiting = HealthCheck.objects.filter(is_paused=False, integration__is_active=True, next_due_at__lte=at)
    oldest = waiting.aggregate(oldest=Min("next_due_at"))["oldest"]
    return lateness(oldest, at=at, limit=timedelta(seconds=settings.READY_LATE_SECONDS))


register_check("due_checks", _due_checks)
