"""When a check is due: on an absolute grid with a phase of its own, so that checks neither herd nor drift."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import blake2b

from partnerships.health.uptime import from_us, to_us

SECOND_US = 1_000_000
JITTER_SHARE = 10  # a retry is put off by up to a tenth of its interval


@lru_cache(1 << 16)
def phase_us(check_id: int, interval_seconds: int) -> int:
    """The check's place within its interval, in microseconds: a hash, so that it survives restarts."""
    digest = blake2b(str(check_id).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % (interval_seconds * SECOND_US)


def slot_number(check_id: int, interval_seconds: int, moment: datetime) -> int:
    """The number of the last slot at or before the moment."""
    return (to_us(moment) - phase_us(check_id, interval_seconds)) // (interval_seconds * SECOND_US)


def slot_at_or_before(check_id: int, interval_seconds: int, moment: datetime) -> datetime:
    """The check's last slot that is not after the moment."""
    number = slot_number(check_id, interval_seconds, moment)
    return from_us(number * interval_seconds * SECOND_US + phase_us(check_id, interval_seconds))


def next_slot(check_id: int, interval_seconds: int, moment: datetime) -> datetime:
    """The check's first slot after the moment; slots missed before it are skipped and show as lower coverage."""
    return slot_at_or_before(check_id, interval_seconds, moment) + timedelta(seconds=interval_seconds)


def retry_at(check_id: int, retry_seconds: int, moment: datetime) -> datetime:
    """When to look again at a suspect check: after the retry interval and some jitter of the check's own."""
    jitter = phase_us(check_id, retry_seconds) // JITTER_SHARE
    return moment + timedelta(seconds=retry_seconds, microseconds=jitter)
