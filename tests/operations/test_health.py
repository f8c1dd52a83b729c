from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from operations.models import Heartbeat
from operations.services.housekeeping import record_heartbeat
from operations.tasks import record_heartbeat as record_heartbeat_task
from tests.factories import DirtyMarkFactory, HealthCheckFactory


@pytest.fixture
def broker(settings):
    folder = settings.BROKER_DIR / "queue"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_alive_needs_no_database(client):
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db
def test_ready_when_every_part_works(client, broker):
    record_heartbeat(name="beat", at=timezone.now())

    response = client.get("/readyz")

    assert response.status_code == 200
    assert (response.json()["status"], response.json()["failing"]) == ("ok", [])
    assert set(response.json()["parts"]) == {
        "beat",
        "broker",
        "database",
        "dirty_marks",
        "due_checks",
        "escalations",
        "outbox",
        "self_check",
    }


@pytest.mark.django_db
@pytest.mark.parametrize("age", [None, 91])
def test_scheduler_that_was_not_seen_is_not_ready(client, broker, age):
    if age is not None:
        record_heartbeat(name="beat", at=timezone.now() - timedelta(seconds=age))

    response = client.get("/readyz")

    assert (response.status_code, response.json()["failing"]) == (503, ["beat"])


@pytest.mark.django_db
def test_broker_folder_that_is_gone_is_not_ready(client, settings, tmp_path):
    settings.BROKER_DIR = tmp_path
    settings.REDIS_URL = ""
    record_heartbeat(name="beat", at=timezone.now())

    assert client.get("/readyz").json()["failing"] == ["broker"]


@pytest.mark.django_db
def test_unreachable_redis_is_not_ready(client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    record_heartbeat(name="beat", at=timezone.now())

    assert client.get("/readyz").json()["failing"] == ["broker"]


@pytest.mark.django_db
def test_due_work_that_waits_too_long_is_not_ready(client, broker, settings):
    settings.READY_LATE_SECONDS = 60
    now = timezone.now()
    record_heartbeat(name="beat", at=now)
    HealthCheckFactory(next_due_at=now - timedelta(seconds=61))
    HealthCheckFactory(next_due_at=now - timedelta(hours=5), is_paused=True)
    DirtyMarkFactory(created_at=now - timedelta(seconds=30))

    body = client.get("/readyz").json()

    assert body["failing"] == ["due_checks"]
    assert 61 <= body["parts"]["due_checks"]["seconds"] < 120
    assert 30 <= body["parts"]["dirty_marks"]["seconds"] < 60


@pytest.mark.django_db
def test_a_mark_that_fails_again_and_again_is_late_though_it_is_set_aside(client, settings):
    settings.READY_LATE_SECONDS = 60
    now = timezone.now()
    record_heartbeat(name="beat", at=now)
    DirtyMarkFactory(created_at=now - timedelta(hours=1), attempts=4, not_before=now + timedelta(hours=1), lane=1)

    assert client.get("/readyz").json()["failing"] == ["dirty_marks"]


@pytest.mark.django_db
def test_heartbeat_task_moves_only_forward():
    record_heartbeat_task()
    seen = Heartbeat.objects.get(name="beat").seen_at

    record_heartbeat(name="beat", at=seen - timedelta(hours=1))

    assert Heartbeat.objects.get(name="beat").seen_at == seen


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("10.0.0.7", {}, 403),
        ("", {}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 403),
        ("10.0.0.7", {"Authorization": "Bearer s3cret"}, 200),
        ("10.0.0.7", {"Authorization": "Bearer other"}, 403),
        ("10.0.0.7", {"Authorization": "Bearer "}, 403),
    ],
)
def test_prometheus_is_not_public(client, settings, address, headers, status):
    settings.METRICS_TOKEN = "s3cret"

    response = client.get("/metrics", headers=headers, REMOTE_ADDR=address)

    assert response.status_code == status
    assert (b"django_http_requests_before_middlewares_total" in response.content) == (status == 200)


@pytest.mark.django_db
def test_without_a_token_set_no_bearer_is_let_in(client, settings):
    settings.METRICS_TOKEN = ""

    assert client.get("/metrics", headers={"Authorization": "Bearer "}, REMOTE_ADDR="10.0.0.7").status_code == 403


@pytest.mark.django_db
def test_ready_reports_the_engine(client, broker):
    assert client.get("/readyz").json()["parts"]["database"]["detail"] == connection.vendor
