"""Many tickets at once, straight into the table, as an import of years would leave them."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

_FIRST = datetime(2023, 1, 2, tzinfo=UTC)
DAYS = 3 * 365
_COLUMNS = ("subject", "state", "priority", "category", "channel", "opened_at", "resolved_at", "reopen_count")
_FILLED = {"external_source": "", "external_id": "", "version": 1}
_AT_ONCE = 20_000


def fill_tickets(count: int) -> None:
    """`count` tickets opened evenly over three years; one in fifty is still open, times spread as a log-normal."""
    from django.db import connection

    columns = [*_COLUMNS, *_FILLED]
    rows = _rows(count)
    with connection.cursor() as cursor:
        while part := [row for _, row in zip(range(_AT_ONCE), rows, strict=False)]:
            if connection.vendor == "postgresql":
                text = io.StringIO()
                csv.writer(text).writerows(part)
                text.seek(0)
                cursor.copy_expert(
                    f"COPY support_ticket ({', '.join(columns)}) FROM STDIN CSV FORCE NOT NULL "
                    "category, channel, external_source, external_id",
                    text,
                )
            else:
                marks = ", ".join(["%s"] * len(columns))
                cursor.executemany(f"INSERT INTO support_ticket ({', '.join(columns)}) VALUES ({marks})", part)
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE support_ticket")


def _rows(count: int) -> Iterator[tuple[object, ...]]:
    chance = random.Random(20260302)
    step = timedelta(days=DAYS) / count
    for number in range(count):
        opened = _FIRST + step * number
        resolved = opened + timedelta(hours=chance.lognormvariate(2, 1.2))
        is_open = number % 50 == 0
        yield (
            f"Ticket {number}",
            "open" if is_open else "solved",
            chance.choice(("urgent", "high", "normal", "normal", "low")),
            f"Category {number % 12}",
            "email",
            _written(opened),
            None if is_open else _written(resolved),
            int(chance.random() < 0.03),
            *_FILLED.values(),
        )


def _written(moment: datetime) -> str:
    """As Django writes it on SQLite, in UTC; PostgreSQL's session is in UTC too."""
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")
