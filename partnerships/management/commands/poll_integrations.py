"""One poll of everything due, or a poller in the foreground, without a worker."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from foundation.fetching.build import build_transport
from partnerships.services.events import sweep_stale_checks
from partnerships.services.poll import Poller, PollReport, poll_due_checks
from partnerships.services.probe_engine import ProbeEngine, ease_interpreter

TICK_SECONDS = 1.0
EVERY_NEW_ONE = 100_000


class Command(BaseCommand):
    help = "Probe every check that is due. Without --once, go on until interrupted."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="one poll of everything due, then stop")

    def handle(self, *_args: Any, once: bool, **_options: Any) -> None:
        with ProbeEngine(build_transport, clock=timezone.now) as engine:
            ease_interpreter()
            if once:
                report = poll_due_checks(engine=engine, new_at_once=EVERY_NEW_ONE)
                self._tell(report, swept=sweep_stale_checks(at=timezone.now()))
                return
            poller = Poller(engine)
            try:
                while True:
                    report = poller.take_turn()
                    self._tell(report, swept=sweep_stale_checks(at=timezone.now()))
                    time.sleep(TICK_SECONDS)
            except KeyboardInterrupt:
                self._tell(poller.stop(), swept=0)
                self.stdout.write("Stopped.")

    def _tell(self, report: PollReport, *, swept: int) -> None:
        if report.stored or report.given_up or swept:
            self.stdout.write(
                f"{report.stored} results stored, {report.transitions} changes of state, "
                f"{report.given_up} given up, {swept} checks without measurements."
            )
