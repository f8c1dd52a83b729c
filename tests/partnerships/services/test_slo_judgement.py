"""Objectives judged from rows: alerts fire once, resolve on the long window, and hide behind their cause."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest

from operations.models import Escalation, OutboxMessage
from partnerships.models import SLO, BurnAlert, HealthCheck, SLOEvent, StatusInterval, Tier
from partnerships.services.slo_judgement import judge_slos
from partnerships.services.slos import NewSLO, define_slo
from tests.factories import NOW, DependencyFactory, IntegrationFactory, SLOFactory, TierPeriodFactory, UserFactory
from tests.partnerships.page_data import DAY, HOUR, MINUTE, watched

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def objective(past, *, at=NOW, **fields):
    """An objective whose integration has this past until `at`."""
    slo = SLOFactory(**{"integration": IntegrationFactory(), "started_at": NOW - 60 * DAY, **fields})
    watched(past, integration=slo.integration, at=at)
    return slo


def judge_at(at):
    HealthCheck.objects.update(stale_at=at + HOUR)
    SLO.objects.update(judge_due_at=None)
    return judge_slos(at=at)


def fired(**wanted):
    return [(one.rule, one.ended_at) for one in BurnAlert.objects.filter(**wanted).order_by("rule", "pk")]


def events(kind):
    return list(SLOEvent.objects.filter(kind=kind).order_by("happened_at", "pk").values_list("text", flat=True))


def recover(slo, at):
    interval = StatusInterval.objects.get(health_check__integration=slo.integration, ended_at=None)
    StatusInterval.objects.filter(pk=interval.pk).update(ended_at=at)
    StatusInterval.objects.create(health_check=interval.health_check, state="up", started_at=at)


@pytest.mark.parametrize(
    ("lost", "rules"),
    [
        (51_840_000, []),  # 2 % of the budget of 43.2 minutes, not more
        (51_840_001, ["page-burn-60"]),
        (129_600_001, ["page-burn-360", "page-burn-60"]),
        (259_200_001, ["page-burn-360", "page-burn-60", "ticket-burn-1440", "ticket-burn-4320"]),
    ],
)
def test_a_total_outage_fires_after_0_864_minutes_and_so_on(lost, rules):
    objective([("up", 40 * DAY), ("down", timedelta(microseconds=lost))])

    judge_at(NOW)

    assert [rule for rule, _ in fired()] == rules


def test_an_alert_says_what_it_saw():
    objective([("up", 40 * DAY), ("down", 60 * SECOND)])

    judge_at(NOW)

    alert = BurnAlert.objects.get()
    # 60 of 3600 s at a target of 99.9 % are 16.67, 60 of 300 s are 200
    assert (alert.long_burn, alert.short_burn, alert.threshold) == (Decimal("16.6666"), 200, Decimal("14.4"))
    assert (alert.long_seconds, alert.short_seconds, alert.started_at) == (3600, 300, NOW)
    assert events("fired") == [
        "Page, 2 % of the budget in 1 h: burn 16.67 over 1 h and 200 over 5 min, fires above 14.4"
    ]


def test_judging_again_changes_nothing():
    objective([("up", 40 * DAY), ("down", 60 * SECOND)])

    counts = [judge_at(NOW), judge_slos(at=NOW), judge_at(NOW)]

    assert counts == [1, 0, 1]
    assert (BurnAlert.objects.count(), len(events("fired"))) == (1, 1)


def test_judging_takes_as_many_batches_as_there_are():
    for _ in range(5):
        objective([("up", DAY)])

    assert judge_slos(at=NOW, limit=2) == 5


def test_an_alert_ends_when_the_long_window_is_quiet_and_not_before():
    slo = objective([("up", 40 * DAY), ("down", 2 * MINUTE)])
    judge_at(NOW)
    recover(slo, NOW)

    judge_at(NOW + 59 * MINUTE + 8 * SECOND)
    still_open = fired(rule="page-burn-60")
    judge_at(NOW + 59 * MINUTE + 9 * SECOND)
    ended = fired(rule="page-burn-60")

    # burn 33.3 over the hour stays until all but 51.84 s have left it
    assert still_open == [("page-burn-60", None)]
    assert ended == [("page-burn-60", NOW + 59 * MINUTE + 9 * SECOND)]
    assert events("resolved") == ["Page, 2 % of the budget in 1 h: the long window is quiet again"]


def test_it_is_not_told_twice_within_a_long_window_and_told_after_it():
    slo = objective([("up", 40 * DAY), ("down", 52 * SECOND)])
    judge_at(NOW)
    recover(slo, NOW)
    again = NOW + 59 * MINUTE + 30 * SECOND
    judge_at(again)
    check = slo.integration.checks.get()
    StatusInterval.objects.filter(health_check=check, ended_at=None).update(ended_at=again)
    StatusInterval.objects.create(health_check=check, state="down", started_at=again)

    judge_at(NOW + HOUR - SECOND)
    within = len(fired(rule="page-burn-60"))
    judge_at(NOW + HOUR + 2 * MINUTE)

    assert (within, len(fired(rule="page-burn-60"))) == (1, 2)


@pytest.mark.parametrize(
    "past",
    [
        [("up", 50 * MINUTE), ("down", 9 * MINUTE)],  # measured for less than an hour
        [("up", 40 * DAY), ("unknown", 40 * MINUTE), ("up", 10 * MINUTE), ("down", 9 * MINUTE)],  # 32 % coverage
        [("up", 40 * DAY), ("paused", 40 * MINUTE), ("down", 9 * MINUTE)],
    ],
    ids=["young", "blind", "paused"],
)
def test_nothing_fires_while_the_long_window_is_not_known(past):
    objective(past)

    judge_at(NOW)

    assert fired(rule="page-burn-60") == []


def test_a_promotion_starts_the_windows_anew():
    slo = objective([("up", 40 * DAY), ("down", 20 * MINUTE), ("up", 10 * MINUTE), ("down", 2 * MINUTE)])
    TierPeriodFactory(
        integration=slo.integration, tier=Tier.EXPERIMENTAL, started_at=NOW - 50 * DAY, ended_at=NOW - 30 * MINUTE
    )
    TierPeriodFactory(integration=slo.integration, started_at=NOW - 30 * MINUTE)

    judge_at(NOW)

    assert fired() == []


def test_a_slow_check_widens_the_short_window_and_says_so():
    slo = objective([("up", 40 * DAY), ("down", 2 * MINUTE)])
    slo.integration.checks.update(interval_seconds=300)

    judge_at(NOW)

    alert = BurnAlert.objects.get(rule="page-burn-60")
    assert alert.short_seconds == 1500
    assert "over 25 min (widened to hold 5 probes)" in events("fired")[0]


def test_an_experimental_integration_gets_tickets_only():
    slo = objective([("up", 40 * DAY), ("down", 30 * HOUR)], integration=IntegrationFactory(tier="experimental"), target_ratio=Decimal("0.95"))  # fmt: skip

    judge_at(NOW)

    assert set(BurnAlert.objects.values_list("severity", flat=True)) == {"ticket"}
    assert SLO.objects.get(pk=slo.pk).status == "at_risk"


def test_a_plain_outage_fires_when_it_is_longer_and_ends_when_it_is_up():
    rules = [{"severity": "page", "kind": "down", "window_minutes": 30}]
    slo = objective([("up", 40 * DAY), ("down", 30 * MINUTE)], rules=rules)

    judge_at(NOW)
    at_thirty = fired()
    judge_at(NOW + SECOND)
    recover(slo, NOW + MINUTE)
    judge_at(NOW + 2 * MINUTE)

    assert (at_thirty, fired()) == ([], [("page-down-30", NOW + 2 * MINUTE)])
    assert events("fired") == ["Page, down longer than 30 min"]


def test_status_and_policy_are_logged_once():
    slo = objective([("up", 40 * DAY), ("down", 22 * MINUTE)])

    judge_at(NOW)
    judge_at(NOW + MINUTE)
    judge_at(NOW + 22 * MINUTE)

    slo.refresh_from_db()
    assert events("status") == ["No data to healthy", "Healthy to exhausted"]
    assert events("policy") == [
        "50 % of the budget is spent: Ask the partner what they do about it",
        "100 % of the budget is spent: Freeze the rollout until the budget recovers",
    ]
    assert (slo.status, slo.status_since, slo.policy_percent) == ("exhausted", NOW + 22 * MINUTE, 100)
    assert SLOEvent.objects.filter(kind="policy").first().spent_ratio > 1


def test_a_new_version_ends_the_alerts_and_does_not_tell_again_at_once():
    slo = objective([("up", 40 * DAY), ("down", 2 * MINUTE)])
    judge_at(NOW)

    define_slo(integration_id=slo.integration_id, tier="production", new=NewSLO(Decimal("0.9995")), at=NOW + SECOND, by=None)  # fmt: skip
    judge_at(NOW + MINUTE)

    assert fired(rule="page-burn-60") == [("page-burn-60", NOW + SECOND)]


def test_an_integration_that_left_the_tier_has_no_open_alert():
    slo = objective([("up", 40 * DAY), ("down", 2 * MINUTE)])
    judge_at(NOW)
    slo.integration.tier = "experimental"
    slo.integration.save()

    judge_at(NOW + MINUTE)

    assert not BurnAlert.objects.filter(ended_at=None).exists()


def depending(slo, past, *, at=NOW):
    upstream = watched(past, at=at, integration=IntegrationFactory(name="Login"))
    DependencyFactory(integration=slo.integration, upstream=upstream)
    return upstream


def test_an_alert_hides_while_what_it_depends_on_is_down_and_is_recorded():
    slo = objective([("up", 40 * DAY), ("down", 2 * MINUTE)])
    upstream = depending(slo, [("up", 40 * DAY), ("down", 3 * MINUTE)])

    judge_at(NOW)
    judge_at(NOW + MINUTE)

    assert set(BurnAlert.objects.filter(slo=slo).values_list("suppressed_by", flat=True)) == {upstream.pk}
    assert events("suppressed")[0].startswith(f"{upstream} was down: Page, 2 % of the budget in 1 h: burn ")
    assert SLOEvent.objects.filter(slo=slo, kind="fired").count() == 0
    assert SLO.objects.get(pk=slo.pk).status == "healthy"  # measuring goes on


def test_a_hidden_alert_is_resolved_like_any_other():
    slo = objective([("up", 40 * DAY), ("down", 2 * MINUTE)])
    depending(slo, [("up", 40 * DAY), ("down", 3 * MINUTE)])
    judge_at(NOW)
    recover(slo, NOW)

    judge_at(NOW + 3 * HOUR)

    assert fired(slo=slo, rule="page-burn-60") == [("page-burn-60", NOW + 3 * HOUR)]


def test_what_still_burns_after_its_cause_is_up_is_told():
    slo = objective([("up", 40 * DAY), ("down", 2 * MINUTE)])
    upstream = depending(slo, [("up", 40 * DAY), ("down", 3 * MINUTE)])
    judge_at(NOW)
    recover(upstream.integration.slos.get(), NOW + MINUTE)

    judge_at(NOW + 4 * MINUTE)
    hidden = BurnAlert.objects.filter(slo=slo, rule="page-burn-60").count()
    judge_at(NOW + 7 * MINUTE)

    rows = BurnAlert.objects.filter(slo=slo, rule="page-burn-60").order_by("pk")
    assert hidden == 1
    assert [(row.suppressed_by_id, row.ended_at) for row in rows] == [(upstream.pk, NOW + 7 * MINUTE), (None, None)]


def test_suppression_is_one_hop():
    """B is up though its own cause A is down: C's trouble is then its own."""
    slo = objective([("up", 40 * DAY), ("down", 2 * MINUTE)])
    middle = depending(slo, [("up", 40 * DAY)])
    DependencyFactory(integration=middle.integration, upstream=watched([("up", DAY), ("down", HOUR)], at=NOW))

    judge_at(NOW)

    assert BurnAlert.objects.get(slo=slo, rule="page-burn-60").suppressed_by is None


