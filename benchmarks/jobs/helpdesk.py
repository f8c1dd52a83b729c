"""django-helpdesk's list, creation and API list of the same tickets, run by the Python that has it installed."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

from benchmarks.jobs.desk_rows import message, opened_at, subject
from benchmarks.jobs.setup import run
from benchmarks.jobs.times import times

ROOT = "/helpdesk"
_QUEUES, _PEOPLE, _PORTION = 10, 50, 5_000
_OPEN, _RESOLVED = 1, 3
_SHOWN = {"filtering": {"status__in": [1, 2]}, "sorting": "created", "sortreverse": False, "search_string": ""}
"""What its list shows unless one asks for something else."""


def measure(*, tickets: int, rounds: int) -> dict[str, Any]:
    """Median seconds, SQL seconds and queries of its list, its creation and its API list."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    client, queue = _fill(tickets)
    rows = b64encode(json.dumps(_SHOWN).encode()).decode()

    def show_list() -> None:
        """The page, and the rows that its script asks for."""
        _check(client.get(f"{ROOT}/tickets/"))
        _check(client.get(f"{ROOT}/datatables_ticket_list/{rows}"))

    def create() -> None:
        body = {"queue": queue, "title": "It fails", "description": "Please help.", "priority": 3}
        _check(client.post(f"{ROOT}/api/tickets/", body, content_type="application/json"))

    return {
        "list": times(show_list, rounds),
        "create": times(create, rounds),
        "api": times(lambda: _check(client.get(f"{ROOT}/api/tickets/?page_size=50")), 1, warm_up=0),
    }


def _check(answer: Any) -> None:
    if answer.status_code not in {200, 201}:
        raise RuntimeError(f"{answer.request['PATH_INFO']} answered {answer.status_code}: {answer.content[:300]!r}")


def _fill(count: int) -> tuple[Any, int]:
    """Somebody signed in, and the key of a queue, once the tickets are there with one follow-up each."""
    from django.contrib.auth import get_user_model
    from django.db import connection, transaction
    from django.test import Client
    from helpdesk.models import FollowUp, Queue, Ticket

    users = get_user_model().objects
    people = users.bulk_create(users.model(username=f"agent{n}", is_staff=True) for n in range(_PEOPLE))
    queues = [Queue.objects.create(title=f"Team {n}", slug=f"team-{n}") for n in range(_QUEUES)]
    numbers = range(1, count + 1)
    with transaction.atomic():
        tickets = Ticket.objects.bulk_create(
            (
                Ticket(
                    title=subject(n), description=message(n), queue=queues[n % _QUEUES],
                    assigned_to=None if n % 7 == 0 else people[n % _PEOPLE], created=opened_at(n, count),
                    modified=opened_at(n, count), status=_RESOLVED if n % 50 else _OPEN, priority=1 + n % 5,
                    submitter_email=f"customer{n % 20_000}@example.com",
                )
                for n in numbers
            ),
            batch_size=_PORTION,
        )  # fmt: skip
        FollowUp.objects.bulk_create(
            (FollowUp(ticket=one, title="Ticket Opened", comment=one.description, date=one.created) for one in tickets),
            batch_size=_PORTION,
        )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    person = users.create(username="bench", is_staff=True, is_superuser=True, last_login=datetime.now(UTC))
    client = Client()
    client.force_login(person)
    return client, queues[0].pk


if __name__ == "__main__":
    run(measure)
