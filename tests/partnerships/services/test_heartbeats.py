"""From the key to the state: issued, called, judged by the worker that judges everything else."""

import json
from datetime import timedelta

import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.logs import configure_logging
from foundation.errors import InvalidInputError
from partnerships.models import CheckResult, HealthCheck
from partnerships.services.heartbeats import Beat, issue_heartbeat_key, record_beat
from partnerships.services.poll import poll_due_checks
from partnerships.services.probe_engine import ProbeEngine
from tests.api_client import client_of
from tests.factories import HealthCheckFactory, UserFactory

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


def heartbeat(**fields) -> HealthCheck:
    defaults = {"kind": "heartbeat", "url": "", "config": {"every_seconds": 60, "grace_seconds": 10}}
    return HealthCheckFactory(**defaults | {"fail_threshold": 1, "recover_threshold": 1} | fields)


def beats_of(check: HealthCheck):
    check.refresh_from_db()
    return check.last_beat_at


def unused_transport():
    raise AssertionError("a heartbeat opens no connection")


@pytest.fixture
def engine():
    with ProbeEngine(unused_transport, clock=timezone.now) as running:
        yield running


def state_after_poll(check: HealthCheck, engine) -> tuple[str, str, str]:
    HealthCheck.objects.filter(pk=check.pk).update(next_due_at=timezone.now())
    poll_due_checks(engine=engine)
    check.refresh_from_db()
    return check.state, check.last_outcome, check.last_reason


def test_only_a_fingerprint_of_the_key_is_kept():
    check = heartbeat()

    key = issue_heartbeat_key(check_id=check.pk)

    with connection.cursor() as cursor:
        cursor.execute("select * from partnerships_healthcheck")
        stored = str(cursor.fetchall())
    check.refresh_from_db()
    assert len(key) == 43
    assert key not in stored
    assert len(check.heartbeat_fingerprint) == 64
    assert key not in str(list(LogEntry.objects.values_list("changes", flat=True)))
    assert LogEntry.objects.get_for_object(check).first().changes == {"heartbeat_key": ["", "issued anew"]}


def test_a_new_key_ends_the_one_before():
    check = heartbeat()
    first, second = issue_heartbeat_key(check_id=check.pk), issue_heartbeat_key(check_id=check.pk)
    now = timezone.now()

    assert record_beat(key=first, at=now) == Beat.UNKNOWN
    assert beats_of(check) is None
    assert record_beat(key=second, at=now) == Beat.TAKEN
    assert beats_of(check) == now


def test_other_kinds_have_no_key():
    check = HealthCheckFactory()

    with pytest.raises(InvalidInputError):
        issue_heartbeat_key(check_id=check.pk)


@pytest.mark.parametrize("key", ["", "x", "é", "\x00", "a" * 5000])
def test_what_is_no_key_is_unknown(key):
    check = heartbeat()  # has none yet

    assert record_beat(key=key, at=timezone.now()) == Beat.UNKNOWN
    assert beats_of(check) is None


def test_calls_within_a_second_are_refused_and_time_goes_forward_only():
    check, now = heartbeat(), timezone.now()
    key = issue_heartbeat_key(check_id=check.pk)

    found = [record_beat(key=key, at=now + delay) for delay in (0 * SECOND, 0.9 * SECOND, SECOND, -60 * SECOND)]

    assert found == [Beat.TAKEN, Beat.TOO_SOON, Beat.TAKEN, Beat.TOO_SOON]
    assert beats_of(check) == now + SECOND


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_partner_calls_without_signing_in(method):
    check = heartbeat()
    url = reverse("heartbeats:beat", args=[issue_heartbeat_key(check_id=check.pk)])
    partner = Client(enforce_csrf_checks=True)

    first, second = getattr(partner, method)(url), getattr(partner, method)(url)

    assert (first.status_code, first.content) == (200, b"ok\n")
    assert (second.status_code, second.headers["Retry-After"]) == (429, "1")
    assert "no-store" in first.headers["Cache-Control"]
    assert not first.cookies
    assert beats_of(check) is not None


def test_other_calls_are_refused(client):
    url = reverse("heartbeats:beat", args=["guess"])

    assert [client.get(url).status_code, client.put(url).status_code, client.head(url).status_code] == [404, 405, 405]


def test_the_worker_judges_silence(engine):
    check, now = heartbeat(), timezone.now()
    key = issue_heartbeat_key(check_id=check.pk)

    before = state_after_poll(check, engine)
    record_beat(key=key, at=now - 60 * SECOND)
    alive = state_after_poll(check, engine)
    HealthCheck.objects.filter(pk=check.pk).update(last_beat_at=now - 75 * SECOND)
    late = state_after_poll(check, engine)
    record_beat(key=key, at=timezone.now())
    again = state_after_poll(check, engine)

    assert before == ("pending", "error", "no_heartbeat")
    assert (alive, late, again) == (("up", "ok", ""), ("down", "fail", "heartbeat_late"), ("up", "ok", ""))
    assert set(CheckResult.objects.values_list("latency_us", "http_status")) == {(None, None)}


def test_a_tool_asks_for_the_address_and_the_partner_calls_it():
    check = heartbeat()
    tool = client_of(UserFactory(permissions=["partnerships.view_healthcheck", "partnerships.change_healthcheck"]))

    answer = tool.post(f"/api/v1/health-checks/{check.pk}/heartbeat-keys/")
    called = Client().post(answer.json()["url"])
    other = tool.post(f"/api/v1/health-checks/{HealthCheckFactory().pk}/heartbeat-keys/")

    assert (answer.status_code, called.status_code) == (201, 200)
    assert (other.status_code, other.json()["code"]) == (409, "other_kind")
    assert "heartbeat_fingerprint" not in tool.get(f"/api/v1/health-checks/{check.pk}/").json()


def test_the_admin_tells_the_address_once(client):
    person = UserFactory(is_staff=True, is_superuser=True)
    client.force_login(person)
    check = heartbeat()
    chosen = {"action": "issue_heartbeat_key", "_selected_action": [check.pk]}

    told = client.post("/admin/partnerships/healthcheck/", chosen, follow=True).content.decode()
    again = client.get("/admin/partnerships/healthcheck/").content.decode()
    refused = client.post(
        "/admin/partnerships/healthcheck/", chosen | {"_selected_action": [HealthCheckFactory().pk]}, follow=True
    )

    url = told.split("is called at ")[1].split(" ")[0]
    assert Client().get(url).status_code == 200
    assert url not in again
    assert "Choose one check of kind heartbeat." in refused.content.decode()


def test_keys_do_not_stand_in_logs():
    formatter = configure_logging(level="INFO")["formatters"]["json"]
    event = {"event": 'Not Found: /heartbeat/s3cret"', "request": "POST /heartbeat/s3cret?x=1", "n": 1}

    for process in formatter["foreign_pre_chain"][-1:]:
        event = process(None, "info", event)

    assert json.loads(json.dumps(event)) == {
        "event": 'Not Found: /heartbeat/[key]"',
        "request": "POST /heartbeat/[key]?x=1",
        "n": 1,
    }
