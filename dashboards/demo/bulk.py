"""Inserting hundreds of thousands of plain rows, which the ORM would spend far longer preparing than storing."""

from collections.abc import Iterable, Sequence
from itertools import chain, islice
from typing import Any

from django.db import connection
from django.db.models import Model

ROWS_AT_ONCE = 1_000


def insert_rows(model: type[Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of values that the database driver takes as they are, in the order of the field names."""
    fields = [model._meta.get_field(name) for name in names]
    size = min(ROWS_AT_ONCE, connection.ops.bulk_batch_size(fields, [None] * ROWS_AT_ONCE))
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)  # type: ignore[union-attr]
    head = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES "  # noqa: S608  # nosec B608
    one = f"({', '.join(['%s'] * len(fields))})"
    iterator = iter(rows)
    with connection.cursor() as cursor:
        while batch := list(islice(iterator, size)):
            cursor.execute(head + ", ".join([one] * len(batch)), list(chain.from_iterable(batch)))
