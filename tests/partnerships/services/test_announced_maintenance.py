"""What partners announce becomes proposals: once, following their edits, and counting nothing before an approval."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from foundation.errors import InvalidInputError
from foundation.fetching.transport import Response
from partnerships.models import CheckResult, HealthCheck, Maintenance
from partnerships.probes.rules import list_approver_problems
from partnerships.probes.statuspage import PROBE
from partnerships.selectors.overlays import get_maintenance_by_check
from partnerships.services.maintenance import approve_maintenance, cancel_maintenance, change_maintenance
from partnerships.services.results import ProbeResult, record_results
from tests.api_client import BASE, problem, role_client
from tests.factories import HealthCheckFactory, IntegrationFactory, PartnerFactory, UserFactory
from tests.partnerships.page_data import DAY, HOUR, MINUTE, watched
from tests.partnerships.services.test_maintenance import hours, rolled

pytestmark = pytest.mark.django_db

T0 = datetime(2026, 3, 2, 12, tzinfo=UTC)
START = T0 + DAY


@pytest.fixture
def document(shared_data):
    """GitHub's summary as it was recorded, to which maintenance can be added."""
    return json.loads(shared_data("status/github_summary_2020-04-02_major_outage.json").read_bytes())


def announced(*, key="m1", start=START, lasts=2 * HOUR, components=("Git Operations",), **fields):
    """In Statuspage's own shape."""
    told = {
        "id": key,
        "name": "Moving the database",
        "status": "scheduled",
        "impact": "maintenance",
        "scheduled_for": start.isoformat().replace("+00:00", "Z"),
        "scheduled_until": (start + lasts).isoformat().replace("+00:00", "Z"),
        "components": [{"id": f"c-{name}", "name": name} for name in components],
    }
    return {**told, **fields}


def feed_of(integration, **fields):
    return HealthCheckFactory(
        integration=integration, kind="statuspage", counts_for_uptime=False, interval_seconds=300, **fields
    )


def tell(feed, document, listed, *, at=T0):
    """The feed answers with the document that lists these; what came of it is recorded as by the poller."""
    body = json.dumps({**document, "scheduled_maintenances": listed}).encode()
    answer = Response(status=200, headers={}, body=body, latency_us=1, final_url="", peer_address="")
    verdict = PROBE.evaluate(answer, feed.config)
    found = ProbeResult(feed.pk, at, at, at, verdict.outcome, announcements=verdict.announcements)
    record_results(results=[found], at=at)


def planned(check, *, until=T0 + 9 * DAY):
    return get_maintenance_by_check([check.pk], start=T0 - 30 * DAY, end=until).get(check.pk, [])


def told():
    return [
        (row.external_id, row.starts_at, row.duration_seconds, row.is_approved, row.is_called_off)
        for row in Maintenance.objects.order_by("external_id")
    ]


def test_an_announcement_is_proposed_once_and_counts_when_approved(document):
    integration = IntegrationFactory()
    check, feed = (
        HealthCheckFactory(integration=integration),
        feed_of(integration, config={"components": ["git operations"]}),
    )
    others = announced(key="m2", components=["GitHub Pages"])

    tell(feed, document, [announced(), others])
    tell(feed, document, [announced(), others], at=T0 + 5 * MINUTE)

    (row,) = Maintenance.objects.all()
    assert told() == [("m1", START, 7200, False, False)]
    assert (row.source, row.title, row.vendor, row.planned_by) == (
        "vendor",
        "Moving the database",
        integration.partner,
        None,
    )
    assert (list(row.integrations.all()), list(row.feeds.all()), row.version) == ([integration], [feed], 1)
    assert planned(check) == []
    assert CheckResult.objects.count() == 2

    approve_maintenance(maintenance_id=row.pk, by=UserFactory(), at=T0)
    tell(feed, document, [announced()], at=T0 + 10 * MINUTE)

    assert len(planned(check)) == 1
    assert told() == [("m1", START, 7200, True, False)]


def test_moved_times_take_the_approval_back_and_words_do_not(document):
    integration = IntegrationFactory()
    check, feed = HealthCheckFactory(integration=integration), feed_of(integration)
    tell(feed, document, [announced()])
    row = Maintenance.objects.get()
    approve_maintenance(maintenance_id=row.pk, by=UserFactory(), at=T0)

    tell(feed, document, [announced(name="Moving two databases")], at=T0 + MINUTE)
    row.refresh_from_db()
    assert (row.title, row.is_approved) == ("Moving two databases", True)

    tell(feed, document, [announced(start=START + HOUR)], at=T0 + 2 * MINUTE)
    assert told() == [("m1", START + HOUR, 7200, False, False)]
    assert planned(check) == []
    with pytest.raises(InvalidInputError, match="starts_at: It follows what the partner announces"):
        change_maintenance(maintenance_id=row.pk, changes={"starts_at": START}, by=UserFactory(), at=T0)


