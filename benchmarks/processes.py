"""Processes of a benchmark: starting, ending, and how much processor time they took."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
_TICKS = os.sysconf("SC_CLK_TCK")
_PARENT, _TIMES = 1, slice(11, 15)  # of /proc/PID/stat behind the name: ppid; utime, stime, cutime, cstime
_JOB_SECONDS = 300


class JobError(Exception):
    """A job ended badly; the message holds the end of what it wrote."""


def run_job(
    name: str, env: Mapping[str, str], *, patience: float = _JOB_SECONDS, python: str = sys.executable, **arguments: Any
) -> dict[str, Any]:
    """What benchmarks.jobs.<name> printed as its last line, run with these arguments; JobError if it failed."""
    done = subprocess.run(
        [python, "-m", f"benchmarks.jobs.{name}"],
        input=json.dumps(arguments),  # too long for a command line
        cwd=ROOT,
        env=dict(env),
        capture_output=True,
        text=True,
        timeout=patience,
        check=False,
    )
    if done.returncode:
        raise JobError(f"{name} exited {done.returncode}\n{done.stdout[-500:]}\n{done.stderr[-3000:]}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


@contextmanager
def running(
    command: Sequence[str], *, env: Mapping[str, str] | None = None, log: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """The started process, ended with its children on leaving."""
    with (log or Path(os.devnull)).open("ab") as out:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=dict(env) if env is not None else None,
            stdout=out,
            stderr=out,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    for number, patience in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
        try:
            os.killpg(process.pid, number)
            process.wait(patience)
        except ProcessLookupError:
            process.wait()
        except subprocess.TimeoutExpired:
            continue
        return


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and all its descendants so far, ended children included."""
    stats = _tree(pid).values()
    return sum(int(field) for fields in stats for field in fields[_TIMES]) / _TICKS


def forget_peak_memory(pid: int) -> None:
    """Lets the kernel count the peaks of a process and its descendants from now on."""
    for one in _tree(pid):
        Path(f"/proc/{one}/clear_refs").write_text("5", encoding="ascii")


def peak_memory_mb(pid: int) -> float:
    """Peak resident memory of a process and its descendants, added up: what they share counts for each of them."""
    return sum(_kb(one, "status", "VmHWM:") for one in _tree(pid)) / 1024


def own_memory_mb(pid: int) -> float:
    """Resident memory of a process and its descendants at this moment; pages that several share count once."""
    return sum(_kb(one, "smaps_rollup", "Pss:") for one in _tree(pid)) / 1024


def _tree(pid: int) -> dict[int, list[str]]:
    """/proc/PID/stat behind the name of a process and of all its descendants, those that are alive."""
    stats = {one: found for one in _pids() if (found := _stat(one))}
    children: dict[int, list[int]] = {}
    for one, fields in stats.items():
        children.setdefault(int(fields[_PARENT]), []).append(one)
    found, waiting = {}, [pid]
    while waiting:
        one = waiting.pop()
        waiting += children.get(one, [])
        if one in stats:
            found[one] = stats[one]
    return found


def _kb(pid: int, file: str, label: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/{file}").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(label)), 0)


def _pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat behind the name, which may hold blanks and brackets."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return text.rsplit(")", 1)[1].split()


def free_port() -> int:
    """A TCP port of loopback nobody listens on at the moment."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_for_port(port: int, *, patience: float = 10.0) -> None:
    """Returns when somebody listens on loopback's port; TimeoutError otherwise."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        with socket.socket() as one:
            one.settimeout(0.2)
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError(f"nothing listens on 127.0.0.1:{port}")
