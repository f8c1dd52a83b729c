import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from operations.services.escalation_steps import advance_due_escalations

PAUSE_SECONDS = 15


class Command(BaseCommand):
    help = "Take the steps of escalations that are due, as the scheduler has it done every 15 s; go on until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="take what is due now and end")

    def handle(self, **options: Any) -> None:
        while True:
            taken = advance_due_escalations(at=timezone.now())
            self.stdout.write(f"{taken} steps taken")
            if options["once"]:
                return
            time.sleep(PAUSE_SECONDS)
