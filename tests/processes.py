"""Databases of their own for tests with real processes: killed workers, parallel writers, two schedulers."""

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings

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


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnDatabase]:
    """A database that is migrated once and only copied from then on."""
    with _new_database(tmp_path_factory.mktemp("migrated")) as database:
        database.manage("migrate", "--verbosity", "0")
        yield database


@pytest.fixture
def own_database(tmp_path: Path, migrated: OwnDatabase) -> Iterator[OwnDatabase]:
    """A fresh database for one test's processes."""
    with _new_database(tmp_path, like=migrated) as database:
        yield database


@contextmanager
def _new_database(folder: Path, *, like: OwnDatabase | None = None) -> Iterator[OwnDatabase]:
    """A database of the engine under test, empty or a copy of another; dropped in the end."""
    name = f"fieldlight_own_{uuid.uuid4().hex[:10]}"
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.testing",
        "DATA_DIR": str(folder),
        "PYTHONWARNINGS": "ignore",
    }
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        file = folder / f"{name}.sqlite3"
        if like is not None:
            with closing(sqlite3.connect(_name_of(like))) as source, closing(sqlite3.connect(file)) as target:
                source.backup(target)
        yield OwnDatabase({**env, "DATABASE_URL": f"sqlite:///{file}"})
        return
    host, port = database.get("HOST") or "127.0.0.1", database.get("PORT") or 5432
    user, password = database.get("USER") or "postgres", database.get("PASSWORD") or ""
    admin = psycopg2.connect(host=host, port=port, user=user, password=password, dbname="postgres")
    admin.autocommit = True
    template = f' TEMPLATE "{_name_of(like)}"' if like is not None else ""
    try:
        admin.cursor().execute(f'CREATE DATABASE "{name}"{template}')
        url = f"postgres://{user}{':' + password if password else ''}@{host}:{port}/{name}"
        yield OwnDatabase({**env, "DATABASE_URL": url})
    finally:
        admin.cursor().execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        admin.close()


def _name_of(database: OwnDatabase) -> str:
    """The file of an SQLite database, the name of another."""
    url = database.env["DATABASE_URL"]
    return url.removeprefix("sqlite:///") if url.startswith("sqlite") else url.rpartition("/")[2]
