import asyncio
import json
import time
from datetime import timedelta
from queue import SimpleQueue

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone

from foundation.fetching.address_policy import AddressPolicy
from foundation.fetching.aiohttp_transport import AiohttpTransport
from partnerships.models import CheckResult, HealthCheck, LatencyHour, StatusInterval
from partnerships.services.claims import Claim, claim_check
from partnerships.services.poll import Poller, close_engine, get_engine, get_poller, poll_due_checks
from partnerships.services.poll_now import poll_checks_now
from partnerships.services.probe_engine import ProbeEngine, is_fresh
from tests.factories import HealthCheckFactory
from tests.partnerships.servers import reply, server_in_thread

pytestmark = pytest.mark.django_db


async def partner(seen, writer):
    """/ok answers, /hang never does, /429 limits, /json reports, everything else fails."""
    path = seen.path.split("?")[0]
    if path == "/hang":
        await asyncio.sleep(30)
    replies = {
        "/ok": reply(b"fine"),
        "/429": reply(b"slow down", status="429 Too Many Requests", headers={"Retry-After": "30"}),
        "/json": reply(json.dumps({"state": "ready"}).encode()),
    }
    writer.write(replies.get(path, reply(b"token=abcdefgh broken", status="500 Oops")))


@pytest.fixture(scope="module")
def server():
    with server_in_thread(partner) as running:
        yield running


@pytest.fixture
def engine():
    def make() -> AiohttpTransport:
        return AiohttpTransport(policy=AddressPolicy.from_setting("127.0.0.1/32"), user_agent="test/1")

    with ProbeEngine(make, clock=timezone.now) as running:
        yield running


@pytest.fixture
def own_engine():
    yield
    close_engine()


def due(url: str, *, seconds: float = 0, **fields) -> HealthCheck:
    defaults = {"interval_seconds": 60, "timeout_ms": 1000, "fail_threshold": 1, "recover_threshold": 1}
    at = timezone.now() + timedelta(seconds=seconds)
    return HealthCheckFactory(url=url, next_due_at=at, **defaults | fields)


def state(check: HealthCheck) -> tuple[str, str, str]:
    check.refresh_from_db()
    return check.state, check.last_outcome, check.last_reason


def test_due_checks_are_probed_and_their_states_known(server, engine):
    good = due(server.url("/ok"))
    broken = due(server.url("/500"))
    limited = due(server.url("/429"))
    asserted = due(
        server.url("/json"),
        config={"assertions": [{"on": "json", "path": "$.state", "op": "equals", "value": "ready"}]},
    )
    blocked = due("http://10.255.255.1/")
    unknown_kind = due(server.url("/ok"))
    HealthCheck.objects.filter(pk=blocked.pk).update(url="http://169.254.169.254/latest")
    later = due(server.url("/ok"), seconds=3600)

    report = poll_due_checks(engine=engine)

    assert (report.claimed, report.stored, report.given_up) == (6, 6, 0)
    assert state(good) == ("up", "ok", "")
    assert state(broken) == ("down", "fail", "status")
    assert state(limited) == ("degraded", "degraded", "quota")
    assert state(asserted) == ("up", "ok", "")
    assert state(blocked) == ("pending", "error", "blocked")
    assert state(unknown_kind)[0] == "up"
    assert state(later) == ("pending", "", "")
    stored = CheckResult.objects.get(health_check=limited)
    assert (stored.http_status, stored.headers) == (429, {"retry-after": "30"})
    assert CheckResult.objects.get(health_check=broken).snippet == "token=[redacted] broken"
    assert CheckResult.objects.get(health_check=good).snippet == ""
    assert good.next_due_at > timezone.now()
    assert LatencyHour.objects.get(health_check=good).n == 1


def test_a_hanging_target_fails_and_delays_nobody(server, engine):
    hanging = due(server.url("/hang"), timeout_ms=2500)
    others = [due(server.url("/ok"), seconds=0.2) for _ in range(5)]

    started = time.monotonic()
    poll_due_checks(engine=engine, ahead=timedelta(seconds=1))

    assert 2.4 < time.monotonic() - started < 5
    assert state(hanging) == ("down", "fail", "timeout")
    finished = CheckResult.objects.filter(health_check__in=others).values_list("finished_at", "scheduled_for")
    assert max(done - due_at for done, due_at in finished) < timedelta(seconds=2)  # sooner than the other fails


