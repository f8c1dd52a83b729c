"""How a partner's published history is to be read; docs/importing-checks.md explains every key."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from foundation.imports.errors import MappingError
from foundation.imports.reading import FileRules
from foundation.imports.tables import Table, read_file_rules
from partnerships.imports.mapping import MAPPINGS_DIR, RecordedState

PUBLISHED_DIR = MAPPINGS_DIR / "published"


class Shape(StrEnum):
    """What one item of the file tells: an incident from when to when, or a day's minutes of outage."""

    INCIDENTS = "incidents"
    DAYS = "days"


class Format(StrEnum):
    """How the file is written: a table, one JSON document, or a JSON object in each line."""

    CSV = "csv"
    JSON = "json"
    LINES = "lines"


_NEEDED = {
    Shape.INCIDENTS: ("id", "started", "ended", "impact"),
    Shape.DAYS: ("day", "component", "down_minutes", "degraded_minutes"),
}
_OPTIONAL = {Shape.INCIDENTS: ("components", "component_name"), Shape.DAYS: ()}


@dataclass(frozen=True)
class PublishedMapping:
    """The member or column of each field, the flag columns by component, and the state of each word of impact.

    `items` is the member that holds the list in a JSON document; empty where the document is the list.
    """

    shape: Shape
    format: Format
    items: str
    file: FileRules
    fields: Mapping[str, str]
    flags: Mapping[str, str]
    states: Mapping[str, RecordedState]


def list_published_mappings() -> list[str]:
    """Names of the mappings that come with the product."""
    return sorted(path.stem for path in PUBLISHED_DIR.glob("*.toml"))


def load_published_mapping(name_or_path: str) -> PublishedMapping:
    """The mapping of that name, or in the TOML file at that path; MappingError says what is wrong."""
    shipped = list_published_mappings()
    path = PUBLISHED_DIR / f"{name_or_path}.toml" if name_or_path in shipped else Path(name_or_path)
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise MappingError(f"The mapping is no TOML: {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        known = ", ".join(shipped)
        raise MappingError(f"No mapping {name_or_path!r}: neither one of {known} nor a readable file.") from error
    return _read(Table(values, ""))


def _read(top: Table) -> PublishedMapping:
    shape, format_ = top.choice("shape", Shape), top.choice("format", Format)
    fields, flags, states = top.section("fields"), top.section("flags"), top.section("states")
    mapping = PublishedMapping(
        shape=shape,
        format=format_,
        items=top.text("items", ""),
        file=read_file_rules(top.section("file")),
        fields={
            **{name: fields.text(name) for name in _NEEDED[shape]},
            **{name: fields.text(name) for name in _OPTIONAL[shape] if name in fields.values},
        },
        flags={flags.text(column): column for column in flags.values},
        states={word: states.choice(word, RecordedState) for word in states.values},
    )
    for table in (fields, top):
        table.finish()
    if shape == Shape.INCIDENTS and not mapping.states:
        raise MappingError(f"states must name the state of at least one word; known: {', '.join(RecordedState)}.")
    return mapping
