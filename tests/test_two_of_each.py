"""Two Celery workers and two schedulers on one database, one worker killed: nothing doubled, lost or wrong."""

import os
import subprocess
import sys
import time

import pytest

from tests.metrics.test_crashes import PENDING, SEED_TICKETS
from tests.partnerships.servers import server_in_thread
from tests.partnerships.services.test_processes import SETUP, partner, verified
from tests.processes import ROOT, OwnDatabase, kill_hard

CHECKS = 12
SECONDS = 14
SEEN = "from operations.models import Heartbeat; print(Heartbeat.objects.filter(name='beat').exists())"
COUNT = "from partnerships.models import CheckResult; print(CheckResult.objects.count())"


def start_celery(database: OwnDatabase, *args: str) -> subprocess.Popen[str]:
    env = {**database.env}
    if "REDIS_URL" in os.environ:
        env["REDIS_URL"] = os.environ["REDIS_URL"].rsplit("/", 1)[0] + "/9"  # Messages of this test only.
    return subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "config", *args],
        cwd=ROOT,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def start_worker(database: OwnDatabase, name: str) -> subprocess.Popen[str]:
    return start_celery(
        database, "worker", "-Q", "poll,metrics,default", "-c", "2", "-n", f"{name}@test", "-l", "error"
    )


@pytest.mark.slow
def test_two_workers_and_two_schedulers(own_database, tmp_path):
    with server_in_thread(partner) as server:
        own_database.env["PROBE_ALLOWED_TARGETS"] = "127.0.0.0/8"
        own_database.run_code(SETUP.format(checks=CHECKS, url=server.url("").rstrip("/")))
        own_database.run_code(SEED_TICKETS.format(seed=3, count=200))
        first, second = start_worker(own_database, "first"), start_worker(own_database, "second")
        schedulers = [
            start_celery(own_database, "beat", "-s", str(tmp_path / f"beat{i}"), "--pidfile=", "-l", "error")
            for i in range(2)
        ]
        try:
            time.sleep(SECONDS)
            kill_hard(first)
            first = start_worker(own_database, "first")
            time.sleep(SECONDS)
            patience = time.monotonic() + 90  # Where starting is slow, their work is awaited.
            while int(own_database.run_code(COUNT)) <= CHECKS and time.monotonic() < patience:
                time.sleep(1)
        finally:
            for process in (*schedulers, first, second):
                kill_hard(process)

    assert own_database.run_code(SEEN) == "True"
    assert int(own_database.run_code(COUNT)) > CHECKS
    verified(own_database)
    own_database.manage("recompute_metrics")
    own_database.manage("recompute_metrics", "--verify")
    assert own_database.run_code(PENDING) == "0"
