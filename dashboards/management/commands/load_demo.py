from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from dashboards.demo.load import NotEmptyError, load_company
from dashboards.demo.sandbox import DEFAULT_PORT
from dashboards.demo.story import make_story


class Command(BaseCommand):
    help = "Fill an empty database with two years of a demo company; the same seed and day give the same rows."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument("--today", type=date.fromisoformat, help="last day of the history (default: now)")
        parser.add_argument("--sandbox-port", type=int, default=DEFAULT_PORT, help="where the partner sandbox listens")

    def handle(self, *_args: Any, **options: Any) -> None:
        started = timezone.now()
        story = make_story(seed=options["seed"], today=options["today"], at=started)
        try:
            load_company(story, sandbox_port=options["sandbox_port"])
        except NotEmptyError:
            raise CommandError(
                "The database already has data; the demo company is only loaded into an empty one."
            ) from None
        seconds = (timezone.now() - started).total_seconds()
        self.stdout.write(f"Loaded the demo company up to {story.now:%Y-%m-%d %H:%M} UTC in {seconds:.0f} s.")
