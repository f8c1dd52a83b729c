"""Columns of a query, packed by the database: a day's rows arrive without a Python object a row.

PostgreSQL sends whole numbers as eight bytes each and words between zero bytes, which no text can hold. SQLite sends
JSON arrays. All columns of a query are made in one pass over its rows, so that the same position is the same row.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Aggregate, BigIntegerField, F, Func, QuerySet, TextField

from metrics.frame import EPOCH, MISSING, Frame, Integers

_NONE: Mapping[str, Any] = {}
_SQLITE_MICROSECONDS = (
    "(CAST(strftime('%%%%s', substr(%(expressions)s, 1, 19)) AS INTEGER) * 1000000"
    " + CASE WHEN substr(%(expressions)s, 20, 1) = '.'"
    " THEN CAST(substr(rtrim(substr(%(expressions)s, 21, 6), '+-:Z') || '000000', 1, 6) AS INTEGER) ELSE 0 END)"
)
_POSTGRES_EPOCH = (datetime(2000, 1, 1, tzinfo=UTC) - EPOCH).days * 86_400_000_000
"""PostgreSQL counts microseconds from 2000; an absent instant is sent as its −infinity, the least number there is."""


class Microseconds(Func):
    """An instant as whole microseconds since 1970-01-01 UTC; exact, NULL stays NULL."""

    arity = 1
    output_field = BigIntegerField()

    def as_postgresql(self, compiler: Any, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        """`extract` gives a numeric, so that nothing is rounded."""
        template = "(extract(epoch FROM %(expressions)s) * 1000000)::bigint"
        return self.as_sql(compiler, connection, template=template, **context)

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **context: Any) -> Any:  # noqa: ARG002
        """Whole seconds and fraction apart: SQLite itself would round the fraction to milliseconds, and up."""
        sql, params = compiler.compile(self.source_expressions[0])
        return _SQLITE_MICROSECONDS % {"expressions": sql}, [*params] * 3


class _Column(Aggregate):
    """A column as one value. `packed` is how PostgreSQL makes a row's bytes, `between` what it puts between them."""

    function = "json_group_array"
    output_field = TextField()
    packed = ""
    between = ""

    def as_postgresql(self, compiler: Any, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        template = f"string_agg({self.packed}, '{self.between}'::bytea)"
        return self.as_sql(compiler, connection, template=template, **context)


class _Numbers(_Column):
    packed = f"int8send(COALESCE(%(expressions)s, {MISSING}))"


class _Instants(_Column):
    """Instants themselves: their eight bytes are what PostgreSQL stores."""

    packed = "timestamptz_send(COALESCE(%(expressions)s, '-infinity'))"


class _Words(_Column):
    packed = "convert_to(COALESCE(%(expressions)s, ''), 'UTF8')"
    between = "\\x00"


_needed: ContextVar[frozenset[str] | None] = ContextVar("needed_columns", default=None)


@contextmanager
def only_columns(names: Collection[str]) -> Iterator[None]:
    """Within, frames are gathered with these dimensions alone, and sources may leave out other measures.

    Words, and what is joined from other tables, cost more than all else in a row.
    """
    token = _needed.set(frozenset(names))
    try:
        yield
    finally:
        _needed.reset(token)


def is_needed(name: str) -> bool:
    """Whether a dimension or measure is to be gathered."""
    needed = _needed.get()
    return needed is None or name in needed


def gather_frame(
    rows: "QuerySet[Any]", *, at: Any, dimensions: Mapping[str, Any], measures: Mapping[str, Any] = _NONE
) -> Frame:
    """A query's rows as a frame with their primary keys; `at` and the measures are expressions of whole numbers.

    A measure that a row does not have is MISSING, an absent word is "".
    """
    dimensions = {name: expression for name, expression in dimensions.items() if is_needed(name)}
    numbers = {"at": at, "key": F("pk"), **{f"m_{name}": expression for name, expression in measures.items()}}
    packs = connections[rows.db].vendor == "postgresql"
    row = rows.order_by().aggregate(
        **{f"gathered_{name}": _column_of(expression, packs=packs) for name, expression in numbers.items()},
        **{f"gathered_d_{name}": _Words(expression) for name, expression in dimensions.items()},
    )
    found = {name: _numbers(row[f"gathered_{name}"], expression) for name, expression in numbers.items()}
    return Frame(
        at=found["at"],
        measures={name: found[f"m_{name}"] for name in measures},
        dimensions={name: _words(row[f"gathered_d_{name}"], len(found["at"])) for name in dimensions},
        keys=found["key"],
    )


def _column_of(expression: Any, *, packs: bool) -> _Column:
    if packs and isinstance(expression, Microseconds):
        return _Instants(expression.source_expressions[0])
    return _Numbers(expression)


def _numbers(data: Any, expression: Any) -> Integers:
    if data is None:
        return np.empty(0, dtype=np.int64)
    if isinstance(data, str):
        return np.array([MISSING if value is None else value for value in json.loads(data)], dtype=np.int64)
    values = np.frombuffer(data, dtype=">i8").astype(np.int64)
    if not isinstance(expression, Microseconds):
        return values
    return np.where(values == MISSING, MISSING, values + _POSTGRES_EPOCH)


def _words(data: Any, count: int) -> npt.NDArray[Any]:
    column = np.empty(count, dtype=object)
    if data is not None and count:
        listed = json.loads(data) if isinstance(data, str) else bytes(data).decode().split("\0")
        column[:] = ["" if word is None else word for word in listed]
    return column
