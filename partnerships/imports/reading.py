"""The rows of a history of checks, refused one by one where they say nothing that can be kept."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from foundation.imports.errors import Refusal, UnreadableFileError
from foundation.imports.reading import MAX_VALUE_SHOWN, open_rows
from partnerships.imports.mapping import CheckMapping, RecordedState

MAX_SITE = 120
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LONGEST_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check of a site as it was recorded."""

    line: int
    at: datetime
    site: str
    state: RecordedState
    latency_us: int | None


_BREAKS = {"Cc", "Zl", "Zp"}
"""Unicode's categories of control characters and separators of lines and paragraphs."""


class _RefusedValueError(Exception):
    """A field that cannot be kept: its name as the mapping has it, its value and why."""

    def __init__(self, field: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.value, self.reason = field, value, reason


def read_checks(file: Path, mapping: CheckMapping, *, now: datetime) -> Iterator[CheckRow | Refusal]:
    """Every row of the file in its order; UnreadableFileError where a column is missing or the file is damaged."""
    with open_rows(file, mapping.file) as rows:
        places = {}
        for field, column in mapping.columns.items():
            if column not in rows.header:
                raise UnreadableFileError(
                    f"The mapping names the column {column!r}; the file has {', '.join(rows.header)[:300]}."
                )
            places[field] = rows.header.index(column)
        for row in rows:
            if isinstance(row, Refusal):
                yield row
                continue
            line, cells = row
            values = {field: cells[place].strip() for field, place in places.items()}
            try:
                yield _row(line, values, mapping, now)
            except _RefusedValueError as refused:
                column = mapping.columns[refused.field]
                yield Refusal(line, column, refused.value[:MAX_VALUE_SHOWN], refused.reason, values["site"])


def _row(line: int, values: dict[str, str], mapping: CheckMapping, now: datetime) -> CheckRow:
    missing = mapping.file.missing
    site = values["site"]
    if site in missing or len(site) > MAX_SITE:
        raise _RefusedValueError("site", site, f"must have 1 to {MAX_SITE} characters")
    if any(unicodedata.category(character) in _BREAKS for character in site):
        raise _RefusedValueError("site", site, "must be one line without control characters")
    word = values["state"]
    if word not in mapping.states:
        raise _RefusedValueError("state", word, f"is none of {', '.join(mapping.states)}")
    latency = values.get("latency", "")
    return CheckRow(
        line=line,
        at=_time(values["time"], now),
        site=site,
        state=mapping.states[word],
        latency_us=None if latency in missing else _latency(latency),
    )


def _time(text: str, now: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _RefusedValueError("time", text, "is no ISO 8601 time such as 2026-05-10T17:13:31Z") from None
    if moment.tzinfo is None:
        raise _RefusedValueError("time", text, "needs an offset, such as +02:00 or Z")
    if not EARLIEST <= moment <= now:
        raise _RefusedValueError("time", text, f"must lie between {EARLIEST:%Y-%m-%d} and now")
    return moment.astimezone(UTC)


def _latency(text: str) -> int:
    try:
        milliseconds = float(text)
    except ValueError:
        raise _RefusedValueError("latency", text, "is no number of milliseconds") from None
    if not math.isfinite(milliseconds) or not 0 <= milliseconds <= _LONGEST_MS:
        raise _RefusedValueError("latency", text, f"must lie between 0 and {_LONGEST_MS:,} ms")
    return round(milliseconds * 1000)