def test_queries_do_not_grow_with_objectives(django_assert_num_queries):
    for _ in range(2):
        objective([("up", DAY)])
    judge_at(NOW)
    with django_assert_num_queries(18):
        judge_at(NOW)
    for _ in range(3):
        objective([("up", DAY)])
    judge_at(NOW)

    with django_assert_num_queries(18):
        judge_at(NOW)


def naive(states, target, threshold, long, short):
    """Per second, an independent count: the seconds in which the alert is open, by the words of the rules."""
    is_open, last, shown = False, -long, []
    for now in range(1, len(states) + 1):
        burns = []
        for length in (long, short):
            part = states[max(now - length, 0) : now]
            measured = [one for one in part if one in {"up", "down"}]
            bad = measured.count("down")
            burns.append(Fraction(bad, len(measured)) / (1 - target) if measured else None)
        covered = sum(one in {"up", "down"} for one in states[max(now - long, 0) : now]) * 2 >= long
        if is_open:
            is_open = burns[0] is None or burns[0] > threshold
        elif now >= long and covered and None not in burns and min(burns) > threshold and now - last >= long:
            is_open, last = True, now
        shown.append(is_open)
    return shown


@pytest.mark.parametrize("seed", range(6))
def test_alerts_equal_a_count_second_by_second(seed):
    """Random minutes of ten seconds each; a rule of 5 minutes with a widened short window, judged every 10 seconds."""
    rng = Random(seed)
    blocks = [rng.choices(["up", "down", "unknown"], [6, 4, 1])[0] for _ in range(120)]
    states = [state for state in blocks for _ in range(10)]
    rules = [{"severity": "ticket", "window_minutes": 5, "budget_percent": 0.002}]
    target = Fraction("0.9")
    slo = SLOFactory(target_ratio=Decimal("0.9"), rules=rules, started_at=NOW - DAY)
    check = watched([("up", SECOND)], integration=slo.integration, at=NOW + SECOND, interval_seconds=10)
    StatusInterval.objects.filter(health_check=check).delete()
    start = NOW
    for number, state in enumerate(blocks):
        StatusInterval.objects.create(
            health_check=check,
            state=state,
            started_at=start + number * 10 * SECOND,
            ended_at=start + (number + 1) * 10 * SECOND,
        )
    threshold = Fraction("0.00002") * 30 * 86_400 / 300

    found = []
    for tick in range(1, len(blocks) + 1):
        judge_at(start + tick * 10 * SECOND)
        found.append(BurnAlert.objects.filter(ended_at=None).exists())

    expected = naive(states[::10], target, threshold, 30, 5)
    assert found == expected
    assert True in found


