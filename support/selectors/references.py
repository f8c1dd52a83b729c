"""Tickets by what people call them."""

from foundation.url_keys import key_of
from support.models import Ticket


def number_of(words: str) -> int | None:
    """Our number in T-12 or 12; None in anything else."""
    return key_of(words.strip().upper().removeprefix("T-"))


def find_by_reference(words: str) -> int | None:
    """The number of the ticket called so: by the number of the system it came from, else by ours (T-12 or 12)."""
    words = words.strip()
    found = list(Ticket.objects.filter(external_id=words).values_list("pk", flat=True)[:2]) if words else []
    if len(found) == 1:
        return found[0]
    number = number_of(words)
    return None if number is None else Ticket.objects.filter(pk=number).values_list("pk", flat=True).first()
