"""Programs run as one: restarted when they die, ended together, never orphaned. With real processes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from foundation import supervisor as module
from foundation.orphan_guard import end_groups, read_groups
from foundation.supervisor import Program, Supervisor

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 15.0
RUNNER = """
import sys
from pathlib import Path
from foundation.supervisor import Program, Supervisor
folder = Path(sys.argv[1])
program = Program("child", [sys.executable, "-c", sys.argv[2], str(folder)])
Supervisor([program], log_folder=folder, say=lambda line: print(line, flush=True)).run()
print("returned", flush=True)
"""
# A program with a child of its own; both write their process ids, and the child ignores a polite request to end.
FAMILY = """
import os, pathlib, signal, sys, time
folder = pathlib.Path(sys.argv[1])
if os.fork() == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    (folder / "grandchild.pid").write_text(str(os.getpid()))
    time.sleep(600)
(folder / "child.pid").write_text(str(os.getpid()))
time.sleep(600)
"""


def _await(condition, what):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.05)
    pytest.fail(f"not within {PATIENCE} s: {what}")


def _is_alive(pid):
    """Whether the process runs; one that only waits for its parent's notice has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _pid(path):
    _await(lambda: path.exists() and path.read_text(), f"{path.name} is written")
    return int(path.read_text())


@pytest.fixture
def family(tmp_path):
    """A supervisor in a process of its own, with the ids of its child and grandchild."""
    runner = subprocess.Popen(
        [sys.executable, "-c", RUNNER, str(tmp_path), FAMILY], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    pids = [_pid(tmp_path / "child.pid"), _pid(tmp_path / "grandchild.pid")]
    yield runner, pids
    runner.kill()
    runner.wait()
    runner.stdout.close()
    for pid in pids:
        if _is_alive(pid):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_asked_to_stop_ends_everything(family, number):
    runner, pids = family

    began = time.monotonic()
    runner.send_signal(number)
    output, _ = runner.communicate(timeout=PATIENCE)

    assert time.monotonic() - began < 10
    assert output.splitlines() == ["child started", "child stopped", "returned"]
    assert [pid for pid in pids if _is_alive(pid)] == []


def test_killed_supervisor_leaves_no_orphan(family):
    runner, pids = family

    runner.kill()

    _await(lambda: not [pid for pid in pids if _is_alive(pid)], "the family ends")


def _run_until(supervisor, condition, what):
    """Tick in this process, without taking over its signals."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {PATIENCE} s: {what}")
        supervisor.tick()
        time.sleep(0.02)
    supervisor._stop_all()


def test_dead_program_is_restarted_ever_later(tmp_path):
    lines = []
    program = Program("brief", [sys.executable, "-S", "-c", "raise SystemExit(3)"])
    supervisor = Supervisor([program], log_folder=tmp_path, say=lines.append, first_pause=0.1)

    _run_until(supervisor, lambda: len(lines) >= 6, "three rounds")

    assert lines[:6] == [
        "brief started",
        "brief ended with 3; again in 0.1 s, see brief.log",
        "brief started",
        "brief ended with 3; again in 0.2 s, see brief.log",
        "brief started",
        "brief ended with 3; again in 0.4 s, see brief.log",
    ]


def test_program_writes_to_its_own_log_with_its_environment(tmp_path):
    program = Program("talker", [sys.executable, "-c", "import os; print(os.environ['WORD'])"], {"WORD": "hello"})
    log = tmp_path / "talker.log"

    _run_until(
        Supervisor([program], log_folder=tmp_path, say=lambda line: None),
        lambda: log.exists() and "hello" in log.read_text(),
        "the word is logged",
    )

    assert log.read_text().splitlines()[0] == "hello"


def test_large_log_is_set_aside(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LARGEST_LOG", 10)
    log = tmp_path / "talker.log"
    log.write_text("a long story of before")
    program = Program("talker", [sys.executable, "-c", "print('new', flush=True)"])

    _run_until(
        Supervisor([program], log_folder=tmp_path, say=lambda line: None),
        lambda: log.exists() and "new" in log.read_text(),
        "the new line",
    )

    assert (tmp_path / "talker.log.1").read_text() == "a long story of before"


def test_guard_remembers_groups_that_were_not_taken_back():
    assert read_groups(["+10\n", "+11\n", "-10\n", "+12\n"]) == {11, 12}


def test_guard_passes_over_groups_that_are_gone():
    process = subprocess.Popen([sys.executable, "-S", "-c", "pass"], process_group=0)
    process.wait()

    end_groups([process.pid])

    assert process.returncode == 0
