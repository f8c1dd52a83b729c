"""Between a check's row and the state machine's memory, and writing many rows at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field

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
_ROWS_A_STATEMENT = 500


def lock_checks(ids: Iterable[int]) -> dict[int, HealthCheck]:
    """The checks by id, locked until the transaction ends, in one order so that two writers cannot deadlock.

    SQLite has no row locks; there the writing transaction itself is alone.
    """
    rows = HealthCheck.objects.filter(pk__in=set(ids)).order_by("pk").defer("config", "url")
    return {check.pk: check for check in rows.select_for_update(of=("self",))}


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
    read. One statement for many rows: per-row saves would cost more than probing.
    """
    for start in range(0, len(checks), _ROWS_A_STATEMENT):
        part = checks[start : start + _ROWS_A_STATEMENT]
        if _update(part) != len(part):
            raise StaleWriteError
        for check in part:
            check.state_version += 1


def _update(checks: Sequence[HealthCheck]) -> int:
    fields = [_field(name) for name in DERIVED]
    table = HealthCheck._meta.db_table
    assignments = ", ".join(
        f'"{field.column}" = {_typed(f"v.column{number}", field)}' for number, field in enumerate(fields, start=3)
    )
    row = f"({', '.join(['%s'] * (len(fields) + 2))})"
    statement = (
        f'UPDATE "{table}" SET "state_version" = "state_version" + 1, {assignments} '  # noqa: S608 - names of ours only
        f"FROM (VALUES {', '.join([row] * len(checks))}) AS v "
        f'WHERE "{table}"."id" = v.column1 AND "{table}"."state_version" = v.column2'
    )
    values = [value for check in checks for value in _values(check, fields)]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def _values(check: HealthCheck, fields: Sequence[Field[Any, Any]]) -> list[Any]:
    values: list[Any] = [check.pk, check.state_version]
    for field in fields:
        value = getattr(check, field.attname)
        values.append(_adapted(connection, value) if isinstance(value, datetime) else value)
    return values


def _adapted(wrapper: BaseDatabaseWrapper, value: datetime) -> Any:
    return wrapper.ops.adapt_datetimefield_value(value)


def _field(name: str) -> Field[Any, Any]:
    return HealthCheck._meta.get_field(name)  # type: ignore[return-value]


def _typed(expression: str, field: Field[Any, Any]) -> str:
    """PostgreSQL takes a VALUES column of nothing but NULLs for text; SQLite has no column types to clash."""
    if connection.vendor != "postgresql":
        return expression
    return f"CAST({expression} AS {field.db_type(connection)})"
