"""UTC hours since 1970, as marks have them, and conditions on them."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from django.db.models import Q

from metrics.frame import EPOCH

HOUR = timedelta(hours=1)
_RANGES_A_QUERY = 200


def hour_of(moment: datetime) -> int:
    """The UTC hour that an instant lies in."""
    return (moment - EPOCH) // HOUR


def within_hours(field: str, hours: Collection[int]) -> Iterator[Q]:
    """Conditions on an instant that together hold in these hours; a few neighbours make one range."""
    ranges = list_ranges(hours)
    while some := list(islice(ranges, _RANGES_A_QUERY)):
        within = Q()
        for start, end in some:
            within |= Q(**{f"{field}__gte": start, f"{field}__lt": end})
        yield within


def list_ranges(hours: Collection[int]) -> Iterator[tuple[datetime, datetime]]:
    """The hours as stretches of time, in order: each start and the end before which it is over."""
    for first, last in _runs(sorted(hours)):
        yield EPOCH + first * HOUR, EPOCH + (last + 1) * HOUR


def _runs(hours: Sequence[int]) -> Iterator[tuple[int, int]]:
    first = 0
    for place, hour in enumerate(hours):
        if place + 1 == len(hours) or hours[place + 1] > hour + 1:
            yield hours[first], hour
            first = place + 1