def test_a_page_of_production_is_escalated_once_and_resolved():
    UserFactory(groups=["coo"])
    slo = objective([("up", 40 * DAY), ("down", 5 * MINUTE)], integration=IntegrationFactory(name="Ledger"))
    judge_at(NOW)
    judge_at(NOW + MINUTE)
    raised = list(Escalation.objects.values_list("subject", "kind", "severity", "title", "ended_at"))
    recover(slo, NOW + 2 * MINUTE)

    judge_at(NOW + 2 * HOUR)
    still = Escalation.objects.get().ended_at
    judge_at(NOW + 7 * HOUR)

    assert raised == [(f"slo:{slo.pk}", "disruption", "critical", "Ledger is spending its error budget", None)]
    assert (still, Escalation.objects.get().ended_at) == (None, NOW + 7 * HOUR)  # the page of six hours ends later


@pytest.mark.parametrize("tier", ["experimental", "suppressed", "ticket"])
def test_experiments_suppressed_alerts_and_tickets_wake_nobody(tier):
    UserFactory(groups=["coo"])
    integration = IntegrationFactory(tier="experimental" if tier == "experimental" else "production")
    rules = [{"severity": "ticket", "window_minutes": 60, "budget_percent": 2}] if tier == "ticket" else []
    slo = objective([("up", 40 * DAY), ("down", 5 * MINUTE)], integration=integration, rules=rules)
    if tier == "suppressed":
        depending(slo, [("up", 40 * DAY), ("down", 6 * MINUTE)])

    judge_at(NOW)

    assert BurnAlert.objects.filter(slo=slo).exists()
    assert Escalation.objects.filter(subject=f"slo:{slo.pk}").count() == 0


