"""What the platform itself needs: its database, its broker, its scheduler."""

import os
from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.db import connection
from django.db.models import Min

from foundation.readiness import Finding, lateness, register_check
from operations.models import EscalationRun, Heartbeat, MessageState, OutboxMessage, RunStatus


def _database(at: datetime) -> Finding:  # noqa: ARG001
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Finding(is_ok=True, detail=connection.vendor)


def _broker(at: datetime) -> Finding:  # noqa: ARG001
    if settings.REDIS_URL:
        try:
            redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2).ping()
        except redis.RedisError as error:
            return Finding(is_ok=False, detail=type(error).__name__)
        return Finding(is_ok=True, detail="redis")
    folder = settings.BROKER_DIR / "queue"
    is_writable = folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
    return Finding(is_ok=is_writable, detail="folder" if is_writable else "folder is missing or not writable")


def _beat(at: datetime) -> Finding:
    seen_at = Heartbeat.objects.filter(name="beat").values_list("seen_at", flat=True).first()
    if seen_at is None:
        return Finding(is_ok=False, detail="never seen")
    age = at - seen_at
    is_ok = age < timedelta(seconds=settings.READY_BEAT_SECONDS)
    return Finding(is_ok=is_ok, detail=f"seen {seen_at:%Y-%m-%dT%H:%M:%SZ}", seconds=age.total_seconds())


def _outbox(at: datetime) -> Finding:
    waiting = OutboxMessage.objects.filter(state=MessageState.PENDING, attempts=0, next_attempt_at__lte=at)
    oldest = waiting.aggregate(oldest=Min("next_attempt_at"))["oldest"]
    return lateness(oldest, at=at, limit=timedelta(seconds=settings.WATCHDOG_LATE_SECONDS))


def _escalations(at: datetime) -> Finding:
    """The step of an escalation that is longest overdue: a dead worker must look dead."""
    due = EscalationRun.objects.exclude(status=RunStatus.ENDED).filter(next_due_at__lte=at)
    oldest = due.aggregate(oldest=Min("next_due_at"))["oldest"]
    return lateness(oldest, at=at, limit=timedelta(seconds=settings.WATCHDOG_LATE_SECONDS))


register_check("database", _database)
register_check("broker", _broker)
register_check("beat", _beat)
register_check("outbox", _outbox)
register_check("escalations", _escalations)
