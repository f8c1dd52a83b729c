"""Claiming due rows so that any number of workers can run at once: each row goes to at most one of them.

PostgreSQL takes the rows with SELECT … FOR UPDATE SKIP LOCKED. SQLite has no row locks; there every writing
transaction is IMMEDIATE, so that whoever holds the transaction is alone.
"""

from collections.abc import Sequence
from typing import TypeVar

from django.db import connections, transaction
from django.db.models import Model, QuerySet

ModelT = TypeVar("ModelT", bound=Model)


def claim_rows(queryset: "QuerySet[ModelT]", *, limit: int) -> list[ModelT]:
    """Up to `limit` rows of the ordered queryset, locked until the transaction ends; rows others hold are passed over.

    Must run inside `transaction.atomic()`; raises TransactionManagementError otherwise.
    """
    connection = connections[queryset.db]
    if connection.vendor == "postgresql":
        return list(queryset.select_for_update(skip_locked=True, of=("self",))[:limit])
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("claim_rows needs a transaction")
    return list(queryset[:limit])


def try_advisory_lock(key: Sequence[str], *, using: str = "default") -> bool:
    """Take the named lock until the transaction ends; False when another transaction holds it.

    On SQLite the IMMEDIATE transaction is the lock, so this is always True there.
    """
    connection = connections[using]
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", ["/".join(key)])
        row = cursor.fetchone()
    return bool(row and row[0])


def take_advisory_lock(key: Sequence[str], *, using: str = "default") -> None:
    """Take the named lock until the transaction ends, waiting for whoever holds it.

    On SQLite the IMMEDIATE transaction is the lock.
    """
    connection = connections[using]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", ["/".join(key)])
