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
        for operation in capture.operations:
            register(_trigger(source.key, capture, operation))


def _trigger(source: str, capture: Capture, operation: str) -> Trigger:
    name = f"{PREFIX}{source}_{capture.table}_{operation}"[:60]
    if capture.siblings:
        return _siblings_trigger(f"{PREFIX}{source}_{capture.table}_siblings"[:60], source, capture)
    if capture.through is not None:
        return _joined_trigger(name, source, capture)
    return Trigger(
        name=name,
        table=capture.table,
        postgresql=_postgresql(name, source, capture, operation),
        sqlite=(_sqlite(name, source, capture, operation),),
    )


def _event(group: tuple[str, ...], prefix: str) -> str:
    columns = [f'{prefix}"{column}"' for column in group]
    return columns[0] if len(columns) == 1 else f"COALESCE({', '.join(columns)})"


def _joined_trigger(name: str, source: str, capture: Capture) -> Trigger:
    """On an update, marks of all rows of another table that carry something of the changed one."""
    return Trigger(
        name, capture.table, _joined_postgresql(name, source, capture), _joined_sqlite(name, source, capture)
    )


def _siblings_trigger(name: str, source: str, capture: Capture) -> Trigger:
    """On a deletion, marks of the rows that are left of those with the same word in the shared column."""
    picks = " UNION ALL ".join(
        f"SELECT t.id, {_event(group, 't.')} AS moment FROM old_rows c "
        f'JOIN "{capture.table}" t ON t."{capture.siblings}" = c."{capture.siblings}"'
        for group in capture.event_times
    )
    marks = _sqlite_marks_of(source, capture, capture.table, f't."{capture.siblings}" = OLD."{capture.siblings}"')
    return Trigger(
        name=name,
        table=capture.table,
        postgresql=_postgresql_statements(name, capture, "delete", _postgresql_body(source, picks)),
        sqlite=(f'CREATE TRIGGER "{name}" AFTER DELETE ON "{capture.table}" BEGIN {marks} END',),
    )


def _joined_postgresql(name: str, source: str, capture: Capture) -> Sequence[str]:
    table, column = capture.through or ("", "")
    changed = _changed_rows("new_rows", capture, "update")
    picks = " UNION ALL ".join(
        f'SELECT t.id, {_event(group, "t.")} AS moment FROM {changed} c JOIN "{table}" t ON t."{column}" = c.id'
        for group in capture.event_times
    )
    return _postgresql_statements(name, capture, "update", _postgresql_body(source, picks))


def _joined_sqlite(name: str, source: str, capture: Capture) -> Sequence[str]:
    table, column = capture.through or ("", "")
    marks = _sqlite_marks_of(source, capture, table, f't."{column}" = NEW.id')
    return (f'CREATE TRIGGER "{name}" AFTER UPDATE ON "{capture.table}" {_sqlite_when(capture)} BEGIN {marks} END',)


def _sqlite_marks_of(source: str, capture: Capture, table: str, condition: str) -> str:
    """Marks of the rows of a table, known as t, that meet a condition."""
    return " ".join(
        f"INSERT INTO {MARKS} (source, utc_hour, edits) SELECT '{source}', {hour}, count(*) "
        f'FROM "{table}" t WHERE {condition} AND {hour} IS NOT NULL GROUP BY {hour};'
        for hour in (_sqlite_hour(_event(group, "t.")) for group in capture.event_times)
    )


def _postgresql(name: str, source: str, capture: Capture, operation: str) -> Sequence[str]:
    tables = {"insert": ["new_rows"], "update": ["old_rows", "new_rows"], "delete": ["old_rows"]}[operation]
    picks = " UNION ALL ".join(
        f"SELECT t.id, {_event(group, 't.')} AS moment FROM {_changed_rows(table, capture, operation)} t"
        for table in tables
        for group in capture.event_times
    )
    return _postgresql_statements(name, capture, operation, _postgresql_body(source, picks))


def _postgresql_body(source: str, picks: str) -> str:
    return (
        f"INSERT INTO {MARKS} (source, utc_hour, edits) "
        f"SELECT '{source}', floor(extract(epoch FROM moment) / 3600)::bigint AS utc_hour, count(DISTINCT id) "
        f"FROM ({picks}) events WHERE moment IS NOT NULL GROUP BY 2"
    )


def _postgresql_statements(name: str, capture: Capture, operation: str, body: str) -> Sequence[str]:
    tables = {"insert": ["new_rows"], "update": ["old_rows", "new_rows"], "delete": ["old_rows"]}[operation]
    referencing = " ".join(f"{table[:3].upper()} TABLE AS {table}" for table in tables)
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
    condition = _sqlite_when(capture) if operation == "update" else ""
    hours = [_sqlite_hour(_event(group, side)) for side in sides for group in capture.event_times]
    marks = " ".join(_sqlite_mark(source, hour, hours[:i]) for i, hour in enumerate(hours))
    return f'CREATE TRIGGER "{name}" AFTER {operation.upper()} ON "{capture.table}" {condition} BEGIN {marks} END'


def _sqlite_when(capture: Capture) -> str:
    return "WHEN " + " OR ".join(f'OLD."{c}" IS NOT NEW."{c}"' for c in capture.columns)


def _sqlite_hour(moment: str) -> str:
    """The UTC hour of an instant, NULL of none.

    Integer division rounds towards zero; the shift keeps hours before 1970 right. The fraction of a second is cut off,
    as SQLite would round it up into the next hour.
    """
    return f"((CAST(strftime('%s', substr({moment}, 1, 19)) AS INTEGER) + 36000000000) / 3600 - 10000000)"


def _sqlite_mark(source: str, hour: str, done: Sequence[str]) -> str:
    """Mark the hour, or count on where it waits; once a row, however many of its instants lie in the hour."""
    once = "".join(f" AND {hour} IS NOT {other}" for other in done)
    waiting = f"source = '{source}' AND utc_hour = {hour} AND attempts = 0 AND lane = 0"
    return (
        f"UPDATE {MARKS} SET edits = edits + 1 "
        f"WHERE id = (SELECT max(id) FROM {MARKS} WHERE {waiting}){once}; "
        f"INSERT INTO {MARKS} (source, utc_hour, edits) SELECT '{source}', {hour}, 1 WHERE {hour} IS NOT NULL{once} "
        f"AND NOT EXISTS (SELECT 1 FROM {MARKS} WHERE {waiting});"
    )
