"""How one tool's history of checks is to be read; docs/importing-checks.md explains every key."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from foundation.imports.errors import MappingError, UnreadableFileError
from foundation.imports.reading import FileRules, open_rows
from foundation.imports.tables import Table, read_file_rules

MAPPINGS_DIR = Path(__file__).resolve().parent.parent / "mappings"
_NEEDED, _OPTIONAL = ("time", "site", "state"), ("latency",)


class RecordedState(StrEnum):
    """What a row may say of a site."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class CheckMapping:
    """The column of each field (latency in milliseconds may be absent), and the state of each word."""

    file: FileRules
    columns: Mapping[str, str]
    states: Mapping[str, RecordedState]


def list_check_mappings() -> list[str]:
    """Names of the mappings that come with the product."""
    return sorted(path.stem for path in MAPPINGS_DIR.glob("*.toml"))


def load_check_mapping(name_or_path: str) -> CheckMapping:
    """The mapping of that name, or in the TOML file at that path; MappingError says what is wrong."""
    shipped = list_check_mappings()
    path = MAPPINGS_DIR / f"{name_or_path}.toml" if name_or_path in shipped else Path(name_or_path)
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise MappingError(f"The mapping is no TOML: {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        known = ", ".join(shipped)
        raise MappingError(f"No mapping {name_or_path!r}: neither one of {known} nor a readable file.") from error
    top = Table(values, "")
    columns, states = top.section("columns"), top.section("states")
    mapping = CheckMapping(
        file=read_file_rules(top.section("file")),
        columns={
            **{name: columns.text(name) for name in _NEEDED},
            **{name: columns.text(name) for name in _OPTIONAL if name in columns.values},
        },
        states={word: states.choice(word, RecordedState) for word in states.values},
    )
    for table in (columns, top):
        table.finish()
    if not mapping.states:
        raise MappingError(f"states must name the state of at least one word; known: {', '.join(RecordedState)}.")
    return mapping


def recognise_check_mapping(file: Path) -> str:
    """The shipped mapping whose needed columns the file has; UnreadableFileError names the columns where none has."""
    for name in list_check_mappings():
        mapping = load_check_mapping(name)
        with open_rows(file, mapping.file) as rows:
            header = rows.header
        if {mapping.columns[field] for field in _NEEDED} <= set(header):
            return name
    known = ", ".join(list_check_mappings())
    raise UnreadableFileError(
        f"No mapping fits the columns {', '.join(header)[:300]}. Known: {known}; or write one and name it by --mapping."
    )
