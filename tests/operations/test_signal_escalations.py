"""Signals of metrics become escalations: once each, by the rule that fits, and end with their signal."""

from datetime import UTC, date, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import connection

from metrics.models import Metric, PeriodValue, SignalEpisode
from metrics.services.signals import judge_signals
from operations.models import (
    Escalation,
    EscalationEvent,
    EscalationRule,
    EscalationRun,
    EscalationTrigger,
    OutboxMessage,
    SignalEscalation,
)
from operations.services.escalation_steps import advance_due_escalations
from operations.services.signal_escalations import SignalReport, escalate_signals
from tests.api_client import BASE, superuser_client
from tests.factories import NOW, BaselineFactory, MetricFactory, SignalEpisodeFactory, UserFactory
from tests.factories_operations import EscalationLevelFactory, EscalationPolicyFactory, EscalationRuleFactory
from tests.metrics.series import retire_shipped_metrics, weekly_metric
from tests.operations.test_escalation_crashes import Killed, killed_at

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
JUDGED = datetime(2026, 11, 20, 8, 12, tzinfo=UTC)
QUIET = [20.0, 22.0] * 13


def signal(metric=None, **fields):
    baseline = BaselineFactory(version__metric=metric or MetricFactory())
    return SignalEpisodeFactory(baseline=baseline, **fields)


def escalate(at=NOW):
    report = escalate_signals(at=at)
    return report.raised, report.ended


def close(episode, **fields):
    SignalEpisode.objects.filter(pk=episode.pk).update(**fields)


def test_a_paging_signal_is_raised_once_and_ends_with_its_signal():
    owner, lead = UserFactory(), UserFactory(groups=["operations"])
    points = [{"start": "2026-02-16", "value": 31.0, "rules": ["R1"]}]
    found = signal(MetricFactory(name="First reply", unit="h", owner=owner), points=points)

    assert [escalate(), escalate(), escalate(NOW + DAY)] == [(1, 0), (0, 0), (0, 0)]

    raised = Escalation.objects.get()
    assert (raised.title, raised.kind, raised.severity) == (
        "First reply: above its limits",
        "process_failure",
        "normal",
    )
    assert (raised.owner, raised.url) == (owner, found.baseline.version.metric.get_absolute_url())
    assert raised.reason == "Weeks from:\n- 16 Feb 2026: 31.0 h\nUsual: 15.0 h, limits 10.0 h to 20.0 h."
    assert EscalationTrigger.objects.count() == 1
    advance_due_escalations(at=NOW)
    assert OutboxMessage.objects.filter(user=lead, channel="in_app").count() == 1

    close(found, state="closed", closed_at=NOW)
    assert [escalate(NOW + DAY), escalate(NOW + DAY)] == [(0, 1), (0, 0)]

    raised.refresh_from_db()
    assert (raised.state, raised.ended_at) == ("resolved", NOW + DAY)
    assert EscalationRun.objects.get().next_due_at is None
    assert OutboxMessage.objects.get(user=lead, answers=f"escalation:{raised.pk}", channel="in_app")
    close(found, state="open", closed_at=None)  # As restated history may do.
    assert escalate(NOW + 2 * DAY) == (0, 0)


@pytest.mark.parametrize(
    "fields",
    [
        {"is_paging": False, "rules": "R3"},
        {"is_improving": True},
        {"state": "closed", "closed_at": NOW},
        {"state": "withdrawn", "closed_at": NOW},
        {"baseline__version__metric__status": "retired"},
    ],
    ids=str,
)
def test_what_asks_nobody_is_not_raised(fields):
    SignalEpisodeFactory(**fields)

    assert escalate() == (0, 0)


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({"state": "withdrawn", "closed_at": NOW}, "Restated values no longer show the signal."),
        ({"is_paging": False, "rules": "R3"}, "The signal no longer asks for anybody"),
    ],
    ids=["withdrawn", "no longer paging"],
)
def test_a_signal_that_restated_values_take_back_ends_too(fields, note):
    found = signal()
    escalate()
    close(found, **fields)

    assert escalate() == (0, 1)
    assert EscalationEvent.objects.get(kind="resolved").text.startswith(note)


def test_a_signal_that_begins_to_page_later_is_raised_then():
    found = signal(is_paging=False, rules="R3")
    assert escalate() == (0, 0)
    close(found, is_paging=True, rules="R2 R3")

    assert escalate() == (1, 0)
    assert Escalation.objects.get().title.endswith(": above its centre week after week")


def test_what_a_person_ended_is_not_raised_again():
    signal()
    escalate()
    Escalation.objects.update(state="resolved", ended_at=NOW)
    EscalationRun.objects.update(status="ended", next_due_at=None)

    assert escalate(NOW + DAY) == (0, 0)


def test_the_rule_of_the_metric_goes_before_its_owners_and_that_before_all_others():
    owner = UserFactory()
    first, second, third = (MetricFactory(name=name, owner=owner) for name in ("A", "B", "C"))
    strict = EscalationPolicyFactory(name="Strict")
    person = UserFactory()
    EscalationLevelFactory(policy=strict, people=[person])
    EscalationRuleFactory(metric=first, kind="compliance", severity="critical", policy=strict)
    EscalationRuleFactory(metric=None, owner=owner, kind="strategic")
    EscalationRuleFactory(metric=None, kind="resource")
    EscalationRuleFactory(metric=second, is_raised=False)
    for metric in (first, second, third, MetricFactory(name="D")):
        signal(metric)

    assert escalate() == (3, 0)

    assert list(Escalation.objects.order_by("title").values_list("title", "kind", "severity")) == [
        ("A: above its limits", "compliance", "critical"),
        ("C: above its limits", "strategic", "normal"),
        ("D: above its limits", "resource", "normal"),
    ]
    run = EscalationRun.objects.get(escalation__kind="compliance")
    assert (run.policy, run.policy_snapshot["below"][0]["users"]) == (strict, [person.pk])
    EscalationRule.objects.filter(metric=second).delete()
    assert escalate() == (1, 0)  # It goes on, and its owner's rule holds now.


