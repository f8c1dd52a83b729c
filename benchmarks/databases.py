"""Databases made for a benchmark and gone after it; an existing one is never touched."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2

from benchmarks.processes import ROOT, JobError

_DEFAULT = "postgres://postgres@127.0.0.1:5432/postgres"
_MIGRATE_SECONDS = 180
_FILE = "bench.sqlite3"


@dataclass(frozen=True)
class OwnDatabase:
    """A migrated, empty database, and the environment in which Django uses it."""

    engine: str  # as people call it
    env: dict[str, str]
    folder: Path

    @property
    def is_postgresql(self) -> bool:
        return self.engine == "PostgreSQL"

    @property
    def url(self) -> str:
        return self.env["DATABASE_URL"]


def server_url() -> str:
    """Where the PostgreSQL server is: BENCH_POSTGRES_URL, else DATABASE_URL if it is one, else loopback's."""
    wanted = os.environ.get("BENCH_POSTGRES_URL", os.environ.get("DATABASE_URL", ""))
    return wanted if wanted.startswith("postgres") else _DEFAULT


def why_no_postgresql() -> str:
    """Why PostgreSQL cannot be used, or empty."""
    try:
        psycopg2.connect(server_url(), connect_timeout=3).close()
    except psycopg2.Error as error:
        reason = str(error).strip().splitlines()[0]
        return f"no PostgreSQL at {urlsplit(server_url()).hostname} (Debian package postgresql): {reason}"
    return ""


@contextmanager
def sqlite_database(*, is_empty: bool = False, **settings: str) -> Iterator[OwnDatabase]:
    """A new SQLite database in a temporary folder; an empty one without our tables, for a peer."""
    with tempfile.TemporaryDirectory(prefix="fieldlight-bench-") as name:
        folder = Path(name)
        if not is_empty:
            shutil.copy(_sqlite_template(), folder / _FILE)
        yield OwnDatabase("SQLite", _env(folder, f"sqlite:///{folder}/{_FILE}", settings), folder)


@contextmanager
def postgresql_database(*, is_empty: bool = False, **settings: str) -> Iterator[OwnDatabase]:
    """A new PostgreSQL database with a name of its own, an empty one for a peer; psycopg2.Error without a server."""
    name = _new_name()
    with tempfile.TemporaryDirectory(prefix="fieldlight-bench-") as folder:
        template = "template1" if is_empty else _postgresql_template()
        _administrate(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        try:
            yield OwnDatabase("PostgreSQL", _env(Path(folder), _url_of(name), settings), Path(folder))
        finally:
            _drop(name)


@cache
def _sqlite_template() -> Path:
    """A migrated database to copy, made once in a run: migrating takes longer than most measurements."""
    folder = tempfile.mkdtemp(prefix="fieldlight-bench-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / _FILE
    _migrate(_env(Path(folder), f"sqlite:///{path}", {}))
    return path


@cache
def _postgresql_template() -> str:
    """The same on PostgreSQL."""
    name = _new_name()
    _administrate(f'CREATE DATABASE "{name}"')
    atexit.register(_drop, name)
    with tempfile.TemporaryDirectory(prefix="fieldlight-bench-") as folder:
        _migrate(_env(Path(folder), _url_of(name), {}))
    return name


def _new_name() -> str:
    return f"fieldlight_bench_{uuid.uuid4().hex[:12]}"


def _url_of(name: str) -> str:
    return f"{server_url().rpartition('/')[0]}/{name}"


def _drop(name: str) -> None:
    _administrate(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _administrate(statement: str) -> None:
    with closing(psycopg2.connect(server_url())) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)


def _env(folder: Path, url: str, settings: dict[str, str]) -> dict[str, str]:
    ours = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": url,
        "DATA_DIR": str(folder),
        "REDIS_URL": "",
        "DEBUG": "0",
        "LOG_LEVEL": "CRITICAL",
        "ORGANISATION_TIME_ZONE": "UTC",
        "PYTHONWARNINGS": "ignore",
    }
    return {**os.environ, **ours, **settings}


def _migrate(env: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--skip-checks"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=_MIGRATE_SECONDS,
        check=False,
    )
    if done.returncode:
        raise JobError(f"migrate exited {done.returncode}\n{done.stderr[-2000:]}")
