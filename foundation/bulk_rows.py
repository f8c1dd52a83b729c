"""Reading and writing many rows at once: by Django's own ways it would cost more than probing does.

Values are Python's own; names are those of fields (`health_check_id` for a foreign key). Nothing here checks values:
the database's constraints do. On SQLite one prepared statement runs for each row, on PostgreSQL one statement for all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import DateTimeField, Field, JSONField, Model, QuerySet

Row = Sequence[Any]
ModelT = TypeVar("ModelT", bound=Model)
_ROWS_A_STATEMENT = 500


def insert_rows(model: type[Model], names: Sequence[str], rows: Iterable[Row], *, unique: Sequence[str] = ()) -> None:
    """Inserts the rows; one that is there already by the `unique` fields gets the other fields' new values."""
    fields = [_field(model, name) for name in names]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    into = f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES'
    conflict = ""
    if unique:
        keys = ", ".join(f'"{_field(model, name).column}"' for name in unique)
        others = [field.column for field in fields if field.attname not in unique]
        conflict = f" ON CONFLICT ({keys}) DO UPDATE SET " + ", ".join(f'"{one}" = EXCLUDED."{one}"' for one in others)
    marks = _marks(len(fields))
    stored = _stored(fields, rows)
    if not stored:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(f"{into} {marks}{conflict}", stored)
            return
        for part in _parts(stored):
            cursor.execute(f"{into} {', '.join([marks] * len(part))}{conflict}", [one for row in part for one in row])


def insert_missing_rows(model: type[Model], names: Sequence[str], rows: Iterable[Row], *, unique: Sequence[str]) -> int:
    """Inserts the rows that are not there yet by the `unique` fields; returns how many that were."""
    fields = [_field(model, name) for name in names]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    keys = ", ".join(f'"{_field(model, name).column}"' for name in unique)
    into, marks = f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES', _marks(len(fields))
    nothing = f"ON CONFLICT ({keys}) DO NOTHING"
    stored, count = _stored(fields, rows), 0
    if not stored:
        return 0
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(f"{into} {marks} {nothing}", stored)
            return int(cursor.rowcount)
        for part in _parts(stored):
            values = [one for row in part for one in row]
            cursor.execute(f"{into} {', '.join([marks] * len(part))} {nothing}", values)
            count += int(cursor.rowcount)
    return count


def update_rows(
    model: type[Model], names: Sequence[str], rows: Iterable[Row], *, keys: Sequence[str] = ("id",), also: str = ""
) -> int:
    """Sets the fields of each row whose `keys`, the first of the names, are these; returns how many rows there were.

    `also` is one more assignment in SQL, the same for all rows.
    """
    fields = [_field(model, name) for name in names]
    stored = _stored(fields, rows)
    if not stored:
        return 0
    write = _update_each if connection.vendor == "sqlite" else _update_joined
    return write(model._meta.db_table, fields, len(keys), also, stored)


def read_models(queryset: QuerySet[ModelT], names: Sequence[str]) -> list[ModelT]:
    """The rows as instances with these fields loaded and all others deferred.

    What SQLite's columns need is done here, in few steps; PostgreSQL's driver leaves nothing to do.
    """
    model = queryset.model
    if connection.vendor != "sqlite":
        return list(queryset.only(*names))
    names = [field.attname for field in model._meta.concrete_fields if field.attname in names]  # from_db's order
    try:
        statement, values = queryset.values_list(*names).query.sql_with_params()
    except EmptyResultSet:
        return []
    readers = [(place, found) for place, name in enumerate(names) if (found := _reader(_field(model, name)))]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = [list(row) for row in cursor.fetchall()]
    for row in rows:
        for place, read in readers:
            if row[place] is not None:
                row[place] = read(row[place])
    return [model.from_db(queryset.db, names, row) for row in rows]


def _update_each(table: str, fields: Sequence[Field[Any, Any]], keys: int, also: str, stored: list[list[Any]]) -> int:
    assignments = [f'"{field.column}" = %s' for field in fields[keys:]] + [also] * bool(also)
    condition = " AND ".join(f'"{field.column}" = %s' for field in fields[:keys])
    statement = f'UPDATE "{table}" SET {", ".join(assignments)} WHERE {condition}'  # noqa: S608 - names of ours only
    with connection.cursor() as cursor:
        cursor.executemany(statement, [row[keys:] + row[:keys] for row in stored])
        return int(cursor.rowcount)


def _update_joined(table: str, fields: Sequence[Field[Any, Any]], keys: int, also: str, stored: list[list[Any]]) -> int:
    # PostgreSQL takes a column of nothing but NULLs for text, hence the casts
    values = [f"CAST(v.column{n} AS {field.db_type(connection)})" for n, field in enumerate(fields, start=1)]
    pairs = [(f'"{field.column}"', value) for field, value in zip(fields, values, strict=True)]
    assignments = [f"{column} = {value}" for column, value in pairs[keys:]] + [also] * bool(also)
    condition = " AND ".join(f'"{table}".{column} = {value}' for column, value in pairs[:keys])
    changed = 0
    with connection.cursor() as cursor:
        for part in _parts(stored):
            source = ", ".join([_marks(len(fields))] * len(part))
            cursor.execute(
                f'UPDATE "{table}" SET {", ".join(assignments)} FROM (VALUES {source}) AS v WHERE {condition}',  # noqa: S608
                [one for row in part for one in row],
            )
            changed += int(cursor.rowcount)
    return changed


def _stored(fields: Sequence[Field[Any, Any]], rows: Iterable[Row]) -> list[list[Any]]:
    """The rows as the database takes them."""
    converters = [(place, found) for place, field in enumerate(fields) if (found := _converter(field))]
    stored = [list(row) for row in rows]
    for row in stored:
        for place, convert in converters:
            if row[place] is not None:
                row[place] = convert(row[place])
    return stored


def _converter(field: Field[Any, Any]) -> Callable[[Any], Any] | None:
    if isinstance(field, JSONField):
        return json.dumps
    if isinstance(field, DateTimeField) and connection.vendor == "sqlite":
        return _moment_as_text
    return None


def _reader(field: Field[Any, Any]) -> Callable[[Any], Any] | None:
    """What Django's own connection to SQLite leaves to be done: moments come naive, JSON as text."""
    if isinstance(field, DateTimeField):
        return _aware
    return json.loads if isinstance(field, JSONField) else None


def _moment_as_text(moment: datetime) -> str:
    """As Django writes it on SQLite: naive, in UTC."""
    return str((moment if moment.tzinfo is UTC else moment.astimezone(UTC)).replace(tzinfo=None))


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)


def _marks(count: int) -> str:
    return f"({', '.join(['%s'] * count)})"


def _parts(stored: list[list[Any]]) -> Iterable[list[list[Any]]]:
    return (stored[start : start + _ROWS_A_STATEMENT] for start in range(0, len(stored), _ROWS_A_STATEMENT))


def _field(model: type[Model], name: str) -> Field[Any, Any]:
    return next(field for field in model._meta.concrete_fields if field.attname == name)
