from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from foundation.errors import InvalidInputError
from operations.services.tokens import create_service_token


class Command(BaseCommand):
    help = "Make a token for an internal tool and print it. It is shown once; only its hash is stored."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", required=True, help="the tool, such as 'Status board'")
        parser.add_argument("--group", action="append", required=True, help="a role, such as tool_metrics; repeatable")
        parser.add_argument("--days", type=int, default=90, help="until the token expires (default 90)")

    def handle(self, **options: Any) -> None:
        try:
            lifetime = timedelta(days=options["days"])
            token = create_service_token(name=options["name"], groups=options["group"], lifetime=lifetime)
        except (InvalidInputError, OverflowError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(token)
        self.stderr.write(f"Send it as 'Authorization: Token …'. It expires in {options['days']} days.")