def mails():
    rows = OutboxMessage.objects.filter(event__startswith="burn:").order_by("pk")
    return [(row.channel, row.event.count(":end"), row.state, row.next_attempt_at) for row in rows]


def test_a_ticket_tells_the_owner_once_and_their_mail_waits_for_the_weekly_digest():
    owner = UserFactory()
    past = [("up", 40 * DAY), ("down", 50 * MINUTE)]
    slo = objective(past, tier="experimental", integration=IntegrationFactory(tier="experimental", owner=owner))
    SLO.objects.update(rules=[{"severity": "ticket", "budget_percent": 1, "window_minutes": 4320}])
    judge_at(NOW)
    judge_at(NOW)

    monday = datetime(2026, 3, 9, 8, tzinfo=UTC)
    told = [("email", 0, "pending", monday), ("in_app", 0, "sent", None)]
    assert mails() == told
    assert set(OutboxMessage.objects.values_list("user", flat=True)) == {owner.pk}
    assert not Escalation.objects.exists()

    define_slo(integration_id=slo.integration_id, tier="experimental", new=NewSLO(Decimal("0.9")), at=NOW + SECOND, by=None)  # fmt: skip
    assert mails() == [*told, ("email", 1, "pending", monday), ("in_app", 1, "sent", None)]


