"""Agents and workers as real processes, at once and killed: on whichever database the suite runs on."""

import json
import random
import time

from tests.processes import kill_hard

SETUP = """
    from datetime import date, timedelta
    from django.utils import timezone
    from operations.models import User
    from support.models import AgentProfile, DutyShift, Team, Ticket
    from support.services.tickets import NewTicket, open_ticket
    at = timezone.now() - timedelta(hours=1)
    desk = Team.objects.create(name="Desk", slug="desk")
    week = {{day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}}
    people = [User.objects.create_user(f"{{name}}@example.com", name=name) for name in ("ana", "ben")]
    for user in people:
        AgentProfile.objects.create(user=user, cap=10)
        DutyShift.objects.create(team=desk, user=user, timezone="UTC", windows=week, starts_on=date(2020, 1, 1))
    for number in range({tickets}):
        open_ticket(new=NewTicket(f"Ticket {{number}}", team=desk), actor=None, at=at)
"""
TAKE = """
    from django.utils import timezone
    from operations.models import User
    from support.models import Ticket
    from support.services.assignment import TakenError, take_ticket
    me, won = User.objects.get(name="{name}"), 0
    for pk in Ticket.objects.order_by("pk").values_list("pk", flat=True):
        try:
            take_ticket(ticket_id=pk, actor=me, at=timezone.now())
            won += 1
        except TakenError as refusal:
            assert refusal.holder.name != "{name}"
    print(won)
"""
GIVE = """
    from django.utils import timezone
    from support.models import Team
    from support.services.assignment import assign_waiting_tickets
    print(assign_waiting_tickets(at=timezone.now()))
"""
COUNT = """
    import json
    from collections import Counter
    from support.models import Ticket, TicketEvent
    given = TicketEvent.objects.filter(kind="assigned")
    print(json.dumps({
        "owners": Counter(Ticket.objects.values_list("assignee__name", flat=True)),
        "events": given.count(),
        "tickets": given.values("ticket").distinct().count(),
    }))
"""


def answer_of(process):
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, f"{out}\n{err}"
    return int(out.split()[-1])


def test_of_two_who_take_the_same_tickets_exactly_one_wins_each(own_database):
    own_database.run_code(SETUP.format(tickets=40))

    won = [answer_of(one) for one in [own_database.start_code(TAKE.format(name=name)) for name in ("ana", "ben")]]

    found = json.loads(own_database.run_code(COUNT))
    assert sum(won) == 40
    assert (found["events"], found["tickets"]) == (40, 40)
    assert sorted(found["owners"].values()) == sorted(count for count in won if count)


def test_two_workers_that_give_out_at_once_exceed_no_cap(own_database):
    own_database.run_code(SETUP.format(tickets=30) + "    Team.objects.update(has_auto_assignment=True)\n")

    given = [answer_of(one) for one in [own_database.start_code(GIVE) for _ in range(2)]]

    found = json.loads(own_database.run_code(COUNT))  # A cap of 10 is five tickets of normal priority.
    assert sum(given) == 10
    assert found == {"owners": {"ana": 5, "ben": 5, "null": 20}, "events": 10, "tickets": 10}


OUT = """
    from operations.models import User
    from support.models import Absence, Ticket
    from support.services.absences import create_absence
    ana, ben = people
    Ticket.objects.update(assignee=ana)
    row = Absence(user=ana, substitute=ben, starts_at=at, ends_at=at + timedelta(days=1), handover="all")
    create_absence(absence=row, at=at, by=None)
"""
ADVANCE = """
    from django.utils import timezone
    from support.services.absences import advance_absences
    print("advancing", flush=True)
    print(advance_absences(at=timezone.now()))
"""
HANDED = """
    import json
    from operations.models import Notification
    from support.models import Absence, AbsenceHandover, Ticket, TicketEvent
    print(json.dumps({
        "owned": Ticket.objects.filter(assignee__name="ben").count(),
        "handed": AbsenceHandover.objects.count(),
        "events": TicketEvent.objects.filter(kind="assigned").count(),
        "begun": Absence.objects.filter(begun_at__isnull=False).count(),
        "told": Notification.objects.count(),
    }))
"""


def test_a_worker_killed_as_an_absence_begins_loses_and_doubles_nothing(own_database):
    own_database.run_code(SETUP.format(tickets=120) + OUT)
    rng = random.Random(7)
    for _ in range(3):
        worker = own_database.start_code(ADVANCE)
        assert worker.stdout.readline() == "advancing\n"
        time.sleep(rng.uniform(0.02, 0.25))
        kill_hard(worker)

    both = [answer_of(one) for one in [own_database.start_code(ADVANCE) for _ in range(2)]]

    assert sum(both) <= 1  # None where the last one killed was just done.
    found = json.loads(own_database.run_code(HANDED))
    assert found == {"owned": 120, "handed": 120, "events": 120, "begun": 1, "told": 1}