def test_one_that_fails_holds_up_no_other():
    broken, sound = signal(points=[{"start": "2026-02-16"}]), signal()  # A point without a value.

    assert escalate() == (1, 0)
    assert SignalEscalation.objects.get().episode == sound
    close(broken, points=[])
    assert escalate() == (1, 0)


def test_from_values_to_escalation_and_back():
    """What the judge of signals writes is what is read."""
    retire_shipped_metrics()
    version = weekly_metric([*QUIET, 90.0], at=JUDGED, name="Waiting")
    judge_signals(at=JUDGED)
    assert escalate(JUDGED) == (1, 0)
    assert Escalation.objects.get().title == "Waiting: above its limits"

    later = JUDGED + 14 * DAY
    for week in (0, 1):
        start = date(2026, 11, 16) + timedelta(weeks=week)
        PeriodValue.objects.create(version=version, grain="week", start=start, value=21.0, n=40, computed_at=later)
    judge_signals(at=later)

    assert SignalEpisode.objects.get().state == "closed"
    assert escalate(later) == (0, 1)


def everything():
    models = (Escalation, EscalationRun, EscalationEvent, EscalationTrigger, SignalEscalation)
    return [list(model.objects.order_by("pk").values_list()) for model in models]


@pytest.mark.django_db(transaction=True)
def test_a_kill_at_any_statement_changes_nothing_and_the_signal_is_raised_later():
    found = signal()
    for expected in (SignalReport(1, 0), SignalReport(0, 1)):
        statement, before = 0, everything()
        while True:
            statement += 1
            try:
                with killed_at(statement):
                    assert escalate_signals(at=NOW) == expected
            except Killed:
                connection.close()
                if everything() != before:  # The only commit was made; nothing is left to do.
                    assert escalate_signals(at=NOW) == SignalReport(0, 0)
                    break
            else:
                break
        assert statement > 5
        close(found, state="closed", closed_at=NOW)
    assert SignalEscalation.objects.get().ended_at == NOW


SEED = """
    from tests.factories import SignalEpisodeFactory
    SignalEpisodeFactory.create_batch(25)
"""
WORK = """
    from datetime import UTC, datetime
    from operations.services.signal_escalations import escalate_signals
    print("ready", flush=True)
    print(sum(escalate_signals(at=datetime(2026, 3, 2, 12, tzinfo=UTC)).raised for _ in range(3)))
"""
COUNT = """
    from operations.models import Escalation, EscalationTrigger, SignalEscalation
    print(Escalation.objects.count(), EscalationTrigger.objects.count(), SignalEscalation.objects.count())
"""


@pytest.mark.slow
def test_two_workers_at_once_raise_each_signal_once(own_database):
    own_database.run_code(SEED)
    workers = [own_database.start_code(WORK) for _ in range(2)]
    raised = 0
    for worker in workers:
        out, err = worker.communicate(timeout=120)
        assert worker.returncode == 0, err
        assert "signal_not_escalated" not in err + out
        raised += int(out.split()[-1])

    assert raised == 25
    assert own_database.run_code(COUNT) == "25 25 25"


@pytest.fixture
def operator(client):
    person = UserFactory(groups=["operations"])
    client.force_login(person)
    return person


def test_rules_are_made_changed_and_deleted_on_their_pages(client, operator):
    metric = Metric.objects.filter(status="approved").first()
    url = "/escalations/rules/"
    typed = {"metric": metric.pk, "kind": "compliance", "severity": "critical", "is_raised": "on"}

    assert client.post(f"{url}new/", typed).status_code == 302
    rule = EscalationRule.objects.get()
    soup = BeautifulSoup(client.get(url).content, "html.parser")
    assert soup.select_one("a.subj")["href"] == f"{url}{rule.pk}/"
    assert soup.select_one("a.subj").get_text() == metric.name

    refused = client.post(f"{url}new/", typed)
    assert (refused.status_code, b"There is a rule for this metric." in refused.content) == (422, True)
    both = client.post(f"{url}new/", {**typed, "owner": operator.pk})
    assert (both.status_code, b"Name a metric or an owner, not both." in both.content) == (422, True)

    changed = {"metric": metric.pk, "kind": "resource", "severity": "normal", "read_version": 1}
    assert client.post(f"{url}{rule.pk}/", changed).status_code == 302
    rule.refresh_from_db()
    assert (rule.kind, rule.is_raised, rule.version) == ("resource", False, 2)
    stale = client.post(f"{url}{rule.pk}/", changed)
    assert (stale.status_code, b"changed by somebody else" in stale.content) == (422, True)

    assert client.post(f"{url}{rule.pk}/delete/").status_code == 302
    assert not EscalationRule.objects.exists()


def test_rules_over_the_api():
    client, metric = superuser_client(), MetricFactory()
    url = f"{BASE}/escalation-rules/"

    made = client.post(url, {"metric": metric.pk, "kind": "compliance"}, format="json")
    assert (made.status_code, made.json()["severity"], made.json()["is_raised"]) == (201, "normal", True)
    again = client.post(url, {"metric": metric.pk}, format="json")
    assert (again.status_code, "metric" in str(again.json())) == (400, True)
    stale = client.patch(f"{url}{made.json()['id']}/", {"severity": "critical"}, HTTP_IF_MATCH='"9"', format="json")
    assert stale.status_code == 412
    assert client.delete(f"{url}{made.json()['id']}/").status_code == 204