def test_a_suppressed_ticket_tells_nobody():
    slo = objective([("up", 40 * DAY), ("down", HOUR)], integration=IntegrationFactory(owner=UserFactory()))
    upstream = objective([("up", 40 * DAY), ("down", HOUR)]).integration.checks.get()
    DependencyFactory(integration=slo.integration, upstream=upstream)
    judge_at(NOW)

    assert BurnAlert.objects.filter(slo=slo, severity="ticket", suppressed_by=upstream).exists()
    assert not OutboxMessage.objects.filter(user__isnull=False).exists()


SEED = """
    from datetime import timedelta
    from partnerships.models import HealthCheck
    from tests.factories import NOW, IntegrationFactory, UserFactory
    from tests.partnerships.page_data import DAY
    from tests.partnerships.services.test_slo_judgement import objective
    for _ in range(8):
        objective([("up", 40 * DAY), ("down", timedelta(minutes=3))], integration=IntegrationFactory(owner=UserFactory()))
    HealthCheck.objects.update(stale_at=NOW + DAY)
"""
JUDGE = """
    from partnerships.services.slo_judgement import judge_slos
    from tests.factories import NOW
    from datetime import timedelta
    print("ready", flush=True)
    for minute in range(3):
        judge_slos(at=NOW + timedelta(minutes=minute), limit=2)
"""
COUNT = """
    from collections import Counter
    from operations.models import Escalation, EscalationTrigger
    from partnerships.models import BurnAlert, SLOEvent
    alerts = Counter(BurnAlert.objects.values_list("slo", "rule"))
    fired = Counter(SLOEvent.objects.filter(kind="fired").values_list("slo", "alert__rule"))
    print(len(alerts) >= 8, max(alerts.values()), fired == alerts, Escalation.objects.count())
"""


@pytest.mark.slow
def test_two_processes_that_judge_at_once_leave_one_alert_each(own_database):
    own_database.run_code(SEED)
    workers = [own_database.start_code(JUDGE) for _ in range(2)]
    problems = [worker.communicate(timeout=200)[1] for worker in workers]

    assert [worker.returncode for worker in workers] == [0, 0], problems
    assert own_database.run_code(COUNT) == "True 1 True 8"
