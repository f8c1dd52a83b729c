"""The programs that make up a demo: partner sandbox, web, worker and scheduler."""

import os
import sys
from pathlib import Path

from django.conf import settings

from dashboards.demo.ports import LOOPBACK
from foundation.supervisor import Program

WEB_WORKERS, WEB_THREADS = 2, 8
# One worker has nobody to gossip with, and without it stops sooner. It works in the process that is supervised: a
# killed child would leave a parent that may wait for ever for a lock that died with it.
_QUIET_WORKER = ("-P", "solo", "-l", "warning", "--without-gossip", "--without-mingle", "--without-heartbeat")


def list_programs(*, port: int, sandbox_port: int) -> list[Program]:
    """The programs in the order they start in; each knows where the sandbox and the site are."""
    shared = {
        "DEMO": "1",
        "DATA_DIR": str(settings.DATA_DIR),
        "SITE_URL": f"http://{LOOPBACK}:{port}",
        "PROBE_ALLOWED_TARGETS": ",".join([f"{LOOPBACK}:{sandbox_port}", *settings.PROBE_ALLOWED_TARGETS]),
    }
    # A line per task would fill the disk: the worker has one every two seconds.
    quiet = {**shared, "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING")}
    python = sys.executable
    celery = [python, "-m", "celery", "-A", "config"]
    schedule = str(Path(settings.DATA_DIR) / "beat-schedule")
    return [
        Program("sandbox", [python, "manage.py", "run_partner_sandbox", "--port", str(sandbox_port)], quiet),
        Program("web", _gunicorn(port), shared),
        # Polling has a worker of its own: a turn lasts while anything is due soon, and metrics must not wait for it.
        Program("poller", [*celery, "worker", "-n", "poller@%h", "-Q", "poll", *_QUIET_WORKER], quiet),
        Program("worker", [*celery, "worker", "-Q", "metrics,default", *_QUIET_WORKER], quiet),
        Program("beat", [*celery, "beat", "-s", schedule, "--pidfile=", "-l", "warning"], quiet),
    ]


def _gunicorn(port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", "config.wsgi"),
        *("--bind", f"{LOOPBACK}:{port}", "--worker-class", "gthread", "--worker-tmp-dir", _heartbeat_folder()),
        *("--workers", str(WEB_WORKERS), "--threads", str(WEB_THREADS), "--graceful-timeout", "5"),
    ]


def _heartbeat_folder() -> str:
    """Memory where the system offers it: gunicorn's workers touch a file there all the time."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else str(settings.DATA_DIR)  # noqa: S108  # nosec B108
