"""Everything that must be so before the demo's programs start. Each refusal is one sentence."""

import fcntl
import hashlib
import subprocess  # nosec B404
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from dashboards.demo.load import has_data
from dashboards.demo.people import DOMAIN
from foundation.checks import check_squashed_migrations
from operations.models import User

FINGERPRINT = ".collected"


class NotReadyError(Exception):
    """Why the demo cannot start, as a sentence for the person at the terminal."""


@contextmanager
def hold_folder(folder: Path) -> Iterator[None]:
    """Have the data folder for ourselves; NotReadyError if it cannot be written or another demo runs in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "run.lock").open("w")
    except OSError as error:
        raise NotReadyError(
            f"The data folder {folder} cannot be written ({error.strerror}). Name another: make run DATA_DIR=/path"
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise NotReadyError(f"Fieldlight already runs in the data folder {folder}. Stop it first.") from error
        yield


def prepare_database() -> None:
    """Bring the tables up to date; NotReadyError if that cannot be, or what is in them is not the demo company."""
    if refusals := check_squashed_migrations(databases=["default"]):
        raise NotReadyError(f"{refusals[0].msg} {refusals[0].hint} Or name another folder: make run DATA_DIR=/path")
    call_command("migrate", verbosity=0, interactive=False)
    if has_data() and not User.objects.filter(email=f"coo@{DOMAIN}").exists():
        raise NotReadyError(
            "The database holds data that is not the demo's, so the demo does not touch it. "
            "Unset DATABASE_URL, or name another folder: make run DATA_DIR=/path"
        )


def needs_company() -> bool:
    """Whether the demo company is still to be loaded."""
    return not has_data()


def load_company_apart(*, sandbox_port: int) -> None:
    """Load the demo company in a process of its own, so that its memory is given back."""
    connections.close_all()
    command = [sys.executable, "manage.py", "load_demo", "--sandbox-port", str(sandbox_port)]
    done = subprocess.run(command, cwd=settings.BASE_DIR, check=False, capture_output=True, text=True)  # noqa: S603  # nosec B603
    if done.returncode:
        raise NotReadyError(f"The demo company could not be loaded:\n{done.stderr.strip()[-2_000:]}")


def collect_static() -> bool:
    """Gather static files under hashed names if any of ours or any package changed; tells whether it did."""
    target = Path(settings.STATIC_ROOT)
    stamp = target / FINGERPRINT
    fingerprint = _static_fingerprint()
    if stamp.exists() and stamp.read_text() == fingerprint:
        return False
    call_command("collectstatic", verbosity=0, interactive=False, clear=target.exists())
    stamp.write_text(fingerprint)
    return True


def _static_fingerprint() -> str:
    digest = hashlib.sha256((settings.BASE_DIR / "requirements.lock").read_bytes())
    for folder in settings.STATICFILES_DIRS:
        for path in sorted(Path(folder).rglob("*")):
            if path.is_file():
                digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()


def clear_broker() -> None:
    """Drop messages that an earlier run left: their work is due rows, which the next tick finds."""
    for name in ("queue", "control"):
        folder = settings.BROKER_DIR / name
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.iterdir():
            if path.is_file():
                path.unlink(missing_ok=True)
