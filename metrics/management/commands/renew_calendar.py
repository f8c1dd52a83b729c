"""After a change of the organisation's time zone, week start or fiscal year: new versions of the metrics."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from metrics.services.calendars import renew_calendar


class Command(BaseCommand):
    help = "Give every approved metric that cuts time by another calendar than is set a new version; repeat at will."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reason", required=True, help="Why the calendar changed; shown with the versions.")
        parser.add_argument("--by", default="", help="The e-mail address of who approves it.")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Make the versions and say which."""
        person = None
        if options["by"]:
            person = get_user_model()._default_manager.filter(email__iexact=options["by"]).first()
            if person is None:
                raise CommandError(f"Nobody has the address {options['by']}.")
        made = renew_calendar(reason=options["reason"][:300], at=timezone.now(), by=person)
        for version in made:
            print(f"{version.metric.key} v{version.number}: {version.time_zone}")
        print(f"{len(made)} new versions; the worker computes their values.")
