"""Imports killed in the middle and run twice at once, with real processes: no row lost, none double."""

import json
import time

import pytest

from tests.processes import kill_hard

COUNT = "from support.models import Ticket; print(Ticket.objects.count())"
FIGURES = """
    import json
    import numpy as np
    from support.models import Ticket, TicketEvent
    rows = Ticket.objects.filter(resolved_at__isnull=False).values_list("opened_at", "resolved_at")
    hours = [(end - start).total_seconds() / 3600 for start, end in rows]
    print(json.dumps({
        "tickets": Ticket.objects.count(),
        "versions": sorted(set(Ticket.objects.values_list("version", flat=True))),
        "events": TicketEvent.objects.count(),
        "reopened": Ticket.objects.filter(reopen_count__gt=0).count(),
        "n": len(hours), "mean": round(float(np.mean(hours)), 4), "median": round(float(np.median(hours)), 4),
    }))
"""


def figures(database):
    return json.loads(database.run_code(FIGURES))


@pytest.fixture
def expected(shared_data):
    answers = json.loads(shared_data("tickets/servicenow_answers.json").read_text())["march"]
    resolution = answers["resolution_hours_open_to_resolved"]
    return {
        "tickets": answers["incidents"],
        "versions": [1],
        "events": 52_914,
        "reopened": answers["reopened_incidents"],
        **{name: resolution[name] for name in ("n", "mean", "median")},
    }


def wait_for_tickets(database, process):
    """Wait until some batches are in."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if int(database.run_code(COUNT)):
            return
    raise AssertionError(f"no ticket came in: {process.communicate()}")


@pytest.mark.slow
def test_killed_import_is_completed_by_the_next_run(own_database, shared_data, expected):
    arguments = (
        "import_tickets",
        str(shared_data("tickets/servicenow_incidents_2016-03.csv.gz")),
        "--mapping",
        "servicenow",
    )
    first = own_database.start(*arguments)
    wait_for_tickets(own_database, first)
    kill_hard(first)
    stored = int(own_database.run_code(COUNT))

    second = own_database.manage(*arguments)
    third = own_database.manage(*arguments)

    assert 0 < stored < expected["tickets"], "the kill came too late to prove anything"
    assert stored % 500 == 0, "a batch is stored whole or not at all"
    assert f"created: {expected['tickets'] - stored}\n" in second.stdout
    assert f"unchanged: {stored}\n" in second.stdout
    assert "created: 0\n  updated: 0\n" in third.stdout
    assert figures(own_database) == expected
    own_database.manage("recompute_metrics")
    own_database.manage("recompute_metrics", "--verify")


@pytest.mark.slow
def test_two_imports_of_one_file_at_once_store_it_once(own_database, shared_data, expected):
    arguments = (
        "import_tickets",
        str(shared_data("tickets/servicenow_incidents_2016-03.csv.gz")),
        "--mapping",
        "servicenow",
    )

    both = [own_database.start(*arguments) for _ in range(2)]
    printed = [process.communicate(timeout=240) for process in both]

    assert [process.returncode for process in both] == [0, 0], printed
    assert [error for _, error in printed if error] == []
    assert figures(own_database) == expected


CLICKS = """
    import time
    from django.utils import timezone
    from support.models import Ticket
    from support.services.messages import add_note
    from support.services.tickets import NewTicket, open_ticket
    print("ready", flush=True)
    longest = 0.0
    for number in range(40):
        begun = time.monotonic()
        ticket = open_ticket(new=NewTicket(subject=str(number)), actor=None, at=timezone.now())
        add_note(ticket_id=ticket.pk, body="x", actor=None, at=timezone.now())
        longest = max(longest, time.monotonic() - begun)
        time.sleep(0.05)
    print(longest)
"""


@pytest.mark.slow
def test_people_can_write_while_an_import_runs(own_database, shared_data, expected):
    file = str(shared_data("tickets/servicenow_incidents_2016-03.csv.gz"))
    running = own_database.start("import_tickets", file, "--mapping", "servicenow")
    wait_for_tickets(own_database, running)
    clicks = own_database.start_code(CLICKS)

    out, err = clicks.communicate(timeout=120)
    running.communicate(timeout=240)

    assert (clicks.returncode, running.returncode) == (0, 0), err
    assert "locked" not in err
    assert float(out.splitlines()[-1]) < 10, "nobody waits that long for a click"
    assert int(own_database.run_code(COUNT)) == expected["tickets"] + 40
