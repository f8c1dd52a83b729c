"""django-helpdesk as a peer: installed into a virtual environment of its own that is gone after the run."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.databases import OwnDatabase
from benchmarks.processes import run_job

_PACKAGES = ("django-helpdesk", "psycopg2-binary")
_PATIENCE = 300


def measure_helpdesk(database: OwnDatabase, **arguments: Any) -> dict[str, Any]:
    """What its job found on an empty database; JobError if it failed."""
    env = {**database.env, "DJANGO_SETTINGS_MODULE": "benchmarks.jobs.helpdesk_settings"}
    return run_job("helpdesk", env, python=str(_install()[0]), patience=3600, **arguments)


def why_no_helpdesk() -> str:
    """Why it cannot be measured, or empty."""
    return "BENCH_HELPDESK is 0" if os.environ.get("BENCH_HELPDESK") == "0" else _install()[1]


@cache
def _install() -> tuple[Path, str]:
    """The Python that has it, and what kept it from being installed, or empty."""
    folder = Path(tempfile.mkdtemp(prefix="fieldlight-bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    python = folder / "bin" / "python"
    commands = ([sys.executable, "-m", "venv", str(folder)], [str(python), "-m", "pip", "install", *_PACKAGES])
    for command in commands:
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            return python, f"django-helpdesk could not be installed: {type(error).__name__}"
        if done.returncode:
            return python, "django-helpdesk could not be installed from the package index"
    return python, ""


def helpdesk_version() -> str:
    """Its version and that of the Django under it."""
    code = "from importlib.metadata import version as v; print(v('django-helpdesk'), 'on Django', v('django'))"
    return subprocess.run([_install()[0], "-c", code], capture_output=True, text=True, check=True).stdout.strip()
