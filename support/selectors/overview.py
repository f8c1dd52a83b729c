"""The desk in numbers: whom its open tickets wait for, who is there and who is out."""

from dataclasses import dataclass

from django.db.models import Count

from operations.models import User
from support.models import OPEN_STATES, Ticket
from support.selectors.absences import list_absences_at
from support.selectors.coverage import Outlook
from support.selectors.queue import TABS

_COUNTED = ("us", "customer", "hold")


@dataclass(frozen=True)
class Waiting:
    """How many open tickets wait for us, for their customers, and for something else."""

    us: int
    customer: int
    hold: int


@dataclass(frozen=True)
class Staff:
    """How many people are on duty, each once, and who is out, by name."""

    on_duty: int
    out: tuple[User, ...]


def count_waiting_on() -> Waiting:
    """The same numbers as on the tabs of the queue; one query."""
    found = {tab.key: Count("state", filter=tab.where) for tab in TABS}
    counts = Ticket.objects.filter(state__in=OPEN_STATES).aggregate(**{key: found[key] for key in _COUNTED})
    return Waiting(**counts)


def get_staff(outlook: Outlook) -> Staff:
    """Who is there and who is out at the outlook's instant; one query."""
    there = {
        duty.shift.user_id for duty in outlook.duties if any(start <= outlook.at < end for start, end in duty.ranges)
    }
    absent = list_absences_at(outlook.at).values("user")
    away = User.objects.filter(is_active=True, pk__in=absent).order_by("name", "pk")
    return Staff(len(there), tuple(away))