@pytest.mark.parametrize("change", [{"listed": []}, {"status": "cancelled"}, {"components": ["GitHub Pages"]}])
def test_what_is_called_off_counts_no_longer_and_comes_back_as_a_proposal(document, change):
    integration = IntegrationFactory()
    check = HealthCheckFactory(integration=integration)
    feed = feed_of(integration, config={"components": ["Git Operations"]})
    tell(feed, document, [announced()])
    approve_maintenance(maintenance_id=Maintenance.objects.get().pk, by=UserFactory(), at=T0)
    assert planned(check)

    tell(feed, document, change["listed"] if "listed" in change else [announced(**change)], at=T0 + MINUTE)
    assert (told(), planned(check)) == ([("m1", START, 7200, True, True)], [])

    tell(feed, document, [announced()], at=T0 + 2 * MINUTE)
    assert [one[-1] for one in told()] == [False]
    assert planned(check) == []  # somebody looks at it again


def test_what_a_person_cancelled_stays_so(document):
    feed = feed_of(IntegrationFactory())
    tell(feed, document, [announced()])
    row = Maintenance.objects.get()
    cancel_maintenance(maintenance_id=row.pk, by=UserFactory(), at=T0)

    tell(feed, document, [announced(start=START + HOUR)], at=T0 + MINUTE)

    assert told() == [("m1", START, 7200, False, True)]


def test_one_that_ends_early_is_maintenance_up_to_then_and_hours_follow(document):
    check = rolled(watched([("up", 5 * HOUR), ("down", 3 * HOUR), ("up", 4 * HOUR)], at=T0), T0)
    feed = feed_of(check.integration)
    under_way = {"start": T0 - 7 * HOUR, "lasts": 8 * HOUR, "components": ()}

    tell(feed, document, [announced(**under_way)])
    approve_maintenance(maintenance_id=Maintenance.objects.get().pk, by=UserFactory(), at=T0)
    assert hours(check) == {"up": 5 * 3600, "planned_down": 3 * 3600, "planned_up": 4 * 3600}

    over = {"status": "completed", "resolved_at": (T0 - 5 * HOUR).isoformat()}
    tell(feed, document, [announced(**under_way, **over)], at=T0 + MINUTE)
    row = Maintenance.objects.get()
    assert (row.cancelled_from, row.is_called_off, row.is_approved) == (T0 - 5 * HOUR, False, True)
    assert hours(check) == {"up": 9 * 3600, "planned_down": 2 * 3600, "down": 3600}


def test_two_feeds_of_one_partner_tell_of_one_and_all_must_be_trusted(document):
    partner, boss = PartnerFactory(), UserFactory(permissions=["partnerships.change_maintenance"])
    first, second = (IntegrationFactory(partner=partner) for _ in range(2))
    checks = [HealthCheckFactory(integration=one) for one in (first, second)]
    feed, other = feed_of(first, maintenance_approver=boss), feed_of(second)

    tell(feed, document, [announced()])
    row = Maintenance.objects.get()
    assert (row.approved_by, [bool(planned(check)) for check in checks]) == (boss, [True, False])

    tell(other, document, [announced()])
    tell(feed, document, [announced()], at=T0 + MINUTE)
    assert told() == [("m1", START, 7200, False, False)]
    assert [planned(check) for check in checks] == [[], []]

    HealthCheck.objects.filter(pk=other.pk).update(maintenance_approver=boss)
    tell(other, document, [announced()], at=T0 + MINUTE)
    assert [bool(planned(check)) for check in checks] == [True, True]

    tell(other, document, [], at=T0 + 2 * MINUTE)
    assert [bool(planned(check)) for check in checks] == [True, False]
    tell(feed, document, [], at=T0 + 2 * MINUTE)
    assert [planned(check) for check in checks] == [[], []]


@pytest.mark.parametrize(
    "broken",
    [
        {"scheduled_until": None},
        {"scheduled_for": "tomorrow"},
        {"scheduled_until": (START - HOUR).isoformat()},
        {"name": " "},
        {"id": None},
        {"scheduled_until": (START + 40 * DAY).isoformat()},
        {"scheduled_for": (T0 - 32 * DAY).isoformat(), "scheduled_until": (T0 - 31 * DAY).isoformat()},
    ],
)
def test_what_cannot_be_planned_is_left_out(document, broken):
    feed = feed_of(IntegrationFactory())

    tell(feed, document, [announced() | broken, announced(key="m2")])

    assert [one[0] for one in told()] == ["m2"]


def test_over_is_not_called_off_and_no_list_says_nothing(document):
    feed = feed_of(IntegrationFactory())
    tell(feed, document, [announced()])

    answer = Response(
        status=200, headers={}, body=b'{"status": {"indicator": "none"}}', latency_us=1, final_url="", peer_address=""
    )
    assert PROBE.evaluate(answer, {}).announcements is None
    tell(feed, document, [], at=START + timedelta(hours=3))

    assert told() == [("m1", START, 7200, False, False)]


