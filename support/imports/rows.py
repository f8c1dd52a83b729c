"""From the cells of a row to values by the mapping, or to the reason why the row is refused."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from django.utils import timezone

from foundation.imports.errors import Refusal, UnreadableFileError
from foundation.imports.reading import MAX_VALUE_SHOWN
from support.imports.mapping import LongText, Mapping, TextRule, TimeRule
from support.imports.times import DayMonthOrderError, TimeReader, TimeValueError, to_micros

_SLOT = re.compile(r"\{([^{}]+)\}")
_EDGES = " ,;:/|-–"
_EMPTY_BRACKETS = re.compile(r"\(\s*\)|\[\s*\]")
_REPEATED = re.compile(r"([,;:/|–-])(\s*[,;:/|–-])+")
LONGEST = {
    "id": 120, "subject": 300, "category": 120, "channel": 60, "team": 120, "assignee": 150, "customer": 120,
    "actor": 150,
}  # fmt: skip
_LONGEST_NUMBER = 9
_AHEAD = timedelta(days=1)
"""How far another system's clock may be ahead of ours, its zone included."""
_YES_OR_NO = {"": None} | dict.fromkeys(("true", "yes", "1"), True) | dict.fromkeys(("false", "no", "0"), False)
PLAIN_TEXTS = ("subject", "category", "channel", "team", "assignee", "customer", "actor")


class ParsedRow(NamedTuple):
    """One row by our names; instants in microseconds since 1970, texts empty where missing."""

    external_id: str
    line: int
    at: int | None
    sequence: int
    state: str | None
    priority: str
    subject: str
    category: str
    channel: str
    team: str
    assignee: str
    customer: str
    actor: str
    reopens: int | None
    sla_met: bool | None
    opened: int | None
    resolved: int | None
    closed: int | None
    is_opened_ambiguous: bool
    is_cut: bool


