"""Work out the clocks of all tickets from their events."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from support.services.clocks import rebuild_clocks


class Command(BaseCommand):
    help = "Bring every stored clock to what the events say. With --verify, change nothing and fail if any differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--verify", action="store_true", help="only count what differs")

    def handle(self, *_args: Any, verify: bool, **_options: Any) -> None:
        done = rebuild_clocks(verify=verify)
        words = f"{done.tickets} tickets, {done.changed} clocks {'differ' if verify else 'changed'}."
        if verify and done.changed:
            raise CommandError(words)
        self.stdout.write(words)
