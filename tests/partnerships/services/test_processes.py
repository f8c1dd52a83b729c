"""Pollers as real processes, at once and killed: on whichever database the suite runs on."""

import asyncio
import json
import random
import time
from collections import Counter

import pytest

from tests.partnerships.servers import reply, server_in_thread
from tests.processes import kill_hard

CHECKS = 40
SETUP = """
    from django.utils import timezone
    from partnerships.models import HealthCheck, Integration, Partner
    partner = Partner.objects.create(name="P", slug="p")
    for number in range({checks}):
        integration = Integration.objects.create(partner=partner, name=f"I{{number}}", slug=f"i{{number}}")
        path = ("ok", "flap", "slow", "broken")[number % 4]
        HealthCheck.objects.create(
            integration=integration, name="API", url=f"{url}/{{path}}/{{number}}", interval_seconds=5,
            retry_interval_seconds=5, timeout_ms=2000, fail_threshold=1, recover_threshold=1,
        )
"""
POLL = """
    import time
    from datetime import timedelta
    from django.utils import timezone
    from foundation.fetching.build import build_transport
    from partnerships.services.poll import Poller
    from partnerships.services.probe_engine import ProbeEngine
    ends = time.monotonic() + {seconds}
    clock = lambda: timezone.now() + timedelta(seconds={later})
    print("polling", flush=True)
    with ProbeEngine(build_transport, clock=clock) as engine:
        poller = Poller(engine, clock=clock)
        while time.monotonic() < ends:
            poller.take_turn(seconds={turn})
            time.sleep(0.05)
        print(poller.stop().given_up)
"""
DISTURB = """
    import random, time
    from django.utils import timezone
    from partnerships.models import HealthCheck
    from partnerships.services.events import pause_check, resume_check, sweep_stale_checks
    from partnerships.services.tiers import change_integration_tier
    ids = list(HealthCheck.objects.values_list("pk", "integration_id"))
    tiers = ["production", "experimental"]
    ends = time.monotonic() + {seconds}
    number = 0
    while time.monotonic() < ends:
        check_id, integration_id = ids[number % len(ids)]
        pause_check(check_id=check_id, at=timezone.now())
        sweep_stale_checks(at=timezone.now())
        change_integration_tier(
            integration_id=integration_id, tier=tiers[number // len(ids) % 2], at=timezone.now(), by=None
        )
        resume_check(check_id=check_id, at=timezone.now())
        number += 1
        time.sleep(0.1)
"""
VERIFY = """
    import json
    from collections import Counter
    from datetime import timedelta
    from partnerships.health.uptime import Window, sum_tallies, tally, to_us
    from partnerships.models import CheckResult, HealthCheck, LatencyHour, StatusInterval, UptimeHour
    from partnerships.selectors.spans import get_spans_by_check
    wrong = []
    for check in HealthCheck.objects.all():
        rows = list(StatusInterval.objects.filter(health_check=check).order_by("started_at"))
        if any(a.ended_at != b.started_at for a, b in zip(rows, rows[1:])):
            wrong.append(f"{check.pk}: gap or overlap")
        if [row.ended_at for row in rows].count(None) != (1 if rows else 0) or (rows and rows[-1].ended_at):
            wrong.append(f"{check.pk}: not one open interval")
        if rows and (check.state, check.state_since) != (rows[-1].state, rows[-1].started_at):
            wrong.append(f"{check.pk}: state is not that of its interval")
        if rows and check.rolled_up_to:
            limit = to_us(check.rolled_up_to)
            spans = get_spans_by_check([check.pk], start=rows[0].started_at, end=check.rolled_up_to)[check.pk]
            counted = tally(spans, Window(to_us(rows[0].started_at), limit, limit))
            hours = UptimeHour.objects.filter(health_check=check)
            kinds = ("up", "degraded", "down", "unknown", "paused")
            stored = [sum(getattr(hour, f"{kind}_us") for hour in hours) for kind in kinds]
            if stored != [getattr(counted, kind) for kind in kinds]:
                wrong.append(f"{check.pk}: hours {stored} are not {counted}")
        measured = CheckResult.objects.filter(health_check=check, outcome__in=["ok", "degraded"]).count()
        if sum(hour.n for hour in LatencyHour.objects.filter(health_check=check)) != measured:
            wrong.append(f"{check.pk}: latencies")
    slots = Counter(CheckResult.objects.values_list("health_check_id", "scheduled_for", "attempt"))
    wrong += [f"{slot} twice" for slot, times in slots.items() if times > 1]
    paths = Counter(url.split("/")[-1] for url in CheckResult.objects.values_list("health_check__url", flat=True))
    print(json.dumps({"wrong": wrong, "results": paths, "leases": HealthCheck.objects.exclude(lease_token="").count(),
                      "states": Counter(HealthCheck.objects.values_list("state", flat=True))}))
"""


