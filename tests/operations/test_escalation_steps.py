"""How escalations climb: each step once, in order, late ones caught up, the COO always last."""

from datetime import date, datetime, timedelta

import pytest
from django.core.management import call_command

from operations.escalation.ladder import STANDARD, Ladder, Position, Rung, dump_ladder, load_ladder
from operations.models import (
    Escalation,
    EscalationEvent,
    EscalationKind,
    EscalationLevel,
    EscalationRun,
    Notification,
    OutboxMessage,
)
from operations.services.escalation_actions import acknowledge_escalation
from operations.services.escalation_steps import advance_due_escalations
from operations.services.escalations import NewEscalation, raise_escalation, resolve_subject
from tests.factories import NOW, UserFactory
from tests.factories_operations import (
    CalendarVersionFactory,
    EscalationLevelFactory,
    EscalationPolicyFactory,
)

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def coo():
    return UserFactory(name="Chief", groups=["coo"])


def policy_of(levels=2, **fields):
    policy = EscalationPolicyFactory(**{"final_wait_seconds": 3600, **fields})
    people = [UserFactory(name=f"Level {n}") for n in range(1, levels + 1)]
    for number, person in enumerate(people, 1):
        EscalationLevelFactory(policy=policy, number=number, name=f"L{number}", wait_seconds=600, people=[person])
    return policy, people


def raise_it(policy=None, *, at=NOW, **fields):
    new = {"kind": EscalationKind.DISRUPTION, "subject": "incident:1", "title": "Checkout is down", "policy": policy}
    return raise_escalation(new=NewEscalation(**{**new, **fields}), at=at)


def run_until(end, *, start=NOW, step=15 * timedelta(seconds=1)):
    """Tick like the scheduler."""
    at = start
    while at <= end:
        advance_due_escalations(at=at)
        at += step


def told():
    """(minutes after NOW, level, loop, people) of each time somebody was told."""
    events = EscalationEvent.objects.filter(kind="notified").order_by("pk")
    return [((e.at - NOW) / MINUTE, e.level, e.loop, e.details["people"]) for e in events]


def kinds():
    return list(EscalationEvent.objects.order_by("pk").values_list("kind", flat=True))


def test_levels_are_told_one_after_the_other_and_the_coo_again_and_again(coo):
    policy, (first, second) = policy_of()
    raise_it(policy)

    run_until(NOW + 141 * MINUTE, step=MINUTE)

    assert told() == [
        (0, 1, 0, [first.pk]),
        (10, 2, 0, [second.pk]),
        (20, 3, 0, [coo.pk]),
        (80, 3, 0, [coo.pk]),
        (140, 3, 0, [coo.pk]),
    ]
    assert Notification.objects.filter(user=first).count() == 1
    assert Notification.objects.filter(user=coo).count() == 3


@pytest.mark.parametrize("repeat", [0, 1, 3])
def test_repeat_n_gives_exactly_n_plus_one_passes(coo, repeat):
    policy, _people = policy_of(repeat_count=repeat)
    raise_it(policy)

    run_until(NOW + 2 * DAY, step=10 * MINUTE)

    for number in (1, 2):
        passes = [loop for _, level, loop, _ in told() if level == number]
        assert passes == list(range(repeat + 1))
    assert EscalationRun.objects.get().level == 3
    assert EscalationRun.objects.get().loop == repeat


def test_missed_ticks_are_caught_up_one_level_at_a_time_with_the_lateness_noted(coo):
    policy, (first, second) = policy_of()
    raise_it(policy)

    for hours in (5, 5.2, 5.4):  # Nothing ran for five hours.
        advance_due_escalations(at=NOW + hours * HOUR)

    assert told() == [(300, 1, 0, [first.pk]), (312, 2, 0, [second.pk]), (324, 3, 0, [coo.pk])]
    details = [e.details["late_seconds"] for e in EscalationEvent.objects.filter(kind="notified")]
    assert details == [18_000.0, 120.0, 120.0]


