"""Dirty marks written by database triggers: in the changing transaction, for the old and the new event time.

PostgreSQL uses statement-level triggers with transition tables, so that a bulk write costs one insert. SQLite has row
triggers; there a mark that already waits is not written again.
"""

from collections.abc import Sequence

from foundation.triggers import Trigger, register
from metrics.sources import Capture, Link, MetricSource

MARKS = "metrics_dirtymark"
PREFIX = "capture_"


def declare_capture(source: MetricSource) -> None:
    """Declare the triggers of every table the source is captured from."""
    for capture in source.captures:
        for operation in capture.operations:
            register(_trigger(source.key, capture, operation))


def _trigger(source: str, capture: Capture, operation: str) -> Trigger:
    words = [source, capture.table, *([capture.part] if capture.part else [])]
    name = f"{PREFIX}{'_'.join(words)}_{operation}"[:60]
    if capture.siblings:
        ending = "siblings" if operation == "delete" else f"siblings_{operation}"
        return _siblings_trigger(f"{PREFIX}{'_'.join(words)}_{ending}"[:60], source, capture, operation)
    if capture.through:
        return _joined_trigger(name, source, capture, operation)
    return Trigger(
        name=name,
        table=capture.table,
        postgresql=_postgresql(name, source, capture, operation),
        sqlite=(_sqlite(name, source, capture, operation),),
    )


def _event(group: tuple[str, ...], prefix: str) -> str:
    columns = [f'{prefix}"{column}"' for column in group]
    return columns[0] if len(columns) == 1 else f"COALESCE({', '.join(columns)})"


def _moments(capture: Capture, prefix: str) -> list[str]:
    """The instants to mark, for PostgreSQL."""
    return [
        _event(group, prefix) + (f" + interval '{hours} hours'" if hours else "")
        for group in capture.event_times
        for hours in capture.later
    ]


def _hours(capture: Capture, prefix: str) -> list[str]:
    """The hours to mark, for SQLite."""
    return [
        _sqlite_hour(_event(group, prefix)) + (f" + {hours}" if hours else "")
        for group in capture.event_times
        for hours in capture.later
    ]


def _joined_trigger(name: str, source: str, capture: Capture, operation: str) -> Trigger:
    """Marks of all rows of another table that carry something of the changed one."""
    side, rows = ("OLD", "old_rows") if operation == "delete" else ("NEW", "new_rows")
    *before, last = capture.through
    joins = [*(f'JOIN "{link.table}" j{i} ON {_met(link, i)}' for i, link in enumerate(before)), ""]
    path = f'{" ".join(joins)}JOIN "{last.table}" t ON {_met(last, len(before), alias="t")}'
    changed = _changed_rows(rows, capture, operation)
    picks = " UNION ALL ".join(
        f"SELECT t.id, {moment} AS moment FROM {changed} c {path}" for moment in _moments(capture, "t.")
    )
    marks = _sqlite_marks_of(source, capture, f"(SELECT {side}.id AS id) c {path}", "1")
    return Trigger(
        name=name,
        table=capture.table,
        postgresql=_postgresql_statements(name, capture, operation, _postgresql_body(source, picks)),
        sqlite=(_sqlite_trigger(name, capture, operation, marks),),
    )


def _met(link: Link, place: int, alias: str = "") -> str:
    """The link's column has the key of the row before it."""
    key = f"{f'j{place - 1}' if place else 'c'}.id"
    return f'{alias or f"j{place}"}."{link.column}" = ' + (f"'{link.prefix}' || {key}" if link.prefix else key)


def _siblings_trigger(name: str, source: str, capture: Capture, operation: str) -> Trigger:
    """Marks of the rows that are left, or stay behind, of those with the same word in the shared column."""
    picks = " UNION ALL ".join(
        f"SELECT t.id, {moment} AS moment FROM {_changed_rows('old_rows', capture, operation)} c "
        f'JOIN "{capture.table}" t ON t."{capture.siblings}" = c."{capture.siblings}"'
        for moment in _moments(capture, "t.")
    )
    shared = f't."{capture.siblings}" = OLD."{capture.siblings}"'
    marks = _sqlite_marks_of(source, capture, f'"{capture.table}" t', shared)
    return Trigger(
        name=name,
        table=capture.table,
        postgresql=_postgresql_statements(name, capture, operation, _postgresql_body(source, picks)),
        sqlite=(_sqlite_trigger(name, capture, operation, marks),),
    )


def _sqlite_marks_of(source: str, capture: Capture, tables: str, condition: str) -> str:
    """Marks of the rows of a table, known as t, that meet a condition."""
    return " ".join(
        f"INSERT INTO {MARKS} (source, utc_hour, edits) SELECT '{source}', {hour}, count(*) "
        f"FROM {tables} WHERE {condition} AND {hour} IS NOT NULL GROUP BY {hour};"
        for hour in _hours(capture, "t.")
    )


def _postgresql(name: str, source: str, capture: Capture, operation: str) -> Sequence[str]:
    tables = {"insert": ["new_rows"], "update": ["old_rows", "new_rows"], "delete": ["old_rows"]}[operation]
    picks = " UNION ALL ".join(
        f"SELECT t.id, {moment} AS moment FROM {_rows_with_times(table, capture, operation)}"
        for table in tables
        for moment in _moments(capture, "t.")
    )
    return _postgresql_statements(name, capture, operation, _postgresql_body(source, picks))


def _rows_with_times(rows: str, capture: Capture, operation: str) -> str:
    """The rows whose event times are marked, known as t: those changed, or those that they belong to."""
    changed = _changed_rows(rows, capture, operation)
    if capture.only:
        changed = f"(SELECT * FROM {changed} s WHERE {_is_only(capture, 's.')})"
    if capture.owner is None:
        return f"{changed} t"
    table, column = capture.owner
    return f'{changed} c JOIN "{table}" t ON t.id = c."{column}"'


def _is_only(capture: Capture, prefix: str) -> str:
    column, wanted = capture.only or ("", "")
    return f'{prefix}"{column}" = ' + (str(wanted) if isinstance(wanted, int) else f"'{wanted}'")


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
    hours = [hour for side in sides for hour in _sqlite_hours_of(capture, side)]
    marks = " ".join(_sqlite_mark(source, hour, hours[:i]) for i, hour in enumerate(hours))
    return _sqlite_trigger(name, capture, operation, marks)


def _sqlite_hours_of(capture: Capture, side: str) -> list[str]:
    if capture.owner is None:
        return _hours(capture, side)
    table, column = capture.owner
    return [f'(SELECT {hour} FROM "{table}" t WHERE t.id = {side}"{column}")' for hour in _hours(capture, "t.")]


def _sqlite_trigger(name: str, capture: Capture, operation: str, marks: str) -> str:
    conditions = []
    if operation == "update":
        conditions.append(" OR ".join(f'OLD."{c}" IS NOT NEW."{c}"' for c in capture.columns))
    if capture.only:
        conditions.append(_is_only(capture, "OLD." if operation == "delete" else "NEW."))
    when = f"WHEN ({') AND ('.join(conditions)})" if conditions else ""
    return f'CREATE TRIGGER "{name}" AFTER {operation.upper()} ON "{capture.table}" {when} BEGIN {marks} END'


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