@pytest.mark.parametrize("start", [T0 - 13 * DAY, T0 - MINUTE])
def test_what_began_already_waits_for_a_person_whoever_answers_for_the_feed(document, start):
    check = rolled(watched([("up", 9 * HOUR), ("down", 3 * HOUR)], at=T0), T0)
    feed = feed_of(check.integration, maintenance_approver=UserFactory(permissions=["partnerships.change_maintenance"]))

    tell(feed, document, [announced(start=start, lasts=14 * DAY)])

    assert told() == [("m1", start, 14 * 86_400, False, False)]
    assert (hours(check), planned(check)) == ({"up": 9 * 3600, "down": 3 * 3600}, [])


def test_an_end_that_is_taken_back_does_not_cover_what_happened_since(document):
    integration = IntegrationFactory()
    check = HealthCheckFactory(integration=integration)
    feed = feed_of(integration, maintenance_approver=UserFactory(permissions=["partnerships.change_maintenance"]))
    tell(feed, document, [announced(lasts=DAY)])
    over = {"status": "completed", "resolved_at": (START + HOUR).isoformat()}
    tell(feed, document, [announced(lasts=DAY, **over)], at=START + 2 * HOUR)
    assert told() == [("m1", START, 86_400, True, False)]

    tell(feed, document, [announced(lasts=DAY)], at=START + 5 * HOUR)

    assert told() == [("m1", START, 86_400, False, False)]
    assert planned(check) == []


def test_nothing_counts_in_the_name_of_somebody_who_may_no_longer_approve(document):
    feed = feed_of(IntegrationFactory(), maintenance_approver=UserFactory())

    tell(feed, document, [announced()])

    assert told() == [("m1", START, 7200, False, False)]


def test_only_oneself_with_the_right_answers_for_a_feed():
    anybody, boss, other = (
        UserFactory(name="Ann Ode"),
        *(UserFactory(permissions=["partnerships.change_maintenance"]) for _ in range(2)),
    )
    feed = {"integration": IntegrationFactory(), "kind": "statuspage", "url": "https://status.example.com/"}
    wanted = {**feed, "config": {}, "maintenance_approver": boss}

    def problems(stored, by, **changes):
        found = list_approver_problems(stored=stored, wanted={**wanted, **changes}, by=by)
        return [message.split(":")[0] for _, message in found]

    assert problems({}, anybody, maintenance_approver=anybody) == [
        "Ann Ode may not approve maintenance; choose somebody who may."
    ]
    assert problems({}, boss, kind="http") == ["Leave this empty"]
    assert problems({}, boss, kind="http", maintenance_approver=None) == []
    assert problems({}, boss) == problems(wanted, other) == []
    assert (
        problems({}, other) == problems({**wanted, "maintenance_approver": None}, other) == ["Name yourself or nobody"]
    )
    assert problems(wanted, other, url="https://mine.example.com/") == ["Name yourself or nobody"]
    assert problems(wanted, other, url="https://mine.example.com/", maintenance_approver=None) == []


def test_the_api_lets_nobody_answer_for_a_feed_unasked():
    manager = role_client("partner_manager")
    boss = UserFactory(permissions=["partnerships.change_maintenance"])
    feed = feed_of(IntegrationFactory(), url="https://status.example.com/api/v2/summary.json")
    address = f"{BASE}/health-checks/{feed.pk}/"

    assert manager.patch(address, {"maintenance_approver": boss.pk}).status_code == 400
    assert manager.patch(address, {"maintenance_approver": manager.user.pk}).status_code == 200

    HealthCheck.objects.filter(pk=feed.pk).update(maintenance_approver=boss)
    moved = {"url": "https://mine.example.com/summary.json"}
    refused = manager.patch(address, moved)
    assert [error["field"] for error in problem(refused)["errors"]] == ["maintenance_approver"]
    assert manager.patch(address, {"timeout_ms": 5000}).status_code == 200
    assert manager.patch(address, {**moved, "maintenance_approver": None}).status_code == 200


def test_the_admin_lets_nobody_answer_for_a_feed_unasked(client):
    person = UserFactory(is_staff=True, is_superuser=True)
    boss = UserFactory(permissions=["partnerships.change_maintenance"])
    feed = feed_of(IntegrationFactory(), url="https://status.example.com/api/v2/summary.json")
    client.force_login(person)
    address = reverse("admin:partnerships_healthcheck_change", args=[feed.pk])
    page = client.get(address).context["adminform"].form
    values = {name: page.get_initial_for_field(field, name) for name, field in page.fields.items()}
    filled = {name: value for name, value in values.items() if value is not None} | {"config": "{}"}

    refused = client.post(address, {**filled, "maintenance_approver": boss.pk})
    assert "Name yourself or nobody" in refused.content.decode()
    taken = client.post(address, {**filled, "maintenance_approver": person.pk})

    assert taken.status_code == 302
    feed.refresh_from_db()
    assert feed.maintenance_approver == person