def test_long_stop_does_not_fire_all_levels_at_once(coo):
    policy, _ = policy_of()
    raise_it(policy)

    assert advance_due_escalations(at=NOW + DAY) == 1
    assert advance_due_escalations(at=NOW + DAY) == 0
    assert EscalationRun.objects.get().next_due_at == NOW + DAY + 10 * MINUTE


@pytest.mark.parametrize("offset", [-1, 0, 1, 7, 59, 61])
def test_no_tick_has_to_meet_an_exact_instant(coo, offset):
    policy, _ = policy_of()
    raise_it(policy)

    run_until(NOW + 30 * MINUTE, start=NOW + timedelta(seconds=offset), step=timedelta(seconds=97))

    assert [level for _, level, _, _ in told()] == [1, 2, 3]


def test_running_escalation_keeps_the_policy_it_began_with(coo):
    policy, (_first, _second) = policy_of()
    raise_it(policy)
    policy.repeat_count, policy.final_wait_seconds = 5, 60
    policy.save()
    EscalationLevel.objects.all().delete()

    run_until(NOW + 90 * MINUTE, step=MINUTE)

    assert [(minute, level) for minute, level, _, _ in told()] == [(0, 1), (10, 2), (20, 3), (80, 3)]


def test_level_with_nobody_is_passed_over_at_once_and_the_hole_is_noted(coo):
    policy, (first, second) = policy_of()
    first.is_active = False
    first.save()
    raise_it(policy)

    advance_due_escalations(at=NOW)

    assert kinds() == ["raised", "hole", "notified"]
    assert told() == [(0, 2, 0, [second.pk])]
    assert EscalationEvent.objects.get(kind="hole").text == "L1"


def test_all_levels_with_nobody_leave_holes_and_are_tried_again():
    policy, people = policy_of()
    for person in people:
        person.is_active = False
        person.save()
    raise_it(policy)

    advance_due_escalations(at=NOW)
    coo = UserFactory(groups=["coo"])
    advance_due_escalations(at=NOW + HOUR)

    assert kinds() == ["raised", "hole", "hole", "hole", "notified"]
    assert told() == [(60, 3, 0, [coo.pk])]


def test_roles_are_asked_when_a_level_is_told(coo):
    policy = EscalationPolicyFactory()
    EscalationLevelFactory(policy=policy, roles=["operations"])
    raise_it(policy)
    on_duty = UserFactory(groups=["operations"])
    UserFactory(groups=["operations"], is_service=True)

    advance_due_escalations(at=NOW)

    assert told() == [(0, 1, 0, [on_duty.pk])]


def test_without_a_policy_operations_and_then_the_coo_are_told(coo):
    on_duty = UserFactory(groups=["operations"])
    raise_it()

    run_until(NOW + 20 * MINUTE, step=MINUTE)

    assert told() == [(0, 1, 0, [on_duty.pk]), (15, 2, 0, [coo.pk])]


def test_default_policy_of_the_kind_is_taken_before_that_of_any_kind(coo):
    anything = EscalationPolicyFactory(is_default=True)
    disruption = EscalationPolicyFactory(is_default=True, kind="disruption")
    EscalationPolicyFactory(kind="disruption")

    assert raise_it().run.policy == disruption
    assert raise_it(kind=EscalationKind.CONFLICT).run.policy == anything


def test_acknowledged_escalation_stops_and_climbs_again_when_nothing_happens(coo):
    policy, (first, second) = policy_of(ack_expires_seconds=7200)
    escalation = raise_it(policy)
    advance_due_escalations(at=NOW)
    acknowledge_escalation(escalation_id=escalation.pk, by=first, at=NOW + 5 * MINUTE)

    run_until(NOW + 136 * MINUTE, step=MINUTE)

    assert told() == [(0, 1, 0, [first.pk]), (125, 1, 0, [first.pk]), (135, 2, 0, [second.pk])]
    assert Escalation.objects.get().state == "raised"
    assert kinds() == ["raised", "notified", "acknowledged", "expired", "notified", "notified"]


