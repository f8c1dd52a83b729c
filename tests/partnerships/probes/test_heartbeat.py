from datetime import UTC, datetime, timedelta

import pytest

from partnerships.probes.heartbeat import PROBE
from partnerships.probes.rules import list_check_problems

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
CONFIG = {"every_seconds": 60, "grace_seconds": 10}


def judged(silence: float | None, **config) -> tuple[str, str]:
    last = None if silence is None else AT - timedelta(seconds=silence)
    found = PROBE.judge(last, config, at=AT)
    return str(found.outcome), found.reason


@pytest.mark.parametrize(
    ("silence", "config", "expected"),
    [
        (0, CONFIG, ("ok", "")),
        (70, CONFIG, ("ok", "")),
        (70.001, CONFIG, ("fail", "heartbeat_late")),
        (3900, {}, ("ok", "")),
        (3901, {}, ("fail", "heartbeat_late")),
        (-5, CONFIG, ("ok", "")),
        (None, CONFIG, ("error", "no_heartbeat")),
    ],
)
def test_it_is_late_after_interval_and_grace(silence, config, expected):
    assert judged(silence, **config) == expected


def test_the_last_call_is_told():
    last = AT - timedelta(seconds=30)

    assert PROBE.judge(last, CONFIG, at=AT).detail == "Last call 2026-03-01 11:59:30 UTC."


@pytest.mark.parametrize(
    ("url", "config", "expected"),
    [
        ("", {}, []),
        ("", CONFIG, []),
        ("https://api.example", {}, ["url"]),
        ("", {"every_seconds": 9}, ["config"]),
        ("", {"every_seconds": 31 * 86_400 + 1}, ["config"]),
        ("", {"grace_seconds": 0}, ["config"]),
        ("", {"grace_seconds": True}, ["config"]),
        ("", {"every_seconds": "60", "grace_seconds": None}, ["config", "config"]),
        ("", {"every": 60}, ["config"]),
    ],
)
def test_a_heartbeat_has_no_address_of_the_partner(url, config, expected):
    assert [
        field for field, _ in list_check_problems(kind="heartbeat", url=url, config=config, counts_for_uptime=True)
    ] == expected


def test_other_kinds_still_need_an_address():
    assert [field for field, _ in list_check_problems(kind="http", url="", config={}, counts_for_uptime=True)] == [
        "url"
    ]
