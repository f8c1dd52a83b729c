"""Numbers of insights as people read them."""

from decimal import Decimal

from django.conf import settings

from foundation.words import figure
from support.selectors.insights import Numbers

_HOUR = 60
_MINOR = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "BHD": 3, "KWD": 3, "TND": 3, "JOD": 3, "OMR": 3}


def plural(count: int, word: str) -> str:
    """A count with its word: 1 ticket, 1,204 tickets."""
    return f"{figure(count, 0)} {word}{'' if count == 1 else 's'}"


def hours(minutes: int) -> str:
    """Business minutes as hours: 12 h, 40 min."""
    return f"{figure(minutes / _HOUR, 0)} h" if minutes >= _HOUR else f"{minutes} min"


def revenue(minor: int | None) -> str:
    """What customers pay a year, whole units of the organisation's currency; a dash where nobody knows."""
    if minor is None:
        return "–"
    currency = settings.ORGANISATION_CURRENCY
    return f"{Decimal(minor).scaleb(-_MINOR.get(currency, 2)):,.0f} {currency}"


def rate(numbers: Numbers) -> str:
    """The contact rate with what it is per; empty without one."""
    return "" if numbers.rate is None else f"{figure(numbers.rate)} {numbers.rate_per}"
