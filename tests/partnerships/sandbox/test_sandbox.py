import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from pathlib import Path

import pytest
from aiohttp import web

from dashboards.demo.catalogue import PARTNERS
from foundation.fetching.address_policy import AddressPolicy
from foundation.fetching.aiohttp_transport import AiohttpTransport
from foundation.fetching.transport import Request, TransportError
from partnerships.probes.registry import get_probe
from partnerships.sandbox.server import make_app
from partnerships.sandbox.timetable import PARTNER_SLOTS as SLOTS
from partnerships.sandbox.timetable import SLOT_SECONDS, TRIALS, Timetable, Trouble

ROUND = SLOTS * SLOT_SECONDS
START = 1_800_000_000 - 1_800_000_000 % ROUND
NAMES = [
    (partner.name.lower(), f"{TRIALS if one.tier == 'experimental' else ''}{one.name.lower()}")
    for partner in PARTNERS
    for one in partner.integrations
]


def test_the_timetable_repeats_and_depends_on_the_seed_alone():
    def day(seed: int, start: int) -> list[Trouble]:
        table = Timetable(seed)
        return [table.trouble(*name, start + second) for name in NAMES for second in range(0, ROUND, 20)]

    assert day(1, START) == day(1, START + 7 * ROUND)
    assert day(1, START) != day(2, START)


def test_something_changes_at_least_every_two_minutes():
    table = Timetable(1)

    def unwell(slot: int) -> set:
        return {name for name in NAMES if table.trouble(*name, START + slot * SLOT_SECONDS) != Trouble.NONE}

    states = [unwell(slot) for slot in range(SLOTS + 2)]

    assert all(states[number] != states[number + 2] or states[number] != states[number + 1] for number in range(SLOTS))
    assert all(len(state) < len(NAMES) for state in states)


def test_every_integration_is_well_most_of_the_time():
    table = Timetable(1)
    unwell = Counter(
        name
        for name in NAMES
        for slot in range(SLOTS)
        if table.trouble(*name, START + slot * SLOT_SECONDS) != Trouble.NONE
    )

    assert max(unwell.values()) <= SLOTS / 10 + 1
    assert sum(unwell.values()) < len(NAMES) * SLOTS / 8
    kinds = {table.trouble(*name, START + slot * SLOT_SECONDS) for name in NAMES for slot in range(SLOTS)}
    assert {Trouble.NONE, Trouble.UNAVAILABLE, Trouble.SLOW, Trouble.LIMITED} <= kinds


def test_what_is_in_production_is_down_with_its_partner_only():
    table = Timetable(1)
    kinds = {
        table.trouble(*name, START + slot * SLOT_SECONDS)
        for name in NAMES
        if not name[1].startswith(TRIALS)
        for slot in range(SLOTS)
    }

    assert kinds == {Trouble.NONE, Trouble.SLOW, Trouble.LIMITED, Trouble.UNAVAILABLE}


def test_a_status_page_admits_its_trouble_late():
    table = Timetable(1)
    began = next(
        START + slot * SLOT_SECONDS
        for slot in range(SLOTS)
        if table.is_partner_down("asana", START + slot * SLOT_SECONDS)
    )

    told = [table.admits("asana", began + after) for after in (0, 14, 15, 74, 75)]

    assert told == [False, False, True, True, False]
    assert table.began_at(began + 20) == began


def moment_of(trouble: Trouble) -> tuple[str, str, float]:
    table = Timetable(1)
    for number in range(500):
        for slot in range(SLOTS):
            now = START + slot * SLOT_SECONDS + 30
            if table.trouble("asana", f"{TRIALS}i{number}/health", now) == trouble:
                return "asana", f"{TRIALS}i{number}/health", now
    raise AssertionError(trouble)


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [
        (Trouble.NONE, ("ok", "")),
        (Trouble.ERROR, ("fail", "status")),
        (Trouble.UNAVAILABLE, ("fail", "status")),
        (Trouble.LIMITED, ("degraded", "quota")),
        (Trouble.WRONG, ("fail", "json")),
        (Trouble.SLOW, ("degraded", "latency")),
        (Trouble.HANGING, ("fail", "timeout")),
    ],
)
def test_our_probes_see_each_trouble(trouble, expected):
    partner, integration, now = moment_of(trouble)
    config = {
        "assertions": [
            {"on": "latency_ms", "op": "less_than", "value": 1000},
            {"on": "json", "path": "$.status", "op": "equals", "value": "ok"},
        ]
    }

    assert probe("http", f"/{partner}/{integration}", config, now) == expected


@pytest.mark.parametrize(
    ("kind", "path", "config"),
    [
        ("statuspage", "/asana/api/v2/summary.json", {}),
        ("statuspage", "/asana/api/v2/summary.json", {"components": ["API"]}),
        ("slack_status", "/asana/api/v2.0.0/current", {"services": ["Apps/Integrations/APIs"]}),
    ],
)
def test_our_feed_probes_read_its_status_pages(kind, path, config):
    _, _, bad = moment_of(Trouble.UNAVAILABLE)
    _, _, good = moment_of(Trouble.NONE)
    while Timetable(1).admits("asana", good):
        good += SLOT_SECONDS

    assert probe(kind, path, config, bad)[0] == "fail"
    assert probe(kind, path, config, good) == ("ok", "")


def probe(kind: str, path: str, config: dict, now: float) -> tuple[str, str]:
    async def scenario():
        runner = web.AppRunner(make_app(seed=1, clock=lambda: now), shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        transport = AiohttpTransport(policy=AddressPolicy.from_setting(f"127.0.0.1:{port}"), user_agent="test/1")
        one = get_probe(kind)
        request: Request = one.build_request(f"http://127.0.0.1:{port}{path}", config, timeout_seconds=2, is_fresh=True)
        try:
            verdict = one.evaluate(await transport.fetch(request), config)
        except TransportError as error:
            verdict = one.explain(error)
        finally:
            await transport.close()
            await runner.cleanup()
        return str(verdict.outcome), verdict.reason

    return asyncio.run(scenario())


def test_the_command_serves_and_stops(tmp_path):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    root = Path(__file__).resolve().parents[3]
    environment = os.environ | {"DEMO": "1", "DATA_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/db"}
    running = subprocess.Popen(
        [sys.executable, "manage.py", "run_partner_sandbox", "--port", str(port)],
        cwd=root,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        body = b""
        for _ in range(100):
            try:
                body = urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2).read()
                break
            except OSError:
                time.sleep(0.1)
        assert b'"status": "ok"' in body
    finally:
        running.send_signal(signal.SIGTERM)
        output, _ = running.communicate(timeout=15)
    assert running.returncode == 0, output
