"""Each benchmark runs at a tiny size and prints what it compares; what it measures then means nothing."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from benchmarks.report import Line, make_table, show_ratio

ROOT = Path(__file__).resolve().parents[2]
TINY = {
    "CHECKS": 60,
    "CHECK_ROUNDS": 1,
    "WRK_SECONDS": 1,
    "SHARD_CHECKS": 40,
    "TASK_CHECKS": 6,
    "LAG_CHECKS": 300,
    "LAG_SECONDS": 4,
    "LAG_HANG_SECONDS": 1,
    "STEADY_CHECKS": 200,
    "STEADY_INTERVAL": 5,
    "STEADY_INTERVALS": 1,
    "STEADY_TIMEOUT": 1,
    "STEADY_WARM_UP": 5,
    "TICKETS_SMALL": 200,
    "TICKETS": 400,
    "TICKETS_LARGE": 600,
    "TICKETS_A_DAY": 5,
    "RESULTS": 4000,
    "RESULT_CHECKS": 2,
    "BARS": 3,
    "BARS_OUTAGES": 4,
    "BARS_ROUNDS": 1,
    "PAGE_METRICS": 2,
    "PAGE_ROUNDS": 1,
    "EDITS": 1,
    "IMPORT_LOG_ROWS": 120,
    "IMPORT_TICKET_ROWS": 50,
    "CLOCK_TICKETS": 20,
    "DESK_TICKETS": 300,
    "DESK_PEER_TICKETS": 20,
    "DESK_PAGE": 3,
    "DESK_ROUNDS": 1,
    "HELPDESK": 0,  # Nothing is installed for a test.
    "AA_EXPERIMENTS": 2,
    "AA_UNITS": 60,
}
LIMIT_SECONDS = 800
"""All of them one after another, two first migrates among them, beside the other tests."""
LINE = re.compile(r"^  .+: ours .+ \| .+ \| ratio [\d.,]+", re.MULTILINE)
IS_POSTGRESQL = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")


def server_url() -> str:
    """The server under test; on SQLite one that is not there, so that the benchmarks have to do without."""
    if not IS_POSTGRESQL:
        return "postgres://postgres@127.0.0.1:1/none"
    database = settings.DATABASES["default"]
    password = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
    return f"postgres://{database['USER']}{password}@{database['HOST']}:{database['PORT'] or 5432}/postgres"


def run_bench(*names: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    env = {
        **os.environ,
        **{f"BENCH_{name}": str(value) for name, value in TINY.items()},
        "BENCH_POSTGRES_URL": server_url(),
        "PATH": path or os.environ["PATH"],
    }
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *names],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
    )


CASES = [
    ("checks", 5, 6, ["prometheus-blackbox-exporter", "wrk"]),
    ("shards", 1, 1, []),
    ("lag", 1, 2, []),
    ("steady", 3, 6, ["prometheus", "prometheus-blackbox-exporter"]),
    ("values", 3, 15, []),
    ("uptime", 0, 3, []),
    ("bars", 4, 8, []),
    ("scorecard", 3, 6, []),
    ("imports", 0, 8, []),
    ("clocks", 2, 5, []),
    ("desk", 11, 22, []),
    ("experiments", 15, 15, []),
]
if not IS_POSTGRESQL:  # Measured beside PostgreSQL as well, these need not be run twice.
    CASES = [case for case in CASES if case[0] not in {"checks", "shards", "lag", "steady", "experiments"}]


@pytest.fixture(scope="session")
def whole_run() -> dict[str, str]:
    """What each benchmark printed in one run of all of them."""
    names = [case[0] for case in CASES]
    done = run_bench(*names)
    assert done.returncode == 0, done.stderr
    printed = done.stdout.partition("\n| measured")[0]  # The table and what was left out in all come after it.
    sections = re.split(rf"^({'|'.join(names)}): ", printed, flags=re.MULTILINE)
    return dict(zip(sections[1::2], sections[2::2], strict=True))


@pytest.mark.slow
@pytest.mark.timeout(LIMIT_SECONDS + 20)
@pytest.mark.xdist_group("benchmarks")
@pytest.mark.parametrize(("name", "lines", "lines_postgresql", "needs"), CASES)
def test_a_benchmark_compares_side_by_side(whole_run, name, lines, lines_postgresql, needs):
    missing = [program for program in needs if shutil.which(program) is None]
    if missing:
        pytest.skip(f"the peer {missing[0]} is not installed")

    printed = whole_run[name]

    assert len(LINE.findall(printed)) == (lines_postgresql if IS_POSTGRESQL else lines)
    is_left_out = name == "desk" or (not IS_POSTGRESQL and name not in {"shards", "experiments"})
    assert ("LEFT OUT" in printed) is is_left_out


@pytest.mark.slow
def test_a_missing_peer_is_one_line_that_names_its_package(tmp_path):
    done = run_bench("checks", path=str(tmp_path))

    assert done.returncode == 0, done.stderr
    assert (
        "LEFT OUT: checks beside a peer: prometheus-blackbox-exporter is not installed (Debian package" in done.stdout
    )
    assert "whole check: claim, fetch, judge, store (SQLite): " in done.stdout
    assert "LEFT OUT: checks beside their limit: wrk is not installed (Debian package wrk)" in done.stdout


def test_an_unknown_name_is_refused():
    done = run_bench("cheques")

    assert (done.returncode, done.stdout) == (2, "")
    assert (
        "checks, shards, lag, steady, values, uptime, bars, scorecard, experiments, imports, clocks, desk"
        in done.stderr
    )


@pytest.mark.parametrize(
    ("ratio", "verdict"),
    [(1.9, "MISSED (gate ≥ 2, aim ≥ 4)"), (2.0, "met (gate ≥ 2, aim ≥ 4)"), (4.0, "aim reached (gate ≥ 2, aim ≥ 4)")],
)
def test_a_ratio_is_judged_by_gate_and_aim(ratio, verdict):
    line = Line("checks", "4", "peer", "2", ratio, gate=2, aim=4)

    assert line.verdict == verdict
    assert str(line) == f"checks: ours 4 | peer 2 | ratio {ratio:.2f} {verdict}"


def test_the_table_has_a_row_for_each_line():
    table = make_table([Line("a", "1", "p", "2", 0.5), Line("b", "100", "p", "2", 50, gate=40)])

    assert [row.count("|") for row in table.splitlines()] == [7] * 4
    assert table.splitlines()[3].endswith("| met (gate ≥ 40) |")


def test_ratios_have_the_digits_that_mean_something():
    assert [show_ratio(ratio) for ratio in (0.00123, 0.5, 2.04, 31.4, 1234.5)] == [
        "0.0012",
        "0.50",
        "2.04",
        "31",
        "1,234",
    ]
