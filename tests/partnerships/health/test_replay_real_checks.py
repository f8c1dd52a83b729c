"""Real check histories of two public status pages against answers computed elsewhere."""

import csv
import gzip
import json
from datetime import datetime, timedelta
from fractions import Fraction

import pytest

from partnerships.health.outages import list_outages
from partnerships.health.state_machine import Rules, Seen, replay
from partnerships.health.uptime import Span, Window, tally, to_us

OUTCOMES = {"up": "ok", "degraded": "degraded", "down": "fail"}
FILES = ["upptime_curc_2026-05_to_08", "upptime_koj_2020-08_to_2021-07"]


def read_checks(path) -> dict[str, list[Seen]]:
    sites: dict[str, list[Seen]] = {}
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            at = datetime.fromisoformat(row["checked_at"])
            sites.setdefault(row["site"], []).append(Seen(OUTCOMES[row["status"]], at, at))
    return {site: sorted(checks, key=lambda seen: seen.started_at) for site, checks in sites.items()}


@pytest.mark.parametrize("name", FILES)
def test_replaying_the_checks_gives_the_time_weighted_answers(shared_data, name):
    sites = read_checks(shared_data(f"uptime/{name}_checks.csv.gz"))
    answers = json.loads(shared_data(f"uptime/{name}_answers.json").read_text())
    rules = Rules(fail_threshold=1, recover_threshold=1, interval=timedelta(days=3650))  # these answers know no silence

    found = {site: figures(checks, rules) for site, checks in sites.items()}

    expected = {
        site: (answer["uptime_pct_time_weighted"], answer["down_minutes_time_weighted"], answer["outages"])
        for site, answer in answers.items()
    }
    assert found == expected


def figures(checks: list[Seen], rules: Rules) -> tuple[float | None, float, int]:
    states = replay(checks, rules)
    ends = [to_us(since) for _, since in states[1:]] + [None]
    spans = [Span(to_us(since), end, str(state)) for (state, since), end in zip(states, ends, strict=True)]
    first, last = to_us(checks[0].started_at), to_us(checks[-1].started_at)
    counted = tally(spans, Window(first, last, last, first))
    whole = Window(first, last + 1, last + 1, first)  # an outage that begins with the very last check is one too
    uptime = counted.uptime()
    percent = None if uptime is None else float(round(uptime * 100, 4))
    minutes = float(round(Fraction(counted.down, 60_000_000), 2))
    return percent, minutes, len(list_outages(spans, whole))
