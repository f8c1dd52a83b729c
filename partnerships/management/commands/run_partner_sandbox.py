"""Plays the partners on this machine."""

from argparse import ArgumentParser
from typing import Any

from aiohttp import web
from django.core.management.base import BaseCommand, CommandError

from partnerships.sandbox.server import make_app

DEFAULT_PORT = 9100


class Command(BaseCommand):
    help = "Serve invented partner endpoints and status pages with a repeating timetable of trouble."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=DEFAULT_PORT)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--seed", type=int, default=1, help="another seed, another timetable")

    def handle(self, *_args: Any, host: str, port: int, seed: int, **_options: Any) -> None:
        self.stdout.write(f"Partner sandbox on http://{host}:{port}/")
        try:
            web.run_app(make_app(seed=seed), host=host, port=port, print=None, access_log=None, shutdown_timeout=1)
        except OSError as error:
            raise CommandError(f"Cannot listen on {host}:{port}: {error.strerror}") from None
