"""Database triggers as declared things: registered at import, installed after migrate, missed by a system check.

A trigger is declared once with its statements for PostgreSQL and for SQLite. SQLite drops a table's triggers when a
migration rebuilds the table, so installation runs after every migrate and is idempotent.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper


@dataclass(frozen=True)
class Trigger:
    """One named trigger of one table; `postgresql` and `sqlite` are its CREATE statements, in order; none where that
    database needs no such trigger.
    """

    name: str
    table: str
    postgresql: Sequence[str]
    sqlite: Sequence[str]

    def create_statements(self, vendor: str) -> Sequence[str]:
        return self.postgresql if vendor == "postgresql" else self.sqlite

    def drop_statement(self, vendor: str) -> str:
        suffix = f' ON "{self.table}"' if vendor == "postgresql" else ""
        return f'DROP TRIGGER IF EXISTS "{self.name}"{suffix}'


_registry: dict[str, Trigger] = {}


def register(*triggers: Trigger) -> None:
    """Declare triggers; declaring the same name again replaces it."""
    for trigger in triggers:
        _registry[trigger.name] = trigger


def registered(*, prefix: str = "") -> list[Trigger]:
    """The declared triggers whose name starts with `prefix`, by name."""
    return [trigger for name, trigger in sorted(_registry.items()) if name.startswith(prefix)]


def install_triggers(connection: BaseDatabaseWrapper, *, prefix: str = "") -> None:
    """Create or replace every declared trigger whose table exists."""
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for trigger in registered(prefix=prefix):
            if trigger.table in tables:
                cursor.execute(trigger.drop_statement(connection.vendor))
                for statement in trigger.create_statements(connection.vendor):
                    cursor.execute(statement)


def remove_triggers(connection: BaseDatabaseWrapper, *, prefix: str = "") -> None:
    """Drop the declared triggers, for maintenance that must empty or rewrite a protected table."""
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for trigger in registered(prefix=prefix):
            if trigger.table in tables:
                cursor.execute(trigger.drop_statement(connection.vendor))


def missing_triggers(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of declared triggers that the database does not have, where their table exists."""
    tables = set(connection.introspection.table_names())
    query = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        present = {row[0] for row in cursor.fetchall()}
    needed = [t for t in registered() if t.table in tables and t.create_statements(connection.vendor)]
    return [trigger.name for trigger in needed if trigger.name not in present]
