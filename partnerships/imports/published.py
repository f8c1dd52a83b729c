"""What a partner published of its own past: incidents, or minutes of outage by day; refused one by one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from foundation.imports.errors import Refusal
from foundation.imports.reading import MAX_VALUE_SHOWN
from partnerships.imports.items import read_items
from partnerships.imports.mapping import RecordedState
from partnerships.imports.published_mapping import PublishedMapping, Shape
from partnerships.imports.reading import EARLIEST

DAY_US = 86_400_000_000
MAX_NAME = 100
_MINUTE_US = 60_000_000


@dataclass(frozen=True, slots=True)
class PublishedIncident:
    """One incident as the partner tells it; without an end it goes on. `components` is empty where it names none."""

    line: int
    external_id: str
    started_at: datetime
    ended_at: datetime | None
    state: RecordedState
    components: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PublishedDay:
    """One UTC day of one component: how long it was down and how long degraded, in microseconds."""

    line: int
    day: date
    component: str
    down_us: int
    degraded_us: int


class _RefusedValueError(Exception):
    """A field that cannot be kept: its name in the mapping, its value and why."""

    def __init__(self, field: str, value: Any, reason: str) -> None:
        super().__init__(reason)
        self.field, self.value, self.reason = field, str(value)[:MAX_VALUE_SHOWN], reason


def read_published(
    file: Path, mapping: PublishedMapping, *, now: datetime
) -> Iterator[PublishedIncident | PublishedDay | Refusal]:
    """Every item of the file in its order; UnreadableFileError where the file is of another format."""
    for item in read_items(file, mapping):
        if isinstance(item, Refusal):
            yield item
            continue
        line, members = item
        try:
            if mapping.shape == Shape.DAYS:
                yield _day(line, members, mapping, now)
            else:
                yield _incident(line, members, mapping, now)
        except _RefusedValueError as refused:
            yield Refusal(line, mapping.fields.get(refused.field, refused.field), refused.value, refused.reason)


def _incident(line: int, members: Mapping[str, Any], mapping: PublishedMapping, now: datetime) -> PublishedIncident:
    names = mapping.fields
    started = _moment("started", members.get(names["started"]), now)
    over = members.get(names["ended"])
    ended = None if over is None else _moment("ended", over, now)
    if ended is not None and ended < started:
        raise _RefusedValueError("ended", over, "lies before the incident started")
    word = members.get(names["impact"])
    if not isinstance(word, str) or word not in mapping.states:
        raise _RefusedValueError("impact", word, f"is none of {', '.join(mapping.states)}")
    return PublishedIncident(
        line=line,
        external_id=_text("id", members.get(names["id"])),
        started_at=started,
        ended_at=ended,
        state=mapping.states[word],
        components=_components(members, mapping),
    )


def _components(members: Mapping[str, Any], mapping: PublishedMapping) -> tuple[str, ...]:
    flagged = [component for component, column in mapping.flags.items() if members.get(column) == "1"]
    if "components" not in mapping.fields:
        return tuple(flagged)
    listed = members.get(mapping.fields["components"])
    listed = [] if listed is None else listed  # as archives write where a page named none
    if not isinstance(listed, list):
        raise _RefusedValueError("components", listed, "is no list")
    name = mapping.fields.get("component_name")
    named = listed if name is None else [one.get(name) if isinstance(one, dict) else None for one in listed]
    return tuple(dict.fromkeys([_text("components", one) for one in named] + flagged))


def _day(line: int, members: Mapping[str, Any], mapping: PublishedMapping, now: datetime) -> PublishedDay:
    text = members.get(mapping.fields["day"])
    try:
        day = date.fromisoformat(str(text))
    except ValueError:
        raise _RefusedValueError("day", text, "is no day such as 2024-02-01") from None
    if not EARLIEST.date() <= day < now.astimezone(UTC).date():
        raise _RefusedValueError("day", text, f"must lie between {EARLIEST:%Y-%m-%d} and yesterday")
    found = PublishedDay(
        line=line,
        day=day,
        component=_text("component", members.get(mapping.fields["component"])),
        down_us=_minutes("down_minutes", members.get(mapping.fields["down_minutes"])),
        degraded_us=_minutes("degraded_minutes", members.get(mapping.fields["degraded_minutes"])),
    )
    if found.down_us + found.degraded_us > DAY_US:
        raise _RefusedValueError("down_minutes", members[mapping.fields["down_minutes"]], "makes more than a day")
    return found


def _minutes(field: str, value: Any) -> int:
    try:
        minutes = float(value)
    except (TypeError, ValueError):
        raise _RefusedValueError(field, value, "is no number of minutes") from None
    if not math.isfinite(minutes) or minutes < 0:
        raise _RefusedValueError(field, value, "is no number of minutes")
    return round(minutes * _MINUTE_US)


def _moment(field: str, value: Any, now: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise _RefusedValueError(field, value, "is no ISO 8601 time such as 2026-05-10T17:13:31Z") from None
    if moment.tzinfo is None:
        raise _RefusedValueError(field, value, "needs an offset, such as +02:00 or Z")
    if not EARLIEST <= moment <= now:
        raise _RefusedValueError(field, value, f"must lie between {EARLIEST:%Y-%m-%d} and now")
    return moment.astimezone(UTC)


def _text(field: str, value: Any) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if not text or len(text) > MAX_NAME or "\0" in text:
        raise _RefusedValueError(field, value, f"must be a text of 1 to {MAX_NAME} characters")
    return text
