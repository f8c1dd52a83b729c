"""Append-only rows in an order in which whoever goes on from the last one read misses none.

Numbers are given out when a row is written, but rows are seen when their transaction commits: by number alone a reader
would pass over a row that commits late. On PostgreSQL a trigger therefore writes down the row's transaction, and only
rows are read whose transaction began before every one that is still running: all of these have ended, so that nothing
can come between. SQLite has one writer at a time, and its numbers are in the order of the commits.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

from django.db import connections, models
from django.db.models import Model, QuerySet

from foundation.triggers import Trigger, register

ModelT = TypeVar("ModelT", bound=Model)
_BIGGEST = 2**63
MAX_WORD = 100
_FUNCTION = (
    "CREATE OR REPLACE FUNCTION write_down_transaction() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "NEW.written_in := pg_current_xact_id()::text::bigint; RETURN NEW; END $$"
)
# Where a dump is restored elsewhere, transactions are counted anew: what was restored comes before all that is new.
_SETTLE = (
    'DO $$ BEGIN IF EXISTS (SELECT 1 FROM "{table}" WHERE written_in >= '
    "pg_snapshot_xmax(pg_current_snapshot())::text::bigint) THEN "
    'ALTER TABLE "{table}" DISABLE TRIGGER USER; UPDATE "{table}" SET written_in = 0 WHERE written_in > 0; '
    'ALTER TABLE "{table}" ENABLE TRIGGER USER; END IF; END $$'
)
_HORIZON = (
    "SELECT pg_snapshot_xmin(now.seen)::text::bigint, pg_snapshot_xmax(now.seen)::text::bigint "
    "FROM (SELECT pg_current_snapshot() AS seen) AS now"
)


class UnknownPlaceError(ValueError):
    """A place that was not made here, or before the database was restored from elsewhere."""


def transaction_field() -> "models.BigIntegerField[int, int]":
    """The column `written_in` of a table that `feed_table` declares; needs an index on it and the key."""
    return models.BigIntegerField(
        default=0, db_default=0, editable=False, help_text="The database's transaction that wrote it; the feed's order."
    )


def feed_table(table: str) -> None:
    """Have the database write down in `written_in` which transaction wrote each row."""
    name = f"feed_{table}_insert"
    head = f'CREATE TRIGGER "{name}" BEFORE INSERT ON "{table}" FOR EACH ROW EXECUTE FUNCTION write_down_transaction()'
    settle = _SETTLE.format(table=table)
    register(Trigger(name=name, table=table, postgresql=(settle, _FUNCTION, head), sqlite=()))


@dataclass(frozen=True)
class Place:
    """Behind a row in the order of a feed; the first one is before all rows."""

    written_in: int = 0
    pk: int = 0

    def encode(self) -> str:
        """The place as one opaque word."""
        return base64.urlsafe_b64encode(f"{self.written_in}.{self.pk}".encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, word: str) -> Self:
        """The place of a word; UnknownPlaceError if it is none of ours."""
        try:
            packed = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)) if len(word) <= MAX_WORD else b""
            written_in, pk = (int(part) for part in packed.decode("ascii").split("."))
        except (ValueError, binascii.Error) as error:
            raise UnknownPlaceError(word) from error
        place = cls(written_in, pk)
        if place.encode() != word or not (0 <= written_in < _BIGGEST and 0 <= pk < _BIGGEST):
            raise UnknownPlaceError(word)
        return place


@dataclass(frozen=True)
class Page(Generic[ModelT]):
    """Rows in the order of the feed, and where to go on: where it began, if there are none."""

    rows: Sequence[ModelT]
    behind: Place
    has_more: bool


def list_after(rows: "QuerySet[ModelT]", place: Place, *, limit: int) -> Page[ModelT]:
    """The next rows, at most `limit`, of a table that `feed_table` declares.

    UnknownPlaceError for a place that this database has not reached.
    """
    settled: QuerySet[Any] = rows
    if connections[rows.db].vendor == "postgresql":
        oldest_running, next_one = _read_horizon(rows.db)
        if place.written_in >= next_one:
            raise UnknownPlaceError(place.encode())
        settled = rows.filter(written_in__lt=oldest_running)
    wanted = limit + 1
    found = list(settled.filter(written_in=place.written_in, pk__gt=place.pk).order_by("pk")[:wanted])
    if len(found) < wanted:
        later = settled.filter(written_in__gt=place.written_in).order_by("written_in", "pk")
        found += later[: wanted - len(found)]
    page = found[:limit]
    behind = Place(page[-1].written_in, page[-1].pk) if page else place
    return Page(page, behind, len(found) > limit)


def _read_horizon(using: str) -> tuple[int, int]:
    """The oldest transaction that is still running, and the next one that will begin."""
    with connections[using].cursor() as cursor:
        cursor.execute(_HORIZON)
        oldest_running, next_one = cursor.fetchone()
    return int(oldest_running), int(next_one)