def test_resolved_escalation_takes_no_further_step(coo):
    policy, (first, _) = policy_of()
    raise_it(policy)
    advance_due_escalations(at=NOW)
    resolve_subject(subject="incident:1", kind=EscalationKind.DISRUPTION, at=NOW + MINUTE, note="Up again.")

    assert advance_due_escalations(at=NOW + DAY) == 0
    ending = OutboxMessage.objects.get(event__endswith=":end")
    assert (ending.user, ending.title) == (first, "Resolved: Checkout is down")


def test_steps_come_in_the_order_in_which_they_are_due_and_stop_at_the_limit(coo):
    policy, _ = policy_of()
    for number, minutes in ((1, 2), (2, 0), (3, 1)):
        raise_it(policy, subject=f"incident:{number}", at=NOW + minutes * MINUTE)

    assert advance_due_escalations(at=NOW + HOUR, limit=2) == 2
    told_of = EscalationEvent.objects.filter(kind="notified").order_by("pk")
    assert [event.escalation.subject for event in told_of] == ["incident:2", "incident:3"]


def test_step_that_fails_does_not_hold_up_the_others(coo):
    policy, _ = policy_of()
    broken = raise_it(policy, subject="incident:1")
    raise_it(policy, subject="incident:2", at=NOW + MINUTE)
    EscalationRun.objects.filter(escalation=broken).update(policy_snapshot={"below": 7, "final": None})

    assert advance_due_escalations(at=NOW + 2 * MINUTE) == 1
    assert EscalationEvent.objects.get(kind="notified").escalation.subject == "incident:2"
    assert EscalationRun.objects.get(escalation=broken).next_due_at == NOW


def office_policy(**fields):
    calendar = CalendarVersionFactory(calendar__timezone="UTC").calendar  # Mon-Fri 9-17; NOW is Monday noon.
    return policy_of(calendar=calendar, **fields)


def test_waits_of_normal_ones_count_open_time_and_those_of_critical_ones_all_time(coo):
    policy, _ = office_policy()
    late = datetime.combine(date(2026, 3, 6), datetime.min.time(), NOW.tzinfo) + 16 * HOUR + 55 * MINUTE
    normal = raise_it(policy, subject="a:1", at=late)
    critical = raise_it(policy, subject="a:2", at=late, severity="critical")
    advance_due_escalations(at=late)

    assert EscalationRun.objects.get(escalation=normal).next_due_at == late + 2 * DAY + 16 * HOUR + 10 * MINUTE
    assert EscalationRun.objects.get(escalation=critical).next_due_at == late + 10 * MINUTE


def test_quiet_hours_hold_normal_ones_until_the_calendar_opens_and_never_critical_ones(coo):
    policy, _ = office_policy(has_quiet_hours=True)
    night = NOW + 10 * HOUR
    normal = raise_it(policy, subject="a:1", at=night)
    critical = raise_it(policy, subject="a:2", at=night, severity="critical")

    assert EscalationRun.objects.get(escalation=normal).next_due_at == NOW + 21 * HOUR
    assert EscalationRun.objects.get(escalation=critical).next_due_at == night


def test_command_takes_the_due_steps_once(coo, capsys):
    raise_it(policy_of()[0])

    call_command("advance_escalations", "--once")

    assert capsys.readouterr().out == "1 steps taken\n"


def test_ladder_always_ends_with_the_coo():
    with pytest.raises(ValueError, match="COO"):
        Ladder("x", below=(), final=Rung("Somebody", 60, roles=("operations",)))
    assert load_ladder(dump_ladder(STANDARD)) == STANDARD
    assert Ladder("x", below=(), final=STANDARD.final, repeat=1).after(Position(1, 0)) == Position(1, 1)