async def partner(seen, writer):
    """/ok answers, /slow takes its time, /flap is down every other second, /broken always."""
    kind = seen.path.split("/")[1]
    if kind == "slow":
        await asyncio.sleep(0.3)
    is_down = kind == "broken" or (kind == "flap" and int(time.time()) % 2)
    writer.write(reply(b"x", status="500 Oops" if is_down else "200 OK"))


@pytest.fixture
def server():
    with server_in_thread(partner) as running:
        yield running


@pytest.fixture
def polled(own_database, server):
    own_database.env["PROBE_ALLOWED_TARGETS"] = "127.0.0.0/8"
    own_database.run_code(SETUP.format(checks=CHECKS, url=server.url("").rstrip("/")))
    return own_database


def verified(database) -> dict:
    found = json.loads(database.run_code(VERIFY))
    assert found["wrong"] == []
    return found


def finished(processes) -> list[str]:
    """The last line that each of them printed."""
    lines = []
    for process in processes:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, f"{out}\n{err}"
        lines.append(out.split("\n")[-2] if out else "")
    return lines


def test_two_pollers_at_once_probe_each_slot_once(polled, server):
    given_up = finished([polled.start_code(POLL.format(seconds=9, later=0, turn=3)) for _ in range(2)])

    found = verified(polled)

    asked = Counter(seen.path.split("/")[-1] for seen in server.requests)
    found["results"] = Counter(found["results"])
    assert found["results"] - asked == Counter()
    # no slot asked for twice, and no request without a result but for those on their way when the pollers ended
    assert (asked - found["results"]).total() <= sum(map(int, given_up))
    assert len(found["results"]) == CHECKS
    assert found["leases"] == 0


def test_pollers_beside_pauses_sweeps_and_changes_of_tier(polled):
    finished(
        [
            polled.start_code(POLL.format(seconds=8, later=0, turn=3)),
            polled.start_code(POLL.format(seconds=8, later=0, turn=3)),
            polled.start_code(DISTURB.format(seconds=8)),
        ]
    )

    found = verified(polled)

    assert len(found["results"]) == CHECKS
    assert found["leases"] == 0


def test_a_poller_killed_at_any_instant_leaves_nothing_torn_or_stuck(polled):
    rng = random.Random(11)
    for _ in range(3):
        process = polled.start_code(POLL.format(seconds=60, later=0, turn=3))
        assert process.stdout.readline() == "polling\n"
        time.sleep(rng.uniform(0.3, 2.0))
        kill_hard(process)
    before = verified(polled)

    # a minute later every lease has lapsed: whatever was under way is due again and is measured
    finished([polled.start_code(POLL.format(seconds=1, later=60, turn=12))])

    after = verified(polled)
    unmeasured = [n for n in map(str, range(CHECKS)) if after["results"][n] <= before["results"].get(n, 0)]
    assert unmeasured == []
    assert after["leases"] == 0
