"""Whether the mailbox of support is read, where there is one."""

from datetime import datetime, timedelta

from django.conf import settings

from foundation.readiness import Finding, register_check
from operations.models import Heartbeat


def _mailbox(at: datetime) -> Finding:
    seen_at = Heartbeat.objects.filter(name="mailbox").values_list("seen_at", flat=True).first()
    if seen_at is None:
        return Finding(is_ok=False, detail="never read")
    age = at - seen_at
    is_ok = age <= timedelta(seconds=settings.READY_LATE_SECONDS)
    return Finding(is_ok=is_ok, detail=f"read {seen_at:%Y-%m-%dT%H:%M:%SZ}", seconds=age.total_seconds())


if settings.SUPPORT_IMAP_HOST:
    register_check("mailbox", _mailbox)