class RefusedValueError(Exception):
    """One value of a row cannot be taken."""

    def __init__(self, field: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.value, self.reason = field, value, reason


@dataclass(frozen=True)
class _Cell:
    """Reads one column; "" stands for every missing-value mark."""

    name: str
    index: int
    missing: frozenset[str]

    def __call__(self, cells: Sequence[str]) -> str:
        value = cells[self.index].strip()
        return "" if value in self.missing else value


class RowParser:
    """Parses the rows below one header; UnreadableFileError when a column of the mapping is not there."""

    def __init__(self, mapping: Mapping, header: Sequence[str]) -> None:
        self._mapping = mapping
        self._header = list(header)
        self._not_once: list[str] = []
        self._clock = TimeReader(mapping.clock)
        self._latest = to_micros(timezone.now() + _AHEAD)
        self._id = self._column(mapping.id.column)
        # A customer is kept under the source's name and a colon, together in one column.
        self._longest = {**LONGEST, "customer": LONGEST["customer"] - len(mapping.source) - 1}
        texts = {name: rule for name, rule in mapping.texts.items() if not self._may_lack(name, rule)}
        self._texts = {name: (rule, self._text(rule)) for name, rule in texts.items()}
        self._opened, self._resolved, self._closed = (
            self._time_column(rule) for rule in (mapping.opened, mapping.resolved, mapping.closed)
        )
        events = mapping.events
        self._at = self._column(events.time) if events else None
        self._sequence = self._column(events.sequence) if events and events.sequence else None
        self._check_columns()

    def parse(self, line: int, cells: Sequence[str]) -> ParsedRow | Refusal:
        """The row's values or why it is refused; UnreadableFileError when it has day and month exchanged."""
        external_id = ""
        try:
            external_id = self._external_id(cells)
            return self._parse(external_id, line, cells)
        except RefusedValueError as refused:
            return Refusal(line, refused.field, refused.value[:MAX_VALUE_SHOWN], refused.reason, external_id)
        except DayMonthOrderError as error:
            stated = " or ".join(self._mapping.clock.formats)
            raise UnreadableFileError(
                f"Line {line}: {str(error)!r} contradicts the mapping, which states {stated}: "
                "day and month seem to be the other way round. Nothing was imported."
            ) from error

    def _parse(self, external_id: str, line: int, cells: Sequence[str]) -> ParsedRow:
        at, at_ambiguous = self._time(self._at, cells, needed=True) if self._at else (None, False)
        opened, opened_ambiguous = (
            self._time(self._opened, cells, needed=True) if self._opened else (None, at_ambiguous)
        )
        texts, cut = self._plain_texts(cells)
        return ParsedRow(
            external_id=external_id,
            line=line,
            at=at,
            sequence=self._number(self._sequence, cells) or 0 if self._sequence else 0,
            state=self._state(cells),
            priority=self._priority(cells),
            reopens=self._reopens(cells),
            sla_met=self._sla_met(cells),
            opened=opened,
            resolved=self._time(self._resolved, cells)[0] if self._resolved else None,
            closed=self._time(self._closed, cells)[0] if self._closed else None,
            is_opened_ambiguous=opened_ambiguous,
            is_cut=cut,
            **texts,
        )

    def _may_lack(self, name: str, rule: TextRule) -> bool:
        """Whether the file has no such column, and need not: not every export says what became of a promise."""
        return name == "sla_met" and rule.column not in self._header

    def _column(self, name: str) -> _Cell:
        if self._header.count(name) != 1:
            self._not_once.append(name)
            return _Cell(name, -1, frozenset())
        return _Cell(name, self._header.index(name), self._mapping.file.missing)

    def _check_columns(self) -> None:
        """UnreadableFileError naming every column that the mapping needs and the file has not, or has twice."""
        if self._not_once:
            names = ", ".join(repr(name) for name in dict.fromkeys(self._not_once))
            columns = ", ".join(self._header)
            raise UnreadableFileError(f"The mapping names {names}: not once in the file, whose columns are: {columns}")

    def _time_column(self, rule: TimeRule | None) -> _Cell | None:
        return self._column(rule.column) if rule and rule.column else None

    def _text(self, rule: TextRule) -> Callable[[Sequence[str]], str]:
        if rule.column:
            return self._column(rule.column)
        parts = [(self._column(part) if odd else part) for odd, part in _split(rule.template)]

        def fill(cells: Sequence[str]) -> str:
            texts = [part if isinstance(part, str) else part(cells) for part in parts]
            if not any(text for text, part in zip(texts, parts, strict=True) if not isinstance(part, str)):
                return ""  # Every column of the template is missing: so is the text.
            joined = _REPEATED.sub(r"\1", _EMPTY_BRACKETS.sub("", "".join(texts)))
            return " ".join(joined.split()).strip(_EDGES)

        return fill

    def _external_id(self, cells: Sequence[str]) -> str:
        rule, value = self._mapping.id, self._id(cells)
        if not value:
            raise RefusedValueError(rule.column, value, "is missing: a row needs its ticket's id")
        if not value.startswith(rule.strip_prefix):
            raise RefusedValueError(rule.column, value, f"does not start with {rule.strip_prefix!r}")
        identifier = rule.add_prefix + value.removeprefix(rule.strip_prefix)
        if not identifier or len(identifier) > LONGEST["id"]:
            raise RefusedValueError(rule.column, value, f"gives an id that is empty or longer than {LONGEST['id']}")
        return identifier

    def _time(self, cell: _Cell, cells: Sequence[str], *, needed: bool = False) -> tuple[int | None, bool]:
        value = cell(cells)
        if not value:
            if needed:
                raise RefusedValueError(cell.name, cells[cell.index], "is missing")
            return None, False
        try:
            found = self._clock.read(value)
        except TimeValueError as error:
            raise RefusedValueError(cell.name, value, str(error)) from error
        if found.micros > self._latest:
            raise RefusedValueError(cell.name, value, "lies in the future")
        return found

    def _plain_texts(self, cells: Sequence[str]) -> tuple[dict[str, str], bool]:
        texts, cut = {}, False
        for name in PLAIN_TEXTS:
            text = self._value(name, cells)
            if len(text) > self._longest[name]:
                self._check_may_cut(name, text)
                text, cut = text[: self._longest[name]].rstrip(), True
            texts[name] = text
        if not texts["subject"]:
            raise RefusedValueError(self._label("subject"), "", "is missing and has no default")
        return texts, cut

    def _check_may_cut(self, name: str, text: str) -> None:
        if self._mapping.rules.long_text is LongText.REFUSE or name in {"team", "customer", "assignee"}:
            raise RefusedValueError(self._label(name), text, f"is longer than {self._longest[name]} characters")

    def _value(self, name: str, cells: Sequence[str]) -> str:
        if name not in self._texts:
            return ""
        rule, read = self._texts[name]
        return read(cells) or rule.default

    def _label(self, name: str) -> str:
        rule = self._texts[name][0]
        return rule.column or rule.template

    def _state(self, cells: Sequence[str]) -> str | None:
        """Our state; None where the row leaves it as it is, "" where the file has no states."""
        if "state" not in self._texts:
            return ""
        word = self._value("state", cells)
        if word not in self._mapping.states:
            raise RefusedValueError(self._label("state"), word, "is a state that the mapping does not know")
        state = self._mapping.states[word]
        return None if state is None else state.value

    def _priority(self, cells: Sequence[str]) -> str:
        if "priority" not in self._texts:
            return ""
        word = self._value("priority", cells)
        if word not in self._mapping.priorities:
            raise RefusedValueError(self._label("priority"), word, "is a priority that the mapping does not know")
        return self._mapping.priorities[word].value

    def _reopens(self, cells: Sequence[str]) -> int | None:
        if "reopens" not in self._texts:
            return None
        return _to_number(self._label("reopens"), self._value("reopens", cells))

    def _sla_met(self, cells: Sequence[str]) -> bool | None:
        word = self._value("sla_met", cells).casefold() if "sla_met" in self._texts else ""
        if word not in _YES_OR_NO:
            raise RefusedValueError(self._label("sla_met"), word, "is neither true nor false")
        return _YES_OR_NO[word]

    def _number(self, cell: _Cell, cells: Sequence[str]) -> int | None:
        return _to_number(cell.name, cell(cells))


def _to_number(field: str, value: str) -> int | None:
    """A whole number from 0; None for a missing one."""
    if not value:
        return None
    if not (value.isascii() and value.isdigit()):
        raise RefusedValueError(field, value, "is no whole number")
    if len(value) > _LONGEST_NUMBER:
        raise RefusedValueError(field, value, f"has more than {_LONGEST_NUMBER} digits")
    return int(value)


def _split(template: str) -> list[tuple[bool, str]]:
    """The template's parts in order: (False, text) and (True, column)."""
    return [(bool(index % 2), part) for index, part in enumerate(_SLOT.split(template)) if part]
