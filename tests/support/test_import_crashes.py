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
