"""A migrated, empty database that is made once for a state of the code and copied from then on.

Migrating takes seconds of a processor; every worker of every run, and every test with processes of its own, needs
a migrated database. Copying one takes a moment.
"""

import fcntl
import hashlib
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings

ROOT = Path(__file__).resolve().parents[1]
PREFIX = "fieldlight_template"


def is_sqlite() -> bool:
    return settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")


def code_hash() -> str:
    """Of everything a migrated database may depend on: all our code but the tests, and the locked packages."""
    digest = hashlib.sha256()
    paths = [path for path in ROOT.glob("*/**/*.py") if path.relative_to(ROOT).parts[0] not in {"tests", ".venv"}]
    for path in sorted([*paths, ROOT / "requirements-dev.lock"]):
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def ensure_template() -> str:
    """The template's file on SQLite, its name on PostgreSQL; made if the code has changed, and older ones dropped."""
    kind = Path(tempfile.gettempdir()) / _family()
    with Path(f"{kind}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _ensure_file(kind) if is_sqlite() else _ensure_database()


def fill_from_template(*, template: str) -> Callable[..., None]:
    """A receiver of `connection_created` that fills an in-memory database which is still empty."""

    def fill(*, connection: Any, **_: object) -> None:
        if connection.vendor == "sqlite" and connection.is_in_memory_db():
            raw = connection.connection
            if not raw.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
                with closing(sqlite3.connect(template)) as source:
                    source.backup(raw)

    return fill


def server_url(name: str) -> str:
    """The address of a database on the server under test."""
    host, port, user, password = _server()
    return f"postgres://{user}{':' + password if password else ''}@{host}:{port}/{name}"


def connect_to_server() -> Any:
    """A connection on which databases are made and dropped."""
    host, port, user, password = _server()
    admin = psycopg2.connect(host=host, port=port, user=user, password=password, dbname="postgres")
    admin.autocommit = True
    return admin


def _server() -> tuple[str, Any, str, str]:
    database = settings.DATABASES["default"]
    return (
        database.get("HOST") or "127.0.0.1",
        database.get("PORT") or 5432,
        database.get("USER") or "postgres",
        database.get("PASSWORD") or "",
    )


def _family() -> str:
    """Of the templates of this checkout; others on the machine keep theirs."""
    place = f"{ROOT} {os.environ.get('TEST_DB_SUFFIX', '')} {os.getuid()}"
    return f"{PREFIX}_{hashlib.sha256(place.encode()).hexdigest()[:6]}"


def _ensure_file(kind: Path) -> str:
    wanted = Path(f"{kind}_{code_hash()}.sqlite3")
    if not wanted.exists():
        for old in kind.parent.glob(f"{kind.name}_{'?' * 12}.sqlite3"):
            old.unlink()
        made = Path(f"{kind}.making")
        made.unlink(missing_ok=True)
        _migrate(f"sqlite:///{made}")
        with closing(sqlite3.connect(made)) as source, closing(sqlite3.connect(f"{made}.whole")) as target:
            source.backup(target)  # With what is still in the write-ahead log.
        Path(f"{made}.whole").rename(wanted)
        made.unlink()
    return str(wanted)


def _ensure_database() -> str:
    family = _family()
    wanted = f"{family}_{code_hash()}"
    with closing(connect_to_server()) as admin, admin.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname ~ %s", [f"^{family}_([0-9a-f]{{12}}|making)$"])
        found = {name for (name,) in cursor.fetchall()}
        if wanted not in found:
            for old in found:
                cursor.execute(f'DROP DATABASE IF EXISTS "{old}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{family}_making"')
            _migrate(server_url(f"{family}_making"))
            cursor.execute(f'ALTER DATABASE "{family}_making" RENAME TO "{wanted}"')
    return wanted


def _migrate(url: str) -> None:
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.testing", "DATABASE_URL": url, "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=280, check=False)
    if done.returncode:
        raise AssertionError(f"migrate exited {done.returncode}\n{done.stdout}\n{done.stderr}")
