"""What is due leaves the outbox, without a worker."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from operations.services.sending import AT_ONCE, send_due_messages

TICK_SECONDS = 5.0


class Command(BaseCommand):
    help = "Send every notification that is due. Without --once, go on until interrupted."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="send what is due, then stop")

    def handle(self, *_args: Any, once: bool, **_options: Any) -> None:
        try:
            while True:
                report = send_due_messages(at=timezone.now())
                if report.claimed:
                    self.stdout.write(f"{report.sent} sent, {report.failed} not sent.")
                if report.claimed == AT_ONCE:
                    continue
                if once:
                    return
                time.sleep(TICK_SECONDS)
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")
