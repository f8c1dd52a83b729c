"""Figures, durations and instants as people read them on pages."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

MINUS = "−"
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_LONG_DAYS = 2
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def figure(value: float | None, decimals: int = 1) -> str:
    """A number with grouped thousands and a true minus sign; "no data" for None."""
    if value is None:
        return "no data"
    text = f"{value:,.{decimals}f}".replace("-", MINUS)
    return text.removeprefix(MINUS) if not any(digit in text for digit in "123456789") else text


def spelled(number: int) -> str:
    """A count as a sentence has it: no, one, two and on to twelve, then in figures."""
    return _NUMBERS[number] if 0 <= number < len(_NUMBERS) else figure(number, 0)


def joined(parts: Sequence[str]) -> str:
    """The parts as a sentence lists them: a, b and c."""
    return " and ".join([*filter(None, [", ".join(parts[:-1])]), *parts[-1:]])


def signed(value: float | None, decimals: int = 1) -> str:
    """A difference with its sign; "no data" for None."""
    text = figure(value, decimals)
    return text if value is None or text.startswith(MINUS) or not text.strip("0.,") else f"+{text}"


def duration(span: timedelta | float) -> str:
    """A length of time in its two largest units, rounded down: 42 s, 24 min, 3 h 06 min, 2 d 4 h."""
    seconds = int(span.total_seconds() if isinstance(span, timedelta) else span)
    if seconds < 0:
        return MINUS + duration(-seconds)
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    if seconds < _LONG_DAYS * _DAY:
        return f"{seconds // _HOUR} h {seconds % _HOUR // _MINUTE:02d} min"
    return f"{seconds // _DAY} d {seconds % _DAY // _HOUR} h"


def organisation_zone() -> ZoneInfo:
    """The zone days are cut in and instants are written in."""
    return ZoneInfo(settings.ORGANISATION_TIME_ZONE)


def zone_name() -> str:
    """The organisation's zone as a place: New York, UTC."""
    return str(settings.ORGANISATION_TIME_ZONE).rsplit("/", 1)[-1].replace("_", " ")


def local(at: datetime) -> datetime:
    """The instant in the organisation's zone."""
    return at.astimezone(organisation_zone())


def instant(at: datetime) -> str:
    """An instant on the organisation's clock, in full: 9 Nov 2026 10:10."""
    then = local(at)
    return f"{then.day} {then:%b %Y %H:%M}"


def moment(at: datetime, *, now: datetime) -> str:
    """An instant on the organisation's clock, as short as stays clear: 08:12, Thu 18:02, 9 Nov 10:10, 9 Nov 2025."""
    then, today = local(at), local(now)
    if then.date() == today.date():
        return f"{then:%H:%M}"
    if timedelta(0) < today.date() - then.date() < timedelta(days=7):
        return f"{then:%a %H:%M}"
    if then.year == today.year:
        return f"{then.day} {then:%b %H:%M}"
    return f"{then.day} {then:%b %Y}"
