"""Databases of their own for tests with real processes: killed workers, parallel writers, two schedulers."""

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.template_database import connect_to_server, is_sqlite, server_url

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class OwnDatabase:
    """A migrated, empty database of the engine under test, reached by other processes through `env`."""

    env: dict[str, str]

    def manage(self, *args: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a management command to its end; with `check` a failure shows what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *args], cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=240
        )
        if check and done.returncode:
            raise AssertionError(f"manage.py {' '.join(args)} exited {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def start(self, *args: str) -> subprocess.Popen[str]:
        """Start a management command; the caller waits for it or kills it."""
        return self._popen([sys.executable, "manage.py", *args])

    def start_code(self, code: str) -> subprocess.Popen[str]:
        """Start a Python process with Django set up that runs the code."""
        return self._popen([sys.executable, "-c", f"import django; django.setup()\n{textwrap.dedent(code)}"])

    def run_code(self, code: str) -> str:
        """Run the code with Django set up and give what it printed; a failure shows its traceback."""
        process = self.start_code(code)
        out, err = process.communicate(timeout=240)
        if process.returncode:
            raise AssertionError(f"exit {process.returncode}\n{out}\n{err}")
        return out.strip()

    def _popen(self, command: list[str]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )


def kill_hard(process: subprocess.Popen[str]) -> None:
    """SIGKILL the process and its children, and reap it."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


@pytest.fixture
def own_database(tmp_path: Path, template: str) -> Iterator[OwnDatabase]:
    """A fresh, migrated database of the engine under test for one test's processes; dropped in the end."""
    name = f"fieldlight_own_{uuid.uuid4().hex[:10]}"
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.testing",
        "DATA_DIR": str(tmp_path),
        "PYTHONWARNINGS": "ignore",
    }
    if is_sqlite():
        file = shutil.copy(template, tmp_path / f"{name}.sqlite3")
        yield OwnDatabase({**env, "DATABASE_URL": f"sqlite:///{file}"})
        return
    with closing(connect_to_server()) as admin:
        try:
            admin.cursor().execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
            yield OwnDatabase({**env, "DATABASE_URL": server_url(name)})
        finally:
            admin.cursor().execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