def test_each_check_starts_at_its_own_instant(server, engine):
    checks = [due(server.url("/ok"), interval_seconds=86_400) for _ in range(20)]
    first = timezone.now() + timedelta(seconds=0.5)
    for number, check in enumerate(checks):
        HealthCheck.objects.filter(pk=check.pk).update(next_due_at=first + number * timedelta(seconds=0.05))

    poll_due_checks(engine=engine, ahead=timedelta(seconds=2))

    rows = CheckResult.objects.filter(health_check__in=checks)
    starts = [row.started_at for row in rows]
    assert min(row.started_at - row.scheduled_for for row in rows) >= -timedelta(milliseconds=2)
    assert len(starts) == 20
    assert max(starts) - min(starts) > timedelta(seconds=0.5)  # not all at the tick


def test_what_hangs_at_the_end_of_a_session_is_given_back(server, engine):
    check = due(server.url("/hang"), timeout_ms=20_000)

    report = poll_due_checks(engine=engine, seconds=0.5)

    check.refresh_from_db()
    assert (report.claimed, report.stored, report.given_up) == (1, 0, 1)
    assert (check.lease_token, check.lease_until) == ("", None)
    assert check.next_due_at < timezone.now()


def test_what_hangs_at_the_end_of_a_turn_is_stored_by_the_next(server, engine):
    hanging = due(server.url("/hang"), timeout_ms=1500, interval_seconds=3600)
    good = due(server.url("/ok"), interval_seconds=3600)
    poller = Poller(engine)

    first = poller.take_turn(seconds=1)
    between = state(hanging)[0]
    second = poller.take_turn(seconds=20)

    assert (first.claimed, first.stored, between) == (2, 1, "pending")
    assert (second.claimed, second.stored, second.given_up) == (0, 1, 0)
    assert (state(good)[0], state(hanging)) == ("up", ("down", "fail", "timeout"))
    assert CheckResult.objects.filter(health_check=hanging).count() == 1


def test_a_turn_starts_what_is_due_until_the_next(server, engine):
    soon = due(server.url("/ok"), seconds=1.2, interval_seconds=3600)
    poller = Poller(engine)

    poller.take_turn(seconds=0.1)
    time.sleep(1.5)
    poller.take_turn(seconds=5)

    result = CheckResult.objects.get(health_check=soon)
    assert timedelta(0) <= result.started_at - soon.next_due_at < timedelta(seconds=0.2)


def test_while_something_is_under_way_what_becomes_due_is_claimed(server, engine):
    due(server.url("/hang"), timeout_ms=4000, interval_seconds=3600)
    other = due(server.url("/ok"), seconds=1.5, interval_seconds=3600)

    Poller(engine, ahead=timedelta(0)).take_turn(seconds=20)

    result = CheckResult.objects.get(health_check=other)
    assert result.started_at - other.next_due_at < timedelta(seconds=2)


def test_results_that_cannot_be_stored_hold_nothing_up(server, engine, monkeypatch):
    check = due(server.url("/ok"))
    poller = Poller(engine)

    def fail(**_):
        raise OperationalError("database is gone")

    with monkeypatch.context() as patched:
        patched.setattr("partnerships.services.poll.record_results", fail)
        with pytest.raises(OperationalError):
            poller.take_turn(seconds=5)

    assert poller.stop().given_up == 0
    assert poller.take_turn(seconds=5).claimed == 0  # its lease must lapse first
    HealthCheck.objects.filter(pk=check.pk).update(lease_until=timezone.now())
    assert poller.take_turn(seconds=5).stored == 1


