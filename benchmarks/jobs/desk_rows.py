"""Tickets of a desk with teams, people, customers and events, straight into the tables, as an import leaves them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

LAST = datetime.now(UTC).replace(microsecond=0)
"""Pages show the latest weeks, so the rows have to reach up to now."""
MARKED = {"zirconium": 9973, "refund": 101}
"""Words that one message in so many has."""
_A_DAY = 4566
_A_WEEK = 7 * _A_DAY
_TEAMS, _PEOPLE, _CUSTOMERS = 10, 50, 20_000
_OPEN = ("new", "open", "pending_customer", "on_hold_vendor", "on_hold_internal")
_PRIORITIES = ("urgent", "high", "normal", "normal", "low")
_TOPICS = ("Invoice", "Login", "Export", "Webhook", "Delivery", "Account", "Report", "Payment")
_TROUBLES = ("is late", "fails", "is missing", "cannot be opened", "shows wrong figures", "came twice")
_SYLLABLES = ("ka", "lo", "mi", "ren", "tos", "va", "sul", "per", "dan", "gri", "bel", "qua")
_WORDS = [a + b + c for a in _SYLLABLES for b in _SYLLABLES for c in _SYLLABLES]
_PORTION = 50_000
_TICKET = (
    *("id", "external_source", "external_id", "subject", "state", "priority", "category", "channel", "product"),
    *("integration", "customer_id", "team_id", "assignee_id", "opened_at", "resolved_at", "reopen_count", "version"),
)
_EVENT = (
    *("ticket_id", "kind", "at", "actor_name", "old_state", "new_state", "reason", "body", "changes", "via"),
    *("request_id", "recorded_at"),
)


@dataclass(frozen=True)
class Desk:
    """The keys of who is there."""

    teams: list[int]
    people: list[int]
    customers: list[int]


def fill_desk(count: int) -> Desk:
    """So many tickets at an equal rate a day, the newest last, one in fifty open, each with its opening message."""
    desk = _make_desk()
    numbers = range(1, count + 1)
    with _without_upkeep():
        _load("support_ticket", _TICKET, (_ticket(n, count, desk) for n in numbers))
        _load("support_ticketevent", _EVENT, (event(n, "opened", opened_at(n, count), message(n)) for n in numbers))
    _settle()
    return desk


def fill_histories(count: int, *, policy_version: int) -> None:
    """So many solved tickets, each with the seven events from which eight clocks follow."""
    desk = _make_desk()
    numbers, until = range(1, count + 1), count + _A_WEEK  # The last ones have had a week for their history.
    with _without_upkeep():
        _load("support_ticket", _TICKET, (_ticket(n, until, desk, is_open=False) for n in numbers))
        histories = (one for n in numbers for one in _history(n, opened_at(n, until), policy_version))
        _load("support_ticketevent", _EVENT, histories)
    _settle()


def opened_at(number: int, count: int) -> datetime:
    """When the ticket was opened, in whole seconds."""
    return LAST - timedelta(seconds=(count - number) * 86_400 // _A_DAY)


def event(ticket: int, kind: str, at: datetime, body: str = "", **more: Any) -> tuple[Any, ...]:
    """One row of an imported event."""
    state = more.get("new_state", "new" if kind == "opened" else "")
    changes = json.dumps(more.get("changes", {}))
    return (ticket, kind, at, more.get("actor_name", ""), "", state, "", body, changes, "import", "", at)


def _make_desk() -> Desk:
    from operations.models import User
    from support.models import Customer, Team

    teams = Team.objects.bulk_create(Team(name=f"Team {n}", slug=f"team-{n}") for n in range(_TEAMS))
    people = User.objects.bulk_create(User(name=f"Agent {n}", email=f"agent{n}@example.com") for n in range(_PEOPLE))
    customers = Customer.objects.bulk_create(
        Customer(name=f"Customer {n}", email=f"customer{n}@example.com") for n in range(_CUSTOMERS)
    )
    return Desk(*([row.pk for row in rows] for rows in (teams, people, customers)))


def _ticket(n: int, count: int, desk: Desk, *, is_open: bool | None = None) -> tuple[Any, ...]:
    opened = opened_at(n, count)
    is_open = n % 50 == 0 if is_open is None else is_open
    state = _OPEN[n // 50 % 5] if is_open else "solved" if n % 3 else "closed"
    resolved = None if is_open else min(opened + timedelta(seconds=600 + n * 7919 % 400_000), LAST)
    return (
        *(n, "", "", subject(n), state, _PRIORITIES[n % 5], f"Category {n % 12}", "email", "", ""),
        *(_pick(desk.customers, n), _pick(desk.teams, n), None if n % 7 == 0 else _pick(desk.people, n)),
        *(opened, resolved, int(n % 33 == 0), 1),
    )


def _pick(keys: list[int], n: int) -> int:
    """One of them, without a rhythm that others have too."""
    return keys[n * 2_654_435_761 % 2**32 // 7 % len(keys)]


def _word(n: int) -> str:
    return _WORDS[n * 48_271 % 2_147_483_647 % len(_WORDS)]


def subject(n: int) -> str:
    """What the ticket is called."""
    return f"{_TOPICS[n % 8]} {_TROUBLES[n % 6]}: {_word(n)} {n}"


def message(n: int) -> str:
    """What the customer wrote."""
    marked = [word for word, every in MARKED.items() if n % every == 0]
    return " ".join([*(_word(n + 31 * step) for step in range(18)), *marked])


def _history(n: int, opened: datetime, policy_version: int) -> Iterator[tuple[Any, ...]]:
    """Opened, promised, answered, asked again, waited for, taken up again, solved."""
    moments = [opened + timedelta(seconds=step * (900 + n * 7919 % 90_000)) for step in range(6)]
    sla = {"sla": [None, policy_version]}
    yield event(n, "opened", moments[0], message(n))
    yield event(n, "policy", moments[0], changes=sla)
    yield event(n, "reply", moments[1], "We look into it.", actor_name="Agent")
    yield event(n, "customer", moments[2], "Any news?")
    for moment, state in zip(moments[3:], ("pending_customer", "open", "solved"), strict=True):
        yield event(n, "state", moment, new_state=state)


@contextmanager
def _without_upkeep() -> Iterator[None]:
    """Without marks for metrics and word by word indexing while rows are loaded; the words are indexed at the end."""
    from django.db import connection

    from foundation.triggers import install_triggers, remove_triggers
    from support.models.text_index import EVENT_BODIES, TICKET_SUBJECTS

    for prefix in ("capture_", "words_"):
        remove_triggers(connection, prefix=prefix)
    with connection.cursor() as cursor:
        for text in (TICKET_SUBJECTS, EVENT_BODIES):
            cursor.execute(text.drop_statement(connection.vendor))
        yield
        for text in (TICKET_SUBJECTS, EVENT_BODIES):
            for statement in text.create_statements(connection.vendor):
                cursor.execute(statement)
    for prefix in ("capture_", "words_"):
        install_triggers(connection, prefix=prefix)


def _load(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    from django.db import connection, transaction

    rows, names = iter(rows), ", ".join(columns)
    with transaction.atomic(), connection.cursor() as cursor:
        while portion := list(islice(rows, _PORTION)):
            if connection.vendor == "postgresql":
                cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN CSV NULL '\\N'", _as_csv(portion))
                continue
            marks = ", ".join(["%s"] * len(columns))
            written = [[_written(value) for value in row] for row in portion]
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", written)


def _as_csv(rows: Iterable[Sequence[Any]]) -> io.StringIO:
    file = io.StringIO()
    csv.writer(file).writerows([r"\N" if value is None else value for value in row] for row in rows)
    file.seek(0)
    return file


def _written(value: Any) -> Any:
    """As Django writes it on SQLite, in UTC."""
    return str(value.replace(tzinfo=None)) if isinstance(value, datetime) else value


def _settle() -> None:
    """Sequences beyond the loaded keys, and statistics for the planner."""
    from django.core.management.color import no_style
    from django.db import connection

    from support.models import Ticket, TicketEvent

    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [Ticket, TicketEvent]):
            cursor.execute(statement)
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
