"""Workers as real processes, at once and killed: on whichever database the suite runs on."""

import json
import random
import time

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
