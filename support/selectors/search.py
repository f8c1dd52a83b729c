"""Tickets by words: in their subjects and in what is said on them, by their numbers and by their customers."""

import re
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from support.models import Customer, Ticket, TicketEvent
from support.models.text_index import EVENT_BODIES, TICKET_SUBJECTS, IndexedText
from support.selectors.references import number_of

MAX_WORDS, MAX_LENGTH = 12, 60
CUSTOMERS = 500
"""Of how many customers of that name the tickets are looked at."""
_LISTED = {"postgresql": 10_000, "sqlite": 3_000}
"""How many tickets are named one by one: SQLite takes 32,766 parameters, and eight views are counted in one query."""
_REFERENCE = re.compile(r"[Tt]-[0-9]+")
_WORD = re.compile(r"[^\W_]+")


def about(asked: str) -> Q:
    """Tickets in whose subject, or in one of whose messages or notes, each of the words begins a word; the one with
    that number, here or where it came from; those of customers whose name or address has the words in it.

    A union, so that each part is found by its own index. A database cannot tell how many rows it has and reads the
    whole table to join them; up to some thousand keys are therefore asked for at once, by one query, and named.
    """
    asked = asked.strip()
    if _REFERENCE.fullmatch(asked):
        return Q(pk=number_of(asked)) if number_of(asked) is not None else Q(pk__in=[])
    words = [word[:MAX_LENGTH].lower() for word in _WORD.findall(asked)][:MAX_WORDS]
    found: list[QuerySet[Any, Any]] = []
    if words:
        subjects, bodies = _matching(TICKET_SUBJECTS, words), _matching(EVENT_BODIES, words)
        found += [
            Ticket.objects.filter(pk__in=subjects).values_list("pk"),
            TicketEvent.objects.filter(pk__in=bodies).values_list("ticket"),
        ]
        who = Customer.objects.filter(Q(name__icontains=asked) | Q(email__icontains=asked)).values("pk")[:CUSTOMERS]
        found.append(Ticket.objects.filter(customer__in=who).values_list("pk"))
    found.append(Ticket.objects.filter(external_id__in={asked, asked.upper()} - {""}).values_list("pk"))
    number = number_of(asked)
    if number is not None:
        found.append(Ticket.objects.filter(pk=number).values_list("pk"))
    first, *rest = (part.order_by() for part in found)
    union, listed = first.union(*rest), _LISTED[connection.vendor]
    keys = [key for (key,) in union[: listed + 1]]
    return Q(pk__in=keys if len(keys) <= listed else union)


def _matching(text: IndexedText, words: list[str]) -> RawSQL:
    """The keys of the rows of a table with all the words in its text."""
    if connection.vendor == "postgresql":
        # The server cuts the words as it has cut the text, whatever it takes for letters.
        given = f"unnest(string_to_array({text.cut('%s')}, ' ')) word WHERE word <> ''"
        asked = f"(SELECT string_agg(word || ':*', ' & ') FROM {given})"  # noqa: S608
        query = f"to_tsquery('simple', {asked})"
        sql = f"SELECT id FROM {text.table} WHERE {text.column} <> '' AND {text.vector} @@ {query}"  # noqa: S608
        return RawSQL(sql, [" ".join(words)])  # noqa: S611  # nosec B611
    asked = " ".join(f'"{word}"*' for word in words)
    return RawSQL(f"SELECT rowid FROM {text.fts} WHERE {text.fts} MATCH %s", [asked])  # noqa: S608, S611  # nosec B608,B611
