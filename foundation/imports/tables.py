"""Sections of a mapping's TOML, read so that every complaint names the key as the file has it."""

import codecs
from enum import StrEnum
from typing import Any, TypeVar

from foundation.imports.errors import MappingError
from foundation.imports.reading import FileRules

EnumT = TypeVar("EnumT", bound=StrEnum)


class Table:
    """One section of the file; remembers which keys were asked for, so that a misspelt one is found."""

    def __init__(self, values: object, name: str) -> None:
        if not isinstance(values, dict):
            raise MappingError(f"{name} must be a section of keys.")
        self.values: dict[str, Any] = values
        self.name = name
        self.asked: set[str] = set()

    def key(self, name: str) -> str:
        return f"{self.name}.{name}" if self.name else name

    def raw(self, name: str) -> Any:
        self.asked.add(name)
        return self.values.get(name)

    def text(self, name: str, default: str | None = None) -> str:
        """A text; MappingError if it is none, or is absent and has no default."""
        value = self.raw(name)
        if value is None:
            if default is None:
                raise MappingError(f"{self.key(name)} is missing.")
            return default
        if not isinstance(value, str):
            raise MappingError(f"{self.key(name)} must be a text.")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.raw(name)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise MappingError(f"{self.key(name)} must be a list of texts.")
        return tuple(value)

    def choice(self, name: str, kind: type[EnumT], default: EnumT | None = None) -> EnumT:
        value = self.text(name, None if default is None else str(default))
        try:
            return kind(value)
        except ValueError as error:
            allowed = ", ".join(kind)
            raise MappingError(f"{self.key(name)}: {value!r} is not one of {allowed}.") from error

    def section(self, name: str) -> "Table":
        return Table(self.raw(name) or {}, self.key(name))

    def finish(self) -> None:
        """Raise MappingError for a key nobody asked for."""
        unknown = sorted(set(self.values) - self.asked)
        if unknown:
            known = ", ".join(sorted(self.asked))
            raise MappingError(f"{self.key(unknown[0])} is not a key of a mapping; known here: {known}.")


def read_file_rules(table: Table) -> FileRules:
    """The section that says how the file is written; MappingError names the key that is wrong."""
    encoding = table.text("encoding", "utf-8")
    try:
        codecs.lookup(encoding)
    except LookupError as error:
        raise MappingError(f"{table.key('encoding')}: {encoding!r} is no known encoding.") from error
    delimiter = table.text("delimiter", ",")
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise MappingError(f"{table.key('delimiter')} must be one character, not a quote or a line end.")
    rules = FileRules(encoding, delimiter, frozenset(table.texts("missing")) | {""})
    table.finish()
    return rules
