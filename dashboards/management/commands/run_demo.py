import contextlib
import os
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from dashboards.demo import preparation
from dashboards.demo.people import DEMO_PASSWORD, DOMAIN
from dashboards.demo.ports import LOOPBACK, is_free, pick_port
from dashboards.demo.programs import list_programs
from dashboards.demo.sandbox import DEFAULT_PORT, point_checks_at
from foundation.supervisor import Supervisor

READY_SECONDS = 60.0
LARGEST_PORT = 65_535


class Command(BaseCommand):
    help = "Run the demo on this machine: web, worker, scheduler and partner sandbox, stopped together by Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--data-dir", type=Path, help="where database, broker and logs live (default: DATA_DIR)")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("run_demo has a known password and is only for a demo: make run, or DEMO=1.")
        if options["data_dir"] and options["data_dir"].resolve() != Path(settings.DATA_DIR).resolve():
            _start_again_in(options["data_dir"].resolve())
        port = options["port"]
        _check_port(port)
        try:
            with preparation.hold_folder(Path(settings.DATA_DIR)):
                self._run(port)
        except preparation.NotReadyError as error:
            raise CommandError(str(error)) from None

    def _run(self, port: int) -> None:
        sandbox_port = pick_port(DEFAULT_PORT, but_not=port)
        self._prepare(sandbox_port)
        supervisor = Supervisor(
            list_programs(port=port, sandbox_port=sandbox_port),
            log_folder=Path(settings.DATA_DIR) / "logs",
            say=self._say,
        )
        supervisor.run(when_started=partial(self._greet, supervisor, port))
        self._say("All stopped. The data are kept; the next start takes seconds.")

    def _prepare(self, sandbox_port: int) -> None:
        self._say("preparing the database")
        preparation.prepare_database()
        if preparation.needs_company():
            self._say("loading two years of the demo company (about a minute, once)")
            preparation.load_company_apart(sandbox_port=sandbox_port)
        point_checks_at(sandbox_port)
        connections.close_all()
        if preparation.collect_static():
            self._say("static files gathered")
        preparation.clear_broker()

    def _greet(self, supervisor: Supervisor, port: int) -> None:
        """Print where to go once the site answers."""
        address = f"http://{LOOPBACK}:{port}"
        deadline = time.monotonic() + READY_SECONDS
        while not _answers(f"{address}/healthz") and time.monotonic() < deadline and not supervisor.is_stopping:
            time.sleep(0.2)
            supervisor.tick()
        if supervisor.is_stopping:
            return
        self._say("")
        self._say(f"  Fieldlight    {address}")
        self._say(f"  sign in as    coo@{DOMAIN}    password  {DEMO_PASSWORD}")
        names = ("operations", "support.lead", "support", "partners", "finance", "auditor", "admin")
        self._say(f"  or as         {', '.join(names)} @{DOMAIN}, same password")
        self._say(f"  logs          {Path(settings.DATA_DIR) / 'logs'}")
        self._say("  stop          Ctrl-C")
        self._say("")

    def _say(self, line: str) -> None:
        with contextlib.suppress(OSError):  # A closed terminal must not keep the programs from stopping.
            self.stdout.write(line)
            self.stdout.flush()


def _start_again_in(folder: Path) -> None:
    """The settings are read already; start afresh with the other folder in the environment."""
    os.environ["DATA_DIR"] = str(folder)
    os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606  # nosec B606


def _check_port(port: int) -> None:
    if not 0 < port <= LARGEST_PORT:
        raise CommandError(f"{port} is not a port. Choose one between 1024 and {LARGEST_PORT}: make run PORT=9000")
    if not is_free(port):
        raise CommandError(f"Port {port} is in use or not allowed. Choose another: make run PORT=9000")


def _answers(address: str) -> bool:
    """Whether the site answers at all, be it with a refusal."""
    try:
        with urllib.request.urlopen(address, timeout=2):  # noqa: S310  # nosec B310
            return True
    except urllib.error.HTTPError:
        return True
    except (OSError, urllib.error.URLError):
        return False
