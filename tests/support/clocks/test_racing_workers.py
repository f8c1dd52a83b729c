"""Workers as real processes, at once and killed: on whichever database the suite runs on."""

import json
import random
import time

import pytest

from tests.processes import kill_hard

TICKETS = 250
SETUP = """
    from datetime import timedelta
    from django.utils import timezone
    from support.models import SlaPolicy
    from support.services.sla import NewTerms, create_policy
    from support.services.tickets import NewTicket, open_ticket
    at = timezone.now() - timedelta(hours=3)
    targets = {{"first_reply": {{"seconds": 3600, "hours": "calendar"}}}}
    create_policy(policy=SlaPolicy(name="All"), terms=NewTerms(targets), at=at, by=None)
    for number in range({tickets}):
        open_ticket(new=NewTicket(f"Ticket {{number}}"), actor=None, at=at, via="api")
"""
NOTICE = """
    from django.utils import timezone
    from support.services.clock_crossings import notice_crossings
    print("noticing", flush=True)
    print(notice_crossings(at=timezone.now()))
"""
COUNT = """
    import json
    from collections import Counter
    from operations.models import Escalation, EscalationTrigger
    from support.models import ClockCrossing, TicketClock
    print(json.dumps({
        "shares": Counter(ClockCrossing.objects.values_list("share", flat=True)),
        "waiting": TicketClock.objects.filter(next_crossing_at__isnull=False).count(),
        "escalations": Escalation.objects.count(),
        "triggers": EscalationTrigger.objects.count(),
    }))
"""


def noticed(process):
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, f"{out}\n{err}"
    return int(out.split()[-1])


def assert_each_once(database):
    found = json.loads(database.run_code(COUNT))
    assert found["shares"] == {str(share): TICKETS for share in (50, 80, 100, 200)}
    assert (found["waiting"], found["escalations"], found["triggers"]) == (0, TICKETS, TICKETS)


def test_two_workers_at_once_notice_each_share_once(own_database):
    own_database.run_code(SETUP.format(tickets=TICKETS))

    counts = [noticed(worker) for worker in [own_database.start_code(NOTICE) for _ in range(2)]]
    rest = noticed(own_database.start_code(NOTICE))  # What one passed over while the other held it.

    assert sum(counts) + rest == 4 * TICKETS
    assert_each_once(own_database)


def test_a_worker_killed_at_any_instant_loses_and_doubles_nothing(own_database):
    own_database.run_code(SETUP.format(tickets=TICKETS))
    rng = random.Random(5)
    for _ in range(3):
        worker = own_database.start_code(NOTICE)
        assert worker.stdout.readline() == "noticing\n"
        time.sleep(rng.uniform(0.02, 0.3))
        kill_hard(worker)

    noticed(own_database.start_code(NOTICE))

    assert_each_once(own_database)


CLOCKS, LIMIT_SECONDS, EVERY_SECONDS = 10_000, 60, 15
# Of every other ticket 80 % of the target have passed at the instant, of the others all of it.
STORM = """
    from datetime import timedelta
    from django.db import transaction
    from django.utils import timezone
    from operations.models import User
    from support.models import SlaPolicy, Ticket, TicketEvent
    from support.services.clock_crossings import note_past_crossings
    from support.services.clocks import refresh_clocks
    from support.services.sla import NewTerms, create_policy
    instant = timezone.now() + timedelta(seconds={ahead})
    targets = {{"first_reply": {{"seconds": 3600, "hours": "calendar"}}}}
    version = create_policy(policy=SlaPolicy(name="All"), terms=NewTerms(targets), at=instant, by=None).versions.get()
    ann = User.objects.create_user("ann@fieldlight.example", name="Ann")
    begun = [instant - timedelta(seconds=seconds) for seconds in (2880, 3600)]
    with transaction.atomic():
        tickets = Ticket.objects.bulk_create(
            Ticket(subject=f"Ticket {{n}}", opened_at=begun[n % 2], state="new", assignee=ann) for n in range({tickets})
        )
        events = (
            TicketEvent(ticket=one, at=one.opened_at, via="api", **fields)
            for one in tickets
            for fields in (
                {{"kind": "opened", "new_state": "new"}},
                {{"kind": "policy", "changes": {{"sla": [None, version.pk]}}}},
            )
        )
        TicketEvent.objects.bulk_create(events)
        for first in range(0, len(tickets), 500):
            ids = [one.pk for one in tickets[first : first + 500]]
            note_past_crossings(ids, until=instant - timedelta(seconds=60))
            refresh_clocks(ids)
    print(instant.timestamp())
"""
WATCH = """
    import time
    from django.urls import get_resolver
    from django.utils import timezone
    from support.models import TicketClock
    from support.services.clock_crossings import notice_crossings
    get_resolver().url_patterns  # As in a worker that has been up for a while.
    begun, noticed, waits = max(time.time(), {instant}), 0, True
    while waits:
        time.sleep(0.5)
        noticed += notice_crossings(at=timezone.now())
        waits = time.time() < {instant} or TicketClock.objects.filter(next_crossing_at__lte=timezone.now()).exists()
    print(noticed, time.time() - begun)
"""
PASSED = """
    import json
    from django.db.models import Count, Max, Min
    from support.models import ClockCrossing
    found = ClockCrossing.objects.values_list("share").annotate(Count("pk"), Min("crossed_at"), Max("crossed_at"))
    print(json.dumps({{share: [n, first.timestamp(), last.timestamp()] for share, n, first, last in found.order_by()}}))
"""


def storm(database, *, tickets, ahead):
    """Clocks that pass a share of their target so many seconds from now; what passed before is known."""
    return float(database.run_code(STORM.format(tickets=tickets, ahead=ahead)).split()[-1])


def watched(database, instant):
    """How many shares each of two workers noticed, and how long the last of them was busy after the instant."""
    workers = [database.start_code(WATCH.format(instant=instant)) for _ in range(2)]
    counts, seconds = [], []
    for worker in workers:
        out, err = worker.communicate(timeout=240)
        assert worker.returncode == 0, f"{out}\n{err}"
        count, took = out.split()[-2:]
        counts.append(int(count))
        seconds.append(float(took))
    return counts, max(seconds)


@pytest.mark.slow
def test_ten_thousand_clocks_due_at_one_instant_are_noticed_once_each_within_a_minute(own_database):
    instant = storm(own_database, tickets=CLOCKS, ahead=20)

    counts, took = watched(own_database, instant)

    found = json.loads(own_database.run_code(COUNT))
    assert sum(counts) == CLOCKS
    assert found["shares"] == {"50": CLOCKS, "80": CLOCKS, "100": CLOCKS // 2}
    assert (found["escalations"], found["triggers"]) == (CLOCKS // 2, CLOCKS // 2)
    assert took + EVERY_SECONDS < LIMIT_SECONDS  # Workers look every quarter of a minute, here all the time.


def test_nothing_is_missed_after_an_hour_without_a_worker(own_database):
    instant = storm(own_database, tickets=TICKETS, ahead=-3660)

    counts, _ = watched(own_database, instant)

    half, hour = TICKETS // 2, 3600
    found = json.loads(own_database.run_code(PASSED.format()))
    assert sum(counts) == 2 * TICKETS  # 80 and 100 % of one half, 100 and 200 % of the other.
    assert found["100"] == [TICKETS, instant, instant + 720]
    assert found["200"] == [half, instant + hour, instant + hour]
    counted = json.loads(own_database.run_code(COUNT))
    assert (counted["escalations"], counted["triggers"]) == (TICKETS, TICKETS)
