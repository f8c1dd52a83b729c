"""Signs of life, and forgetting what has served its time."""

from datetime import datetime, timedelta

from operations.models import Heartbeat, IdempotencyRecord

KEY_LIFETIME = timedelta(hours=24)


def record_heartbeat(*, name: str, at: datetime) -> None:
    """Note that a background part is alive; an older sign never replaces a newer one."""
    row, created = Heartbeat.objects.get_or_create(name=name, defaults={"seen_at": at})
    if not created:
        Heartbeat.objects.filter(pk=row.pk, seen_at__lt=at).update(seen_at=at)


def drop_old_idempotency_records(*, at: datetime) -> int:
    """Delete stored answers after a day, when no client repeats a request any more; how many."""
    return IdempotencyRecord.objects.filter(created_at__lt=at - KEY_LIFETIME).delete()[0]
