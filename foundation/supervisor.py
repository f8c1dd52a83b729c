"""Running several programs as one: start them, watch, restart, stop them together and leave none behind.

Each program runs in a process group of its own and writes to its own log file. Should the supervisor itself be killed,
`orphan_guard` ends the groups.
"""

import contextlib
import os
import signal
import subprocess  # nosec B404
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from foundation import orphan_guard

STOP_SECONDS = 8.0
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
STEADY_SECONDS = 60.0
TICK_SECONDS = 0.2
LARGEST_LOG = 5 * 1024 * 1024

Say = Callable[[str], None]


@dataclass(frozen=True)
class Program:
    """One program to keep running; `environment` is added to the supervisor's own."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Child:
    """One program and its present process, if it runs; `pause` is the wait before its next restart."""

    program: Program
    pause: float
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    due_at: float = 0.0


class Supervisor:
    """Keeps programs running until it is asked to stop.

    `say` gets one short line per start, restart and stop. Times are monotonic seconds.
    """

    def __init__(
        self, programs: Sequence[Program], *, log_folder: Path, say: Say, first_pause: float = FIRST_PAUSE
    ) -> None:
        self._first_pause = first_pause
        self._children = [Child(program, first_pause) for program in programs]
        self._log_folder = log_folder
        self._say = say
        self._is_stopping = False
        self._guard: subprocess.Popen[bytes] | None = None

    def run(self, *, when_started: Callable[[], None] = lambda: None) -> None:
        """Start everything, then watch until SIGINT, SIGTERM or SIGHUP; all programs have ended when it returns."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        self._log_folder.mkdir(parents=True, exist_ok=True)
        self._guard = _start_guard()
        try:
            self.tick()
            when_started()
            while not self._is_stopping:
                time.sleep(TICK_SECONDS)
                self.tick()
        finally:
            self._stop_all()

    @property
    def is_stopping(self) -> bool:
        """Whether somebody asked for the end; what waits for a program should stop waiting."""
        return self._is_stopping

    def tick(self) -> None:
        """Notice programs that ended, and start those whose time has come."""
        now = time.monotonic()
        for child in self._children:
            if child.process is not None and child.process.poll() is not None:
                self._note_end(child, now)
            if child.process is None and child.due_at <= now and not self._is_stopping:
                self._start(child, now)

    def _ask_to_stop(self, _number: int, _frame: object) -> None:
        self._is_stopping = True

    def _start(self, child: Child, now: float) -> None:
        program = child.program
        with _open_log(self._log_folder / f"{program.name}.log") as log:
            child.process = subprocess.Popen(  # noqa: S603  # nosec B603
                program.command,
                env={**os.environ, **program.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
        child.started_at = now
        self._tell_guard(f"+{child.process.pid}")
        self._say(f"{program.name} started")

    def _note_end(self, child: Child, now: float) -> None:
        """A program that ran steadily is restarted at once, one that keeps dying ever later."""
        if child.process is None:
            return
        code = child.process.returncode
        self._sweep(child)
        if now - child.started_at >= STEADY_SECONDS:
            child.pause = self._first_pause
        child.due_at = now + child.pause
        self._say(f"{child.program.name} ended with {code}; again in {child.pause:g} s, see {child.program.name}.log")
        child.pause = min(child.pause * 2, LONGEST_PAUSE)

    def _stop_all(self) -> None:
        """Ask every program to end, newest first, and after STOP_SECONDS end it."""
        running = [child for child in reversed(self._children) if child.process is not None]
        for child in running:
            if child.process is not None:
                child.process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in running:
            self._await_end(child, deadline)
        if self._guard is not None and self._guard.stdin is not None:
            self._guard.stdin.close()
            self._guard.wait()

    def _await_end(self, child: Child, deadline: float) -> None:
        if child.process is None:
            return
        try:
            child.process.wait(timeout=max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            self._say(f"{child.program.name} did not stop and is ended")
        self._sweep(child)
        self._say(f"{child.program.name} stopped")

    def _sweep(self, child: Child) -> None:
        """End whatever is left of the program's process group, and forget the process."""
        if child.process is None:
            return
        orphan_guard.end_groups([child.process.pid], grace_seconds=0)
        child.process.wait()
        self._tell_guard(f"-{child.process.pid}")
        child.process = None

    def _tell_guard(self, line: str) -> None:
        if self._guard is not None and self._guard.stdin is not None:
            with contextlib.suppress(BrokenPipeError):  # Without a guard the programs still run and stop.
                self._guard.stdin.write(f"{line}\n".encode())
                self._guard.stdin.flush()


def _start_guard() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603  # nosec B603
        [sys.executable, "-I", str(Path(orphan_guard.__file__))],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )


def _open_log(path: Path) -> IO[bytes]:
    """The log, opened for appending; a large one is set aside first, replacing the one set aside before."""
    if path.exists() and path.stat().st_size > LARGEST_LOG:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")
