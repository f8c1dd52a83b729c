"""Dirty marks written by database triggers: in the changing transaction, for the old and the new event time.

PostgreSQL uses statement-level triggers with transition tables, so that a bulk write costs one insert. SQLite has row
triggers; there a mark that already waits is not written again.
"""

from collections.abc import Sequence

from foundation.triggers import Trigger, register
from metrics.sources import Capture, MetricSource

MARKS = "metrics_dirtymark"
PREFIX = "capture_"


def declare_capture(source: MetricSource) -> None:
    """Declare the triggers of every table the source is captured from."""
    for capture in source.captures:
        for operation in ("insert", "update", "delete"):
            register(_trigger(source.key, capture, operation))


def _trigger(source: str, capture: Capture, operation: str) -> Trigger:
    name = f"{PREFIX}{source}_{capture.table}_{operation}"[:60]
    return Trigger(
        name=name,
        table=capture.table,
        postgresql=_postgresql(name, source, capture, operation),
        sqlite=(_sqlite(name, source, capture, operation),),
    )


def _event(group: tuple[str, ...], prefix: str) -> str:
    columns = [f'{prefix}"{column}"' for column in group]
    return columns[0] if len(columns) == 1 else f"COALESCE({', '.join(columns)})"


def _postgresql(name: str, source: str, capture: Capture, operation: str) -> Sequence[str]:
    tables = {"insert": ["new_rows"], "update": ["old_rows", "new_rows"], "delete": ["old_rows"]}[operation]
    referencing = " ".join(f"{table[:3].upper()} TABLE AS {table}" for table in tables)
    picks = " UNION ALL ".join(
        f"SELECT {_event(group, 't.')} AS moment FROM {_changed_rows(table, capture, operation)} t"
        for table in tables
        for group in capture.event_times
    )
    body = (
        f"INSERT INTO {MARKS} (source, utc_hour) "
        f"SELECT DISTINCT '{source}', floor(extract(epoch FROM moment) / 3600)::bigint "
        f"FROM ({picks}) events WHERE moment IS NOT NULL"
    )
    return (
        f'CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS '
        f"$$ BEGIN {body}; RETURN NULL; END $$",
        f'CREATE TRIGGER "{name}" AFTER {operation.upper()} ON "{capture.table}" REFERENCING {referencing} '
        f'FOR EACH STATEMENT EXECUTE FUNCTION "{name}"()',
    )


def _changed_rows(table: str, capture: Capture, operation: str) -> str:
    """For an update only the rows in which a captured column differs."""
    if operation != "update":
        return table
    differs = " OR ".join(f'o."{c}" IS DISTINCT FROM n."{c}"' for c in capture.columns)
    side = table[0]
    return f"(SELECT {side}.* FROM old_rows o JOIN new_rows n ON n.id = o.id WHERE {differs})"


def _sqlite(name: str, source: str, capture: Capture, operation: str) -> str:
    sides = {"insert": ["NEW."], "update": ["OLD.", "NEW."], "delete": ["OLD."]}[operation]
    condition = ""
    if operation == "update":
        condition = "WHEN " + " OR ".join(f'OLD."{c}" IS NOT NEW."{c}"' for c in capture.columns)
    inserts = " ".join(_sqlite_insert(source, _event(group, side)) for side in sides for group in capture.event_times)
    return f'CREATE TRIGGER "{name}" AFTER {operation.upper()} ON "{capture.table}" {condition} BEGIN {inserts} END'


def _sqlite_insert(source: str, moment: str) -> str:
    # Integer division in SQLite rounds towards zero; the shift keeps hours before 1970 right.
    hour = f"((CAST(strftime('%s', {moment}) AS INTEGER) + 36000000000) / 3600 - 10000000)"
    return (
        f"INSERT INTO {MARKS} (source, utc_hour) SELECT '{source}', {hour} WHERE {moment} IS NOT NULL AND NOT EXISTS "
        f"(SELECT 1 FROM {MARKS} WHERE source = '{source}' AND utc_hour = {hour} AND attempts = 0);"
    )
