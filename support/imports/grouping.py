"""Bringing the rows of each ticket together although the file may have them anywhere, in bounded memory."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple
from itertools import groupby

from foundation.imports.errors import Refusal
from support.imports.mapping import Mapping, Order
from support.imports.rows import ParsedRow

_CACHE_KIB = 8192
_BATCH = 1000
_TABLES = (
    "CREATE TABLE rows (id TEXT, first INTEGER, second INTEGER, line INTEGER, rest TEXT)",
    "CREATE TABLE refusals (line INTEGER, field TEXT, value TEXT, reason TEXT, ticket TEXT)",
    "CREATE INDEX refusals_of_ticket ON refusals (ticket) WHERE ticket <> ''",
)


class Spill:
    """Rows and refusals put aside in a temporary database file: rows come back by ticket, refusals by line."""

    def __init__(self, connection: sqlite3.Connection, order: Order) -> None:
        self._connection = connection
        self._order = order
        self._waiting: list[tuple[str, int, int, int, str]] = []
        self.refused = 0
        for table in _TABLES:
            connection.execute(table)

    def add(self, row: ParsedRow) -> None:
        first, second = self._sort_key(row)
        self._waiting.append((row.external_id, first, second, row.line, json.dumps(row[2:])))
        if len(self._waiting) >= _BATCH:
            self._flush()

    def refuse(self, refusal: Refusal) -> None:
        self.refused += 1
        self._connection.execute("INSERT INTO refusals VALUES (?, ?, ?, ?, ?)", astuple(refusal))

    def _sort_key(self, row: ParsedRow) -> tuple[int, int]:
        """What orders a ticket's rows before their line does."""
        if self._order in {Order.FILE, Order.FILE_REVERSED}:
            return (-row.line if self._order is Order.FILE_REVERSED else row.line), 0
        return (row.sequence, row.at or 0) if self._order is Order.SEQUENCE else (row.at or 0, row.sequence)

    def _flush(self) -> None:
        self._connection.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?)", self._waiting)
        self._waiting.clear()

    def groups(self) -> Iterator[list[ParsedRow]]:
        """The rows of each ticket in the mapping's order, tickets by id."""
        self._flush()
        found = self._connection.execute("SELECT id, line, rest FROM rows ORDER BY id, first, second, line")
        for external_id, rows in groupby(found, key=lambda row: row[0]):
            yield [ParsedRow(external_id, line, *json.loads(rest)) for _, line, rest in rows]

    def refused_line_of(self, external_id: str) -> int | None:
        """The first refused line of that ticket; None when no row of it was refused."""
        found = self._connection.execute(
            "SELECT min(line) FROM refusals WHERE ticket = ? AND ticket <> ''", [external_id]
        )
        line: int | None = found.fetchone()[0]
        return line

    def refusals(self) -> Iterator[Refusal]:
        """Every refusal, by line."""
        for values in self._connection.execute("SELECT * FROM refusals ORDER BY line, rowid"):
            yield Refusal(*values)


@contextmanager
def open_spill(mapping: Mapping) -> Iterator[Spill]:
    """An empty spill; its file has no name, so that it is gone with the process however that ends."""
    order = mapping.events.order if mapping.events else Order.FILE
    with closing(sqlite3.connect("", isolation_level=None)) as connection:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "temp_store=FILE", f"cache_size=-{_CACHE_KIB}"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        yield Spill(connection, order)
