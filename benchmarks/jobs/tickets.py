"""Millions of tickets straight into the table, at an equal rate a day, as an import of years would leave them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

LAST = datetime(2026, 3, 2, tzinfo=UTC)
_COLUMNS = (
    "subject", "state", "priority", "category", "channel", "opened_at", "resolved_at", "reopen_count",
    "external_source", "external_id", "version", "product", "integration",
)  # fmt: skip
_PRIORITIES = ("urgent", "high", "normal", "normal", "low")

# Durations are log-normal and longer at weekends; one ticket in fifty is still open, one in 33 was reopened.
_POSTGRESQL = """
INSERT INTO support_ticket ({columns})
SELECT 'Ticket ' || n, CASE WHEN mod(n, 50) = 0 THEN 'open' ELSE 'solved' END,
       (ARRAY['urgent', 'high', 'normal', 'normal', 'low'])[1 + mod(n, 5)], 'Category ' || mod(n, 12), 'email', opened,
       CASE WHEN mod(n, 50) > 0 THEN opened + make_interval(secs => round((3600 * hours *
           CASE WHEN extract(isodow FROM opened) > 5 THEN 1.5 ELSE 1 END)::numeric, 3)::float8) END,
       (mod(n, 33) = 0)::int, '', '', 1, '', ''
FROM (SELECT n, %(last)s::timestamptz - make_interval(secs => n * 86400.0 / %(per_day)s) AS opened,
             exp(2 + 1.2 * sqrt(-2 * ln(1 - random())) * cos(6.283185307179586 * random())) AS hours
      FROM generate_series(%(first)s, %(last_number)s) AS n) drawn
"""


def add_tickets(first: int, count: int, *, per_day: int) -> None:
    """The tickets numbered from `first` on, `per_day` a day, going back from LAST; the same ones for the same range.

    Marks are left behind on PostgreSQL only, by the triggers; on SQLite they are taken away first, as loading would
    measure little else.
    """
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT setseed(0.42)")
            numbers = {"last": LAST, "per_day": per_day, "first": first, "last_number": first + count - 1}
            cursor.execute(_POSTGRESQL.format(columns=", ".join(_COLUMNS)), numbers)
            cursor.execute("VACUUM ANALYZE support_ticket")
        return
    _add_on_sqlite(first, count, per_day)


def _add_on_sqlite(first: int, count: int, per_day: int) -> None:
    from django.db import connection, transaction

    from foundation.triggers import install_triggers, remove_triggers

    remove_triggers(connection, prefix="capture_")
    marks = ", ".join(["%s"] * len(_COLUMNS))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO support_ticket ({', '.join(_COLUMNS)}) VALUES ({marks})", _rows(first, count, per_day)
        )
    install_triggers(connection, prefix="capture_")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _rows(first: int, count: int, per_day: int) -> Iterator[tuple[object, ...]]:
    chance = random.Random(42)
    for number in range(first, first + count):
        opened = LAST - timedelta(seconds=number * 86_400 / per_day)
        hours = chance.lognormvariate(2, 1.2) * (1.5 if opened.isoweekday() > 5 else 1)
        resolved = opened + timedelta(milliseconds=round(hours * 3_600_000))
        is_open = number % 50 == 0
        yield (
            f"Ticket {number}", "open" if is_open else "solved", _PRIORITIES[number % 5], f"Category {number % 12}",
            "email", _written(opened), None if is_open else _written(resolved), int(number % 33 == 0), "", "", 1,
            "", "",
        )  # fmt: skip


def _written(moment: datetime) -> str:
    """As Django writes it on SQLite, in UTC."""
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")
