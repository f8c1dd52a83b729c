"""A mapping says how one system's export is to be read; docs/importing-tickets.md explains every key."""

from collections.abc import Mapping as Dict
from dataclasses import dataclass, replace
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from foundation.imports.errors import MappingError
from foundation.imports.reading import FileRules
from support.models import Priority, TicketState


class Layout(StrEnum):
    TICKET = "ticket"
    EVENTS = "events"


class Order(StrEnum):
    TIME = "time"
    FILE = "file"
    FILE_REVERSED = "file_reversed"
    SEQUENCE = "sequence"


class RowsAre(StrEnum):
    SNAPSHOTS = "snapshots"
    ACTIVITIES = "activities"


class Take(StrEnum):
    FIRST = "first"
    LAST = "last"
    ENTERED = "entered"


class Ambiguous(StrEnum):
    FIRST = "first"
    SECOND = "second"
    REFUSE = "refuse"


class NonExisting(StrEnum):
    SHIFT = "shift"
    REFUSE = "refuse"


class BadTimes(StrEnum):
    REFUSE = "refuse"
    DROP = "drop"


class OpenWithEnd(StrEnum):
    TRUST_TIMES = "trust_times"
    TRUST_STATE = "trust_state"
    REFUSE = "refuse"


class LongText(StrEnum):
    REFUSE = "refuse"
    CUT = "cut"


class BadEvent(StrEnum):
    REFUSE_ROW = "refuse_row"
    REFUSE_TICKET = "refuse_ticket"


@dataclass(frozen=True)
class IdRule:
    column: str
    strip_prefix: str
    add_prefix: str


@dataclass(frozen=True)
class TextRule:
    """A column, or a template with {columns}; `default` stands in where they are missing."""

    column: str
    template: str
    default: str


@dataclass(frozen=True)
class TimeRule:
    """Where a time comes from: a column, the first event, or the events that have a state."""

    column: str = ""
    state: TicketState | None = None
    take: Take = Take.LAST

    @property
    def from_events(self) -> bool:
        return not self.column


@dataclass(frozen=True)
class ClockRules:
    """How times are written: formats tried in order; `zone` is None where every value has its offset."""

    formats: tuple[str, ...]
    zone: ZoneInfo | None
    ambiguous: Ambiguous
    non_existing: NonExisting


@dataclass(frozen=True)
class EventRules:
    time: str
    order: Order
    sequence: str
    rows: RowsAre


@dataclass(frozen=True)
class Rules:
    contradictory_times: BadTimes
    open_state_with_end: OpenWithEnd
    long_text: LongText
    bad_event: BadEvent


@dataclass(frozen=True)
class Mapping:
    """A checked mapping. `texts` holds the rules of the columns section by our names for them."""

    source: str
    layout: Layout
    file: FileRules
    id: IdRule
    clock: ClockRules
    opened: TimeRule
    resolved: TimeRule | None
    closed: TimeRule | None
    events: EventRules | None
    texts: Dict[str, TextRule]
    states: Dict[str, TicketState | None]
    priorities: Dict[str, Priority]
    rules: Rules

    def in_time_zone(self, name: str) -> "Mapping":
        """The same mapping with another zone for values without an offset; MappingError if all have one."""
        if self.clock.zone is None:
            raise MappingError("The mapping's times carry their own offset; no other time zone can be given.")
        return replace(self, clock=replace(self.clock, zone=get_zone(name, "The time zone")))


def get_zone(name: str, key: str) -> ZoneInfo:
    """The IANA zone of that name; MappingError naming `key` otherwise."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise MappingError(f"{key}: {name!r} is no IANA time zone.") from error
