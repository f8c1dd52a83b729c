"""Reading the times of a file: formats, zone, clock changes, and files with day and month exchanged."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from foundation.bounds import FIRST_YEAR, LAST_YEAR, is_sane
from foundation.imports.errors import MappingError

if TYPE_CHECKING:
    from support.imports.mapping import ClockRules

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_EPOCH_UNITS = {"epoch_seconds": 1_000_000, "epoch_milliseconds": 1_000}
_SPECIAL = {"iso", *_EPOCH_UNITS}
_MONTHS = 12
_REMEMBERED = 1 << 15
_FAR = f"is outside the years {FIRST_YEAR} to {LAST_YEAR}"


class TimeValueError(ValueError):
    """The value is no time by the mapping; the message says why."""


class DayMonthOrderError(ValueError):
    """The value is a time only with day and month exchanged: the file contradicts the mapping."""


class ParsedTime(NamedTuple):
    """An instant in microseconds since 1970 (UTC), and whether day and month could be exchanged in it."""

    micros: int
    is_day_month_ambiguous: bool


def to_micros(at: datetime) -> int:
    """Microseconds from the epoch to the aware instant."""
    return (at - EPOCH) // _MICROSECOND


def to_datetime(micros: int) -> datetime:
    """The instant as an aware UTC datetime, exact to the microsecond."""
    return EPOCH + timedelta(microseconds=micros)


def check_formats(formats: Sequence[str], *, offset_in_value: bool, key: str) -> None:
    """MappingError for a format that is none, lacks its offset, or allows both orders of day and month."""
    for pattern in formats:
        if pattern not in _SPECIAL and "%" not in pattern:
            raise MappingError(
                f"{key}: {pattern!r} is neither a strptime format nor one of {', '.join(sorted(_SPECIAL))}."
            )
        if pattern not in _SPECIAL and offset_in_value != ("%z" in pattern):
            raise MappingError(f'{key}: {pattern!r} must have %z exactly when times.zone is "offset in value".')
    dates = {_date_part(pattern) for pattern in formats if _is_order_sensitive(pattern)}
    if both := sorted(date for date in dates if _exchanged(date) in dates):
        raise MappingError(f"{key}: {' and '.join(both)} read the same value in two ways; state one order.")


def _exchanged(pattern: str) -> str:
    """The format with %d and %m in each other's place."""
    return re.sub(r"%([dm])", lambda found: "%m" if found[1] == "d" else "%d", pattern)


def _date_part(pattern: str) -> str:
    """The format from its first to its last directive of day, month or year."""
    found = list(re.finditer(r"%[dmyY]", pattern))
    return pattern[found[0].start() : found[-1].end()]


def _is_order_sensitive(pattern: str) -> bool:
    """Whether a reader could take the day for the month: numbers for both, and the year not in front."""
    return "%d" in pattern and "%m" in pattern and not pattern.lstrip().startswith(("%Y", "%y"))


class TimeReader:
    """Reads values by the rules of one mapping; remembers recent ones, since exports repeat them."""

    def __init__(self, rules: "ClockRules") -> None:
        self._rules = rules
        self._swapped = [_exchanged(p) for p in rules.formats if p not in _SPECIAL and _is_order_sensitive(p)]
        self.read = lru_cache(maxsize=_REMEMBERED)(self._read)

    def _read(self, value: str) -> ParsedTime:
        """The instant of a value; TimeValueError or DayMonthOrderError otherwise."""
        for pattern in self._rules.formats:
            try:
                found = _parse(value, pattern)
            except (ValueError, OverflowError):
                continue
            instant = self._to_utc(found)
            if not is_sane(instant):
                raise TimeValueError(_FAR)
            ambiguous = pattern not in _SPECIAL and _is_order_sensitive(pattern) and found.day <= _MONTHS
            return ParsedTime(to_micros(instant), ambiguous)
        if any(_matches(value, pattern) for pattern in self._swapped):
            raise DayMonthOrderError(value)
        raise TimeValueError(f"is not written as {' or '.join(self._rules.formats)}")

    def _to_utc(self, found: datetime) -> datetime:
        try:
            if found.tzinfo is not None:
                return found.astimezone(UTC)
            if self._rules.zone is None:
                raise TimeValueError("has no offset from UTC")
            return self._local_to_utc(found, self._rules.zone)
        except OverflowError as error:
            raise TimeValueError(_FAR) from error

    def _local_to_utc(self, local: datetime, zone: ZoneInfo) -> datetime:
        """A wall time as an instant, by the mapping's rules for hours that clock changes repeat or skip."""
        first, second = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
        if first.utcoffset() == second.utcoffset():
            return first.astimezone(UTC)
        skipped = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local
        rule = self._rules.non_existing if skipped else self._rules.ambiguous
        if rule == "refuse":
            what = "does not exist" if skipped else "happened twice"
            raise TimeValueError(f"{what} in {zone.key}, where the clocks changed")
        # fold=0 reads a skipped time with the offset before the change, which moves it forward by the gap.
        return (second if rule == "second" else first).astimezone(UTC)


def _parse(value: str, pattern: str) -> datetime:
    if pattern == "iso":
        return datetime.fromisoformat(value)
    if unit := _EPOCH_UNITS.get(pattern):
        return EPOCH + timedelta(microseconds=int(value) * unit)
    return datetime.strptime(value, pattern)  # noqa: DTZ007 - the zone is the mapping's, applied by the caller


def _matches(value: str, pattern: str) -> bool:
    try:
        _parse(value, pattern)
    except (ValueError, OverflowError):
        return False
    return True
