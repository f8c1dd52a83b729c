"""Tickets by what people call them."""

from foundation.filters import MAX_ID
from support.models import Ticket


def find_by_reference(words: str) -> int | None:
    """The number of the ticket called so: by the number of the system it came from, else by ours (T-12 or 12)."""
    words = words.strip()
    found = list(Ticket.objects.filter(external_id__iexact=words).values_list("pk", flat=True)[:2]) if words else []
    if len(found) == 1:
        return found[0]
    number = words.upper().removeprefix("T-")
    if not (number.isascii() and number.isdigit() and int(number) <= MAX_ID):
        return None
    return Ticket.objects.filter(pk=int(number)).values_list("pk", flat=True).first()
