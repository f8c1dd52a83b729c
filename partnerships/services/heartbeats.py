"""Heartbeats: the keys partners call us with, and their calls."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from auditlog.models import LogEntry
from django.db import transaction
from django.db.models import Q

from foundation.errors import InvalidInputError
from partnerships.models import HealthCheck
from partnerships.probes.heartbeat import HEARTBEAT

KEY_BYTES = 32
MIN_GAP = timedelta(seconds=1)  # of two calls with one key


class Beat(StrEnum):
    """What became of a call."""

    TAKEN = "taken"
    TOO_SOON = "too_soon"
    UNKNOWN = "unknown"


def issue_heartbeat_key(*, check_id: int) -> str:
    """A new key for a heartbeat, told this once: its fingerprint alone is kept. The key before ends."""
    key = secrets.token_urlsafe(KEY_BYTES)
    with transaction.atomic():
        check = HealthCheck.objects.select_for_update().filter(pk=check_id, kind=HEARTBEAT).first()
        if check is None:
            raise InvalidInputError("check", "Only a heartbeat has a key.")
        HealthCheck.objects.filter(pk=check_id).update(heartbeat_fingerprint=_fingerprint(key))
        LogEntry.objects.log_create(
            check, action=LogEntry.Action.UPDATE, changes={"heartbeat_key": ["", "issued anew"]}
        )
    return key


def record_beat(*, key: str, at: datetime) -> Beat:
    """Notes a call. More than one a second with the same key are refused, and a clock set back moves nothing back."""
    found = HealthCheck.objects.filter(kind=HEARTBEAT, heartbeat_fingerprint=_fingerprint(key))
    earlier = Q(last_beat_at__isnull=True) | Q(last_beat_at__lte=at - MIN_GAP)
    if found.filter(earlier).update(last_beat_at=at):
        return Beat.TAKEN
    return Beat.TOO_SOON if found.exists() else Beat.UNKNOWN


def _fingerprint(key: str) -> str:
    """A plain digest: the key is 256 random bits, which no list of guesses contains."""
    return sha256(key.encode()).hexdigest()