def test_a_worker_that_ends_gives_back_what_is_under_way(server, settings, own_engine):
    from partnerships import tasks

    settings.PROBE_ALLOWED_TARGETS = [f"127.0.0.1:{server.port}"]
    check = due(server.url("/hang"), timeout_ms=20_000)
    get_poller().take_turn(seconds=0.3)
    assert HealthCheck.objects.get(pk=check.pk).lease_token

    tasks.stop_polling()

    check.refresh_from_db()
    assert (check.lease_token, check.lease_until) == ("", None)
    assert not CheckResult.objects.filter(health_check=check).exists()


def test_a_check_that_breaks_the_poller_is_an_error_of_ours(server, engine):
    check = due(server.url("/ok"), config={"assertions": [{"on": "status"}]})

    poll_due_checks(engine=engine)

    assert state(check) == ("pending", "error", "poller")


def test_a_check_can_be_polled_now_without_moving_its_grid(server, engine):
    check = HealthCheckFactory(
        url=server.url("/ok"), next_due_at=timezone.now() + timedelta(hours=1), interval_seconds=7200
    )
    grid = check.next_due_at

    found = poll_checks_now(check_ids=[check.pk], engine=engine)

    assert found[check.pk].outcome == "ok"
    assert state(check)[0] == "up"
    assert (check.next_due_at - grid) < timedelta(hours=2)
    assert check.lease_token == ""


def test_a_check_under_way_is_not_polled_twice(server, engine):
    check = due(server.url("/ok"))
    claim_check(check_id=check.pk, at=timezone.now())

    assert poll_checks_now(check_ids=[check.pk, 0], engine=engine) == {}


def test_frequent_checks_keep_their_connection_but_for_every_tenth():
    now = timezone.now()

    def claim(interval: int, slot: int) -> Claim:
        at = now + timedelta(seconds=interval * slot)
        return Claim(7, "http", "", {}, 1.0, interval, at, 1, "t", at)

    assert sum(is_fresh(claim(30, slot)) for slot in range(100)) == 10
    assert all(is_fresh(claim(61, slot)) for slot in range(10))


def test_the_command_polls_once(server, settings, capsys):
    settings.PROBE_ALLOWED_TARGETS = [f"127.0.0.1:{server.port}"]
    check = HealthCheckFactory(url=server.url("/ok"))

    call_command("poll_integrations", once=True)

    assert state(check)[0] == "up"
    assert StatusInterval.objects.filter(health_check=check, ended_at__isnull=True).count() == 1
    assert (
        capsys.readouterr().out == "1 results stored, 1 changes of state, 0 given up, 0 checks without measurements.\n"
    )


def test_the_tasks_do_the_work(server, settings, own_engine):
    from partnerships import tasks

    settings.PROBE_ALLOWED_TARGETS = [f"127.0.0.1:{server.port}"]
    check = due(server.url("/ok"))
    silent = HealthCheckFactory(
        state="up",
        state_since=timezone.now() - timedelta(hours=1),
        stale_at=timezone.now() - timedelta(minutes=50),
        next_due_at=timezone.now() + timedelta(hours=1),
    )
    StatusInterval.objects.create(health_check=silent, state="up", started_at=silent.state_since)

    tasks.poll_due_checks()
    tasks.sweep_stale_checks()
    tasks.drop_old_results()

    assert state(check)[0] == "up"
    assert state(silent)[0] == "unknown"
    assert get_engine() is get_engine()


def test_a_claim_given_up_before_it_began_still_comes_back(server, engine):
    sink = SimpleQueue()
    check = due(server.url("/ok"))
    claim = claim_check(check_id=check.pk, at=timezone.now())

    engine._loop.call_soon_threadsafe(lambda: (engine._start([claim], sink), engine._cancel([claim])))

    done = sink.get(timeout=5)
    assert (done.claim, done.result) == (claim, None)


def test_a_port_is_polled_like_any_other_target(server, engine):
    reached = due(f"tcp://127.0.0.1:{server.port}", kind="tcp")
    blocked = due("tcp://10.0.0.1:443", kind="tcp")

    poll_due_checks(engine=engine)

    assert state(reached) == ("up", "ok", "")
    assert reached.last_latency_us > 0
    assert CheckResult.objects.get(health_check=reached).http_status is None
    assert state(blocked) == ("pending", "error", "blocked")
