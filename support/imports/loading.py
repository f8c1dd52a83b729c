"""From the TOML of a mapping to its checked form. Every complaint names the key as the file has it."""

import re
import tomllib
from collections.abc import Mapping as Dict
from pathlib import Path
from typing import Any

from foundation.imports.errors import MappingError
from foundation.imports.tables import EnumT, Table, read_file_rules
from support.imports import mapping as m
from support.imports.rows import PLAIN_TEXTS
from support.imports.times import check_formats
from support.models import Priority, TicketState

MAPPINGS_DIR = Path(__file__).resolve().parent.parent / "mappings"
TEXTS = (*PLAIN_TEXTS, "state", "priority", "reopens", "sla_met")
OFFSET_IN_VALUE = "offset in value"
SAME_STATE = "same"
MAX_SOURCE = 60


def list_shipped_mappings() -> list[str]:
    """Names of the mappings that come with the product."""
    return sorted(path.stem for path in MAPPINGS_DIR.glob("*.toml"))


def load_mapping(name_or_path: str) -> m.Mapping:
    """The mapping of that name, or in the TOML file at that path; MappingError says what is wrong."""
    shipped = list_shipped_mappings()
    path = MAPPINGS_DIR / f"{name_or_path}.toml" if name_or_path in shipped else Path(name_or_path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        known = ", ".join(shipped)
        raise MappingError(f"No mapping {name_or_path!r}: neither one of {known} nor a readable file.") from error
    return parse_mapping(text)


def parse_mapping(text: str) -> m.Mapping:
    """The mapping written in `text` as TOML; MappingError names the key that is wrong."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingError(f"The mapping is no TOML: {error}") from error
    return read_mapping(table)


def read_mapping(values: Dict[str, Any]) -> m.Mapping:
    """The checked mapping; MappingError names the first key that is wrong."""
    top = Table(dict(values), "")
    layout = top.choice("layout", m.Layout)
    source = top.text("source")
    if not 0 < len(source) <= MAX_SOURCE:
        raise MappingError(f"source must have 1 to {MAX_SOURCE} characters.")
    times = top.section("times")
    texts = _texts(top.section("columns"))
    result = m.Mapping(
        source=source,
        layout=layout,
        file=read_file_rules(top.section("file")),
        id=_id(top.section("id")),
        clock=_clock(times),
        opened=_opened(times, layout),
        resolved=_end(times, "resolved", layout),
        closed=_end(times, "closed", layout),
        events=_events(top.section("events"), layout),
        texts=texts,
        states=_states(top.section("states"), with_column="state" in texts),
        priorities=_words(top.section("priorities"), Priority),
        rules=_rules(top.section("rules")),
    )
    times.finish()
    top.finish()
    _check_together(result)
    return result


def _id(table: Table) -> m.IdRule:
    rule = m.IdRule(table.text("column"), table.text("strip_prefix", ""), table.text("add_prefix", ""))
    table.finish()
    return rule


def _clock(table: Table) -> m.ClockRules:
    formats = table.texts("formats")
    if not formats:
        raise MappingError(f'{table.key("formats")} is missing: a list such as ["%Y-%m-%d %H:%M:%S"].')
    zone_name = table.text("zone")
    zone = None if zone_name == OFFSET_IN_VALUE else m.get_zone(zone_name, table.key("zone"))
    check_formats(formats, offset_in_value=zone is None, key=table.key("formats"))
    return m.ClockRules(
        formats=formats,
        zone=zone,
        ambiguous=table.choice("ambiguous", m.Ambiguous, m.Ambiguous.REFUSE),
        non_existing=table.choice("non_existing", m.NonExisting, m.NonExisting.REFUSE),
    )


def _opened(table: Table, layout: m.Layout) -> m.TimeRule:
    value = table.raw("opened")
    if isinstance(value, str):
        return m.TimeRule(column=value)
    if value == {"event": "first"} and layout is m.Layout.EVENTS:
        return m.TimeRule(take=m.Take.FIRST)
    raise MappingError('times.opened must name a column or, in an event log, be { event = "first" }.')


def _end(table: Table, name: str, layout: m.Layout) -> m.TimeRule | None:
    value = table.raw(name)
    if value is None or isinstance(value, str):
        return m.TimeRule(column=value) if value else None
    if layout is not m.Layout.EVENTS:
        raise MappingError(f"{table.key(name)} must name a column: only an event log has events.")
    inner = Table(value, table.key(name))
    rule = m.TimeRule(state=inner.choice("state", TicketState), take=inner.choice("take", m.Take, m.Take.LAST))
    inner.finish()
    return rule


def _events(table: Table, layout: m.Layout) -> m.EventRules | None:
    if layout is m.Layout.TICKET:
        table.finish()
        return None
    rules = m.EventRules(
        time=table.text("time"),
        order=table.choice("order", m.Order, m.Order.TIME),
        sequence=table.text("sequence", ""),
        rows=table.choice("rows", m.RowsAre),
    )
    if rules.order is m.Order.SEQUENCE and not rules.sequence:
        raise MappingError('events.sequence must name the column to order by when events.order is "sequence".')
    table.finish()
    return rules


def _texts(table: Table) -> dict[str, m.TextRule]:
    rules = {name: rule for name in TEXTS if (rule := _text_rule(table, name))}
    table.finish()
    if "subject" not in rules:
        raise MappingError('columns.subject is missing: a column or { template = "…{column}…" }.')
    return rules


def _text_rule(table: Table, name: str) -> m.TextRule | None:
    value = table.raw(name)
    if value is None or isinstance(value, str):
        return m.TextRule(value, "", "") if value else None
    inner = Table(value, table.key(name))
    rule = m.TextRule(inner.text("column", ""), inner.text("template", ""), inner.text("default", ""))
    inner.finish()
    if bool(rule.column) == bool(rule.template):
        raise MappingError(f"{table.key(name)} needs either column or template.")
    if rule.template and not re.search(r"\{[^{}]+\}", rule.template):
        raise MappingError(f"{table.key(name)}.template names no column in braces.")
    return rule


def _words(table: Table, kind: type[EnumT]) -> dict[str, EnumT]:
    return {word: table.choice(word, kind) for word in table.values}


def _states(table: Table, *, with_column: bool) -> dict[str, TicketState | None]:
    """Their word to our state; None is an event that leaves the state as it was."""
    if with_column and not table.values:
        raise MappingError("states is missing: columns.state is given, so each of its words needs our state.")
    return {
        word: None if value == SAME_STATE else table.choice(word, TicketState) for word, value in table.values.items()
    }


def _rules(table: Table) -> m.Rules:
    rules = m.Rules(
        contradictory_times=table.choice("contradictory_times", m.BadTimes, m.BadTimes.REFUSE),
        open_state_with_end=table.choice("open_state_with_end", m.OpenWithEnd, m.OpenWithEnd.REFUSE),
        long_text=table.choice("long_text", m.LongText, m.LongText.REFUSE),
        bad_event=table.choice("bad_event", m.BadEvent, m.BadEvent.REFUSE_ROW),
    )
    table.finish()
    return rules


def _check_together(mapping: m.Mapping) -> None:
    """What single keys cannot show."""
    if mapping.layout is m.Layout.EVENTS and "state" not in mapping.texts:
        raise MappingError("columns.state is missing: an event log needs the state or activity of each row.")
    if mapping.layout is m.Layout.TICKET and None in mapping.states.values():
        raise MappingError('states: "same" has a meaning only in an event log.')
    if "priority" in mapping.texts and not mapping.priorities:
        raise MappingError("priorities is missing: columns.priority is given, so each of its words needs our priority.")
    for name, known in (("state", mapping.states), ("priority", mapping.priorities)):
        rule = mapping.texts.get(name)
        if rule and rule.default and rule.default not in known:
            raise MappingError(f"columns.{name}.default: {rule.default!r} is not a word of the map below it.")
