"""Between a check's row and the state machine's memory, and writing many rows at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from operator import attrgetter

from foundation.bulk_rows import read_models, update_rows
from foundation.errors import StaleWriteError
from partnerships.health.state_machine import Memory, Rules, stale_at
from partnerships.models import CheckState, HealthCheck

DERIVED = (
    "state",
    "state_since",
    "suspect_since",
    "bad_streak",
    "bad_streak_degraded",
    "ok_streak",
    "ok_since",
    "last_result_at",
    "last_good_at",
    "stale_at",
    "flapping_since",
    "monitored_from",
    "rolled_up_to",
    "last_outcome",
    "last_reason",
    "last_detail",
    "last_latency_us",
    "is_paused",
    "next_due_at",
    "lease_until",
    "lease_token",
    "attempt",
)

_LOADED = (
    "id",
    "integration_id",
    "interval_seconds",
    "retry_interval_seconds",
    "fail_threshold",
    "recover_threshold",
    "state_version",
    *DERIVED,
)


def lock_checks(ids: Iterable[int]) -> dict[int, HealthCheck]:
    """The checks by id, locked until the transaction ends, in one order so that two writers cannot deadlock.

    SQLite has no row locks; there the writing transaction itself is alone.
    """
    rows = HealthCheck.objects.filter(pk__in=set(ids)).order_by("pk").select_for_update(of=("self",))
    return {check.pk: check for check in read_models(rows, _LOADED)}


def rules_of(check: HealthCheck) -> Rules:
    """The state machine's rules for this check."""
    return Rules(
        fail_threshold=check.fail_threshold,
        recover_threshold=check.recover_threshold,
        interval=timedelta(seconds=check.interval_seconds),
    )


def memory_of(check: HealthCheck) -> Memory:
    """What the state machine remembers, as stored."""
    return Memory(
        state=CheckState(check.state),
        state_since=check.state_since,
        bad_streak=check.bad_streak,
        bad_streak_degraded=check.bad_streak_degraded,
        suspect_since=check.suspect_since,
        ok_streak=check.ok_streak,
        ok_since=check.ok_since,
        last_result_at=check.last_result_at,
        last_good_at=check.last_good_at,
    )


def put_memory(check: HealthCheck, memory: Memory) -> None:
    """Puts the memory into the row's fields; saves nothing."""
    check.state = memory.state
    check.state_since = memory.state_since
    check.bad_streak = memory.bad_streak
    check.bad_streak_degraded = memory.bad_streak_degraded
    check.suspect_since = memory.suspect_since
    check.ok_streak = memory.ok_streak
    check.ok_since = memory.ok_since
    check.last_result_at = memory.last_result_at
    check.last_good_at = memory.last_good_at
    check.stale_at = stale_at(memory, rules_of(check))


def save_checks(checks: Sequence[HealthCheck]) -> None:
    """Writes the derived columns of many checks and raises their state_version.

    Compare-and-set: raises StaleWriteError, and so undoes the transaction, when a state_version moved since it was
    read.
    """
    values = attrgetter("id", "state_version", *DERIVED)
    written = update_rows(
        HealthCheck,
        ("id", "state_version", *DERIVED),
        map(values, checks),
        keys=("id", "state_version"),
        also='"state_version" = "state_version" + 1',
    )
    if written != len(checks):
        raise StaleWriteError
    for check in checks:
        check.state_version += 1
