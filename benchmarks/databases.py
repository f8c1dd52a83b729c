"""Databases made for a benchmark and gone after it; an existing one is never touched."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2

from benchmarks.processes import ROOT, JobError

_DEFAULT = "postgres://postgres@127.0.0.1:5432/postgres"
_MIGRATE_SECONDS = 180


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
def sqlite_database(**settings: str) -> Iterator[OwnDatabase]:
    """A new SQLite database in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="fieldlight-bench-") as name:
        folder = Path(name)
        database = OwnDatabase("SQLite", _env(folder, f"sqlite:///{folder}/bench.sqlite3", settings), folder)
        _migrate(database)
        yield database


@contextmanager
def postgresql_database(**settings: str) -> Iterator[OwnDatabase]:
    """A new PostgreSQL database with a name of its own; psycopg2.Error without a server."""
    name = f"fieldlight_bench_{uuid.uuid4().hex[:12]}"
    with tempfile.TemporaryDirectory(prefix="fieldlight-bench-") as folder:
        with _administrating() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}"')
        try:
            url = f"{server_url().rpartition('/')[0]}/{name}"
            database = OwnDatabase("PostgreSQL", _env(Path(folder), url, settings), Path(folder))
            _migrate(database)
            yield database
        finally:
            with _administrating() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def _administrating() -> Iterator[psycopg2.extensions.cursor]:
    with closing(psycopg2.connect(server_url())) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor


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


def _migrate(database: OwnDatabase) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--skip-checks"],
        cwd=ROOT,
        env=database.env,
        capture_output=True,
        text=True,
        timeout=_MIGRATE_SECONDS,
        check=False,
    )
    if done.returncode:
        raise JobError(f"migrate exited {done.returncode}\n{done.stderr[-2000:]}")
