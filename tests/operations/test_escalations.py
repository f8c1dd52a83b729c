"""Raising, answering, deciding and ending escalations."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.urls import reverse

from foundation.errors import InvalidInputError, RefusedTransitionError, StaleWriteError
from operations.models import (
    Escalation,
    EscalationEvent,
    EscalationKind,
    EscalationLevel,
    EscalationPolicy,
    EscalationRun,
    EscalationTrigger,
    OutboxMessage,
)
from operations.services.escalation_actions import (
    Decision,
    acknowledge_escalation,
    close_escalation,
    decide_escalation,
    decline_escalation,
    resolve_escalation,
    snooze_escalation,
    take_escalation,
)
from operations.services.escalation_steps import advance_due_escalations
from operations.services.escalations import OF_THE_PLATFORM, NewEscalation, raise_escalation, resolve_subject
from tests.api_client import BASE, problem, role_client, superuser_client
from tests.factories import NOW, SuperuserFactory, UserFactory
from tests.factories_operations import EscalationLevelFactory, EscalationPolicyFactory
from tests.operations.test_escalation_steps import DAY, HOUR, MINUTE, policy_of, raise_it

pytestmark = pytest.mark.django_db
DECISION = Decision("Roll back, and test first.", None, date(2026, 3, 5), date(2026, 4, 1))


@pytest.fixture
def coo():
    return UserFactory(name="Chief", groups=["coo"])


@pytest.fixture
def climbing(coo):
    """An escalation whose second level was told."""
    policy, people = policy_of()
    escalation = raise_it(policy)
    advance_due_escalations(at=NOW)
    advance_due_escalations(at=NOW + 10 * MINUTE)
    return escalation, people


def run_of(escalation):
    return EscalationRun.objects.get(escalation=escalation)


def decision_of(person, **changes):
    return Decision(**{**DECISION.__dict__, "owner_id": person.pk, **changes})


def test_raised_again_while_open_appends_a_trigger(coo):
    first = raise_it(reason="No orders.")
    again = raise_it(reason="Still none.", at=NOW + MINUTE)
    other = raise_it(kind=EscalationKind.COMPLIANCE)

    assert again == first != other
    assert list(EscalationTrigger.objects.filter(escalation=first).values_list("reason", flat=True)) == [
        "No orders.",
        "Still none.",
    ]
    assert Escalation.objects.get(pk=first.pk).reason == "No orders."


def test_raised_again_after_its_end_is_a_new_one(coo):
    first = raise_it()
    assert resolve_subject(subject="incident:1", kind=EscalationKind.DISRUPTION, at=NOW, note="Up.") == 1
    assert resolve_subject(subject="incident:1", kind=EscalationKind.DISRUPTION, at=NOW, note="Up.") == 0

    assert raise_it(at=NOW + MINUTE) != first


def test_critical_repetition_makes_it_critical_and_due_at_once(climbing):
    escalation, _ = climbing
    raise_it(severity="critical", at=NOW + 12 * MINUTE)

    assert Escalation.objects.get().severity == "critical"
    assert run_of(escalation).next_due_at == NOW + 12 * MINUTE


@pytest.mark.parametrize("answer", [acknowledge_escalation, take_escalation])
def test_critical_repetition_of_an_answered_one_is_told_at_once(climbing, answer):
    escalation, (first, second) = climbing
    answer(escalation_id=escalation.pk, by=first, at=NOW + 11 * MINUTE)

    raise_it(severity="critical", at=NOW + 12 * MINUTE)

    found = Escalation.objects.get()
    assert (found.severity, found.state, found.acknowledged_at) == ("critical", "raised", None)
    assert advance_due_escalations(at=NOW + 12 * MINUTE) == 1
    told = EscalationEvent.objects.filter(kind="notified").last()
    assert (told.at, told.details["people"]) == (NOW + 12 * MINUTE, [second.pk])


@pytest.mark.parametrize("kind", ["disruption", "compliance"])
@pytest.mark.parametrize("subject", ["incident:18", " Incident : 18", "slo:1", "ledger:1", "signal:1"])
def test_nobody_raises_by_hand_what_the_platform_raises(client, coo, subject, kind):
    body = {"kind": kind, "subject": subject, "title": "Mine", "reason": "First.", "severity": "normal"}
    agent = role_client("support_agent")
    client.force_login(agent.user)

    refused = agent.post(f"{BASE}/escalations/raise/", body)
    page = client.post(reverse("escalations:escalation_new"), body)

    assert (refused.status_code, [one["field"] for one in problem(refused)["errors"]]) == (400, ["subject"])
    assert (page.status_code, "choose a key of your own" in page.content.decode()) == (422, True)
    assert not Escalation.objects.exists()


def test_every_subject_that_the_code_makes_is_the_platforms_own():
    root = Path(settings.BASE_DIR)
    code = [path for app in ("operations", "partnerships", "metrics", "support") for path in (root / app).rglob("*.py")]
    texts = [
        path.read_text()
        for path in code
        if any(word in path.read_text() for word in ("resolve_subject", "NewEscalation(", "def subject_of("))
    ]

    made = {
        prefix for text in texts for prefix in re.findall(r"""(?:subject=|return |PREFIX = )f?"([a-z_]+):[{"]""", text)
    }

    assert made - {"burn"} == OF_THE_PLATFORM  # burn is an event of notices


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "//evil.com", "/\\evil.com", "https://evil.com/x", "x", "/a\\b", "/\t/evil.com"]
)
def test_only_a_path_of_this_site_becomes_a_link(coo, url):
    body = {"kind": "conflict", "subject": "team:1", "title": "Mine", "reason": "First.", "url": url}

    refused = superuser_client().post(f"{BASE}/escalations/raise/", body)

    assert (refused.status_code, [one["field"] for one in problem(refused)["errors"]]) == (400, ["url"])
    made = superuser_client().post(f"{BASE}/escalations/raise/", body | {"url": "/incidents/12/#log"})
    assert made.data["url"] == "/incidents/12/#log"


@pytest.mark.parametrize(
    ("field", "value"),
    [("subject", " "), ("title", ""), ("title", "x" * 201), ("kind", "odd"), ("severity", "x"), ("reason", "x" * 5001)],
)
def test_what_cannot_be_raised_is_refused(field, value):
    new = {"kind": EscalationKind.CONFLICT, "subject": "a:1", "title": "Title", field: value}
    with pytest.raises(InvalidInputError) as refusal:
        raise_escalation(new=NewEscalation(**new), at=NOW)

    assert refusal.value.field == field
    assert not Escalation.objects.exists()


def test_taken_escalation_has_an_owner_and_stops(climbing):
    escalation, (first, _) = climbing
    take_escalation(escalation_id=escalation.pk, by=first, at=NOW + 11 * MINUTE)

    found = Escalation.objects.get()
    assert (found.state, found.owner, found.acknowledged_by) == ("in_progress", first, first)
    assert advance_due_escalations(at=NOW + 3 * HOUR) == 0


def test_activity_prolongs_an_acknowledgement_up_to_seven_days(climbing):
    escalation, (first, second) = climbing
    start = NOW + 15 * MINUTE
    EscalationRun.objects.update(policy_snapshot={**run_of(escalation).policy_snapshot, "ack_expires_seconds": 345_600})
    acknowledge_escalation(escalation_id=escalation.pk, by=first, at=start)
    assert run_of(escalation).next_due_at == start + 4 * DAY
    take_escalation(escalation_id=escalation.pk, by=second, at=start + 2 * DAY)
    assert run_of(escalation).next_due_at == start + 6 * DAY
    take_escalation(escalation_id=escalation.pk, by=first, at=start + 5 * DAY)
    assert run_of(escalation).next_due_at == start + 7 * DAY


def test_acknowledged_one_is_not_acknowledged_twice(climbing):
    escalation, (first, second) = climbing
    acknowledge_escalation(escalation_id=escalation.pk, by=first, at=NOW + 11 * MINUTE)

    with pytest.raises(RefusedTransitionError):
        acknowledge_escalation(escalation_id=escalation.pk, by=second, at=NOW + 11 * MINUTE)


def test_snoozed_one_is_due_again_then_and_not_before(climbing):
    escalation, (first, _) = climbing
    at = NOW + 11 * MINUTE
    snooze_escalation(escalation_id=escalation.pk, until=at + 5 * HOUR, reason="At night.", by=first, at=at)

    assert advance_due_escalations(at=at + 5 * HOUR - MINUTE) == 0
    assert advance_due_escalations(at=at + 5 * HOUR) == 1
    for until in (at, at + 7 * DAY + MINUTE):
        with pytest.raises(InvalidInputError, match="until"):
            snooze_escalation(escalation_id=escalation.pk, until=until, reason="x", by=first, at=at)


def test_declined_one_goes_one_level_down_at_once_and_climbs_on(climbing):
    escalation, (_first, second) = climbing
    at = NOW + 11 * MINUTE
    decline_escalation(escalation_id=escalation.pk, reason="Try the runbook first.", by=second, at=at)
    advance_due_escalations(at=at)
    advance_due_escalations(at=at + 10 * MINUTE)

    assert Escalation.objects.get().state == "declined"
    levels = EscalationEvent.objects.filter(kind="notified").order_by("pk").values_list("level", "loop")
    assert list(levels) == [(1, 0), (2, 0), (1, 0), (2, 0)]


def test_lowest_level_cannot_decline(coo):
    policy, (first, _) = policy_of()
    escalation = raise_it(policy)
    advance_due_escalations(at=NOW)

    with pytest.raises(InvalidInputError, match="no level below"):
        decline_escalation(escalation_id=escalation.pk, reason="Not mine.", by=first, at=NOW)


@pytest.mark.parametrize("missing", ["text", "owner_id", "due_on", "follow_up_on"])
def test_decision_is_whole_or_refused(climbing, missing):
    escalation, (first, _) = climbing
    decision = decision_of(first, **{missing: "" if missing == "text" else None})

    for act in (decide_escalation, close_escalation):
        with pytest.raises(InvalidInputError):
            act(escalation_id=escalation.pk, decision=decision, by=first, at=NOW)
    assert Escalation.objects.get().state == "raised"


def test_decided_and_closed_with_all_on_record(climbing):
    escalation, (first, second) = climbing
    at = NOW + HOUR
    with pytest.raises(InvalidInputError, match="decision"):
        close_escalation(escalation_id=escalation.pk, decision=None, by=first, at=at)
    decide_escalation(escalation_id=escalation.pk, decision=decision_of(second), by=first, at=at)
    assert advance_due_escalations(at=at + DAY) == 0
    close_escalation(escalation_id=escalation.pk, decision=None, by=first, at=at + DAY)

    found = Escalation.objects.get()
    assert (found.state, found.decision, found.owner, found.due_on, found.follow_up_on) == (
        "closed",
        "Roll back, and test first.",
        second,
        DECISION.due_on,
        DECISION.follow_up_on,
    )
    assert (found.decided_at, found.decided_by, found.ended_at) == (at, first, at + DAY)
    ends = OutboxMessage.objects.filter(event__endswith=":end", channel="in_app").values_list("user", flat=True)
    assert set(ends) == {first.pk, second.pk}


def test_resolved_one_is_closed_with_a_decision_and_then_nothing_more_is_done(climbing):
    escalation, (first, _) = climbing
    resolve_escalation(escalation_id=escalation.pk, note="Fixed.", by=first, at=NOW + HOUR)
    close_escalation(escalation_id=escalation.pk, decision=decision_of(first), by=first, at=NOW + DAY)

    assert Escalation.objects.get().ended_at == NOW + HOUR
    for act in (acknowledge_escalation, take_escalation):
        with pytest.raises(RefusedTransitionError):
            act(escalation_id=escalation.pk, by=first, at=NOW + DAY)
    with pytest.raises(RefusedTransitionError):
        resolve_escalation(escalation_id=escalation.pk, note="Again.", by=first, at=NOW + DAY)


ANSWERS = {
    "acknowledge": {},
    "take": {},
    "snooze": {"until": (NOW + DAY).isoformat(), "reason": "x"},
    "decline": {"reason": "x"},
    "decide": {"decision": "Nothing.", "due_on": "2026-04-01", "follow_up_on": "2026-05-01"},
    "resolve": {"note": "x"},
    "close": {"decision": "Nothing.", "due_on": "2026-04-01", "follow_up_on": "2026-05-01"},
}


@pytest.mark.parametrize("action", ANSWERS)
def test_a_matter_of_others_is_not_answered(climbing, client, action):
    escalation, _ = climbing
    agent, body = role_client("support_agent"), dict(ANSWERS[action])
    if "decision" in body:
        body["owner"] = agent.user.pk
    client.force_login(agent.user)

    refused = agent.post(f"{BASE}/escalations/{escalation.pk}/{action}/", body)
    page = client.get(escalation.get_absolute_url())

    assert (refused.status_code, [one["field"] for one in problem(refused)["errors"]]) == (400, ["by"])
    assert "form class" not in page.content.decode()
    assert Escalation.objects.get().state == "raised"
    body = {"kind": "disruption", "subject": "team:1", "title": "Also", "reason": "A note."}
    assert agent.post(f"{BASE}/escalations/raise/", body).status_code == 201


@pytest.mark.parametrize("who", ["owner", "first level", "role of a level", "operations", "coo"])
def test_those_whom_a_matter_is_for_answer_it(coo, who):
    policy, people = policy_of()
    policy.levels.get(number=1).groups.add(Group.objects.get(name="support_lead"))
    person = {
        "owner": UserFactory(),
        "first level": people[0],
        "role of a level": UserFactory(groups=["support_lead"]),
        "operations": UserFactory(groups=["operations"]),
        "coo": coo,
    }[who]
    escalation = raise_it(policy, owner_id=person.pk if who == "owner" else None)

    resolve_escalation(escalation_id=escalation.pk, note="Over.", by=person, at=NOW)

    assert Escalation.objects.get().state == "resolved"


def test_stale_version_is_refused(climbing):
    escalation, (first, _) = climbing
    version = Escalation.objects.get().version
    take_escalation(escalation_id=escalation.pk, by=first, at=NOW + HOUR, version=version)

    with pytest.raises(StaleWriteError):
        take_escalation(escalation_id=escalation.pk, by=first, at=NOW + HOUR, version=version)


def test_api_raises_and_carries_one_to_its_end(coo):
    client, person = superuser_client(), UserFactory()
    body = {"kind": "vendor_dispute", "subject": "partner:7", "title": "Fees", "reason": "They doubled them."}
    made = client.post(f"{BASE}/escalations/raise/", body, format="json")
    url = f"{BASE}/escalations/{made.data['id']}/"
    decision = {"decision": "Pay.", "owner": person.pk, "due_on": "2100-04-01", "follow_up_on": "2100-05-01"}
    later = (NOW + timedelta(days=400_000)).isoformat()

    assert made.status_code == 201, made.data
    assert client.post(f"{BASE}/escalations/raise/", body, format="json").data["id"] == made.data["id"]
    assert client.post(f"{url}acknowledge/", {}, format="json").data["state"] == "acknowledged"
    assert client.post(f"{url}acknowledge/", {}, format="json").status_code == 409
    assert client.post(f"{url}snooze/", {"until": later, "reason": "x"}, format="json").status_code == 400
    assert client.post(f"{url}decline/", {"reason": "x"}, format="json").status_code == 400
    assert client.post(f"{url}take/", {}, format="json", headers={"If-Match": '"1"'}).status_code == 412
    assert client.post(f"{url}take/", {}, format="json").data["state"] == "in_progress"
    assert client.post(f"{url}close/", {}, format="json").status_code == 400
    assert client.post(f"{url}decide/", decision, format="json").data["state"] == "decided"
    assert client.post(f"{url}resolve/", {"note": "Paid."}, format="json").data["state"] == "resolved"
    assert client.post(f"{url}close/", {}, format="json").data["state"] == "closed"
    assert client.get(f"{BASE}/escalations/?is_open=true").data["results"] == []


def test_api_lists_open_ones(coo):
    client = superuser_client()
    raise_it(subject="a:1")
    raise_it(subject="a:2")
    resolve_subject(subject="a:1", kind=EscalationKind.DISRUPTION, at=NOW, note="Over.")

    def subjects(flag):
        return [row["subject"] for row in client.get(f"{BASE}/escalations/?is_open={flag}").data["results"]]

    assert (subjects("true"), subjects("false")) == (["a:2"], ["a:1"])


def test_policy_needs_somebody_who_is_the_coo():
    client, body = superuser_client(), {"name": "Vendors", "kind": "vendor_dispute", "is_default": True}

    refused = client.post(f"{BASE}/escalation-policies/", body, format="json")
    UserFactory(groups=["coo"])
    made = client.post(f"{BASE}/escalation-policies/", body, format="json")

    assert (refused.status_code, made.status_code) == (400, 201)
    assert "cannot be empty" in refused.json()["detail"]


def test_level_tells_somebody_and_a_policy_has_eight_at_most(coo):
    client, policy = superuser_client(), EscalationPolicyFactory()
    body = {"policy": policy.pk, "number": 1, "name": "Lead", "users": [coo.pk]}

    assert client.post(f"{BASE}/escalation-levels/", body | {"users": []}, format="json").status_code == 400
    made = client.post(f"{BASE}/escalation-levels/", body, format="json")
    assert made.status_code == 201
    url = f"{BASE}/escalation-levels/{made.data['id']}/"
    assert client.patch(url, {"users": []}, format="json").status_code == 400
    assert client.patch(url, {"wait_seconds": 60}, format="json").status_code == 200
    for number in range(2, 9):
        EscalationLevelFactory(policy=policy, number=number)
    assert client.post(f"{BASE}/escalation-levels/", body | {"number": 9}, format="json").status_code == 400


def test_admin_makes_a_policy_with_levels_once_somebody_is_the_coo(client):
    root = SuperuserFactory()
    client.force_login(root)
    url = reverse("admin:operations_escalationpolicy_add")
    level = {"levels-0-number": 1, "levels-0-name": "Lead", "levels-0-wait_seconds": 600}
    form = {"name": "Vendors", "repeat_count": 0, "final_wait_seconds": 3600, "levels-TOTAL_FORMS": 1}
    form |= {"levels-INITIAL_FORMS": 0, **level}

    assert "cannot be empty" in client.post(url, form).content.decode()
    UserFactory(groups=["coo"])
    assert "Name a role or a person" in client.post(url, form).content.decode()
    client.post(url, form | {"levels-0-users": [root.pk]})
    assert EscalationPolicy.objects.get().name == "Vendors"
    assert list(EscalationLevel.objects.get().users.all()) == [root]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"due_on": date(2026, 3, 1)}, "due_on"),
        ({"due_on": date(9999, 12, 31)}, "due_on"),
        ({"follow_up_on": date(1, 1, 1)}, "follow_up_on"),
        ({"follow_up_on": date(2026, 3, 4)}, "follow_up_on"),
    ],
)
def test_decision_has_days_that_somebody_can_keep(coo, changes, field):
    escalation, person = raise_it(), coo

    for act in (decide_escalation, close_escalation):
        with pytest.raises(InvalidInputError) as caught:
            act(escalation_id=escalation.pk, decision=decision_of(person, **changes), by=person, at=NOW)
        assert caught.value.field == field


def test_decision_as_it_stands_may_be_sent_again_after_its_days(coo):
    escalation, person = raise_it(), coo
    decide_escalation(escalation_id=escalation.pk, decision=decision_of(person), by=person, at=NOW)

    ended = close_escalation(escalation_id=escalation.pk, decision=decision_of(person), by=person, at=NOW + 90 * DAY)

    assert (ended.state, ended.due_on) == ("closed", DECISION.due_on)
