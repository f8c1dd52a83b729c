import json
from argparse import ArgumentParser
from dataclasses import fields
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from foundation.errors import InvalidInputError
from metrics.periods import OrganisationCalendar
from partnerships.health.uptime import Tally, display_percent
from partnerships.selectors.site_uptime import SiteUptime, get_site_uptime

_MICROSECONDS = 1_000_000
_DECIMALS = 4


class Command(BaseCommand):
    help = "Show an integration's uptime over whole days: value, coverage, and seconds by class."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("site", metavar="SITE", help="slug or name of the integration")
        parser.add_argument("--start", required=True, metavar="DATE", help="first day, or an instant with an offset")
        parser.add_argument("--end", required=True, metavar="DATE", help="last day, or the instant it ends before")
        parser.add_argument("--profile", default="", metavar="NAME", help="accounting profile; without it the default")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            start, end = _instant(options["start"], "start", days=0), _instant(options["end"], "end", days=1)
            found = get_site_uptime(
                options["site"], start=start, end=end, profile=options["profile"], at=timezone.now()
            )
        except InvalidInputError as refusal:
            raise CommandError(str(refusal)) from None
        answer = _answer(found, start, end)
        self.stdout.write(json.dumps(answer) if options["json"] else _words(answer))


def _instant(text: str, field: str, *, days: int) -> datetime:
    """The midnight of the organisation's zone that a day begins at, `days` later; an instant as it is."""
    calendar = OrganisationCalendar(settings.ORGANISATION_TIME_ZONE)
    try:
        return calendar.midnight(date.fromisoformat(text) + timedelta(days=days))
    except (ValueError, OverflowError):
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InvalidInputError(field, f"{text!r} is no day such as 2026-05-01, and no instant with an offset.")
    return moment


def _answer(found: SiteUptime, start: datetime, end: datetime) -> dict[str, Any]:
    return {
        "site": found.integration.slug,
        "name": found.integration.name,
        "start": start.isoformat(),
        "end": end.isoformat(),
        "profile": found.accounting.label,
        "uptime": None if found.uptime is None else float(found.uptime),
        "uptime_percent": _percent(found.uptime),
        "coverage": None if found.coverage is None else float(found.coverage),
        "coverage_percent": _percent(found.coverage),
        "seconds": {one.name: getattr(found.counted, one.name) / _MICROSECONDS for one in fields(Tally)},
    }


def _percent(ratio: Fraction | None) -> str:
    return display_percent(ratio, decimals=_DECIMALS)


def _words(answer: dict[str, Any]) -> str:
    lines = [
        f"{answer['name']} ({answer['site']}), {answer['start']} to {answer['end']}, rules {answer['profile']}",
        f"uptime    {answer['uptime_percent']}{' %' if answer['uptime'] is not None else ''}",
        f"coverage  {answer['coverage_percent']}{' %' if answer['coverage'] is not None else ''}",
    ]
    return "\n".join([*lines, *(f"{name:<12}{seconds:>16,.3f} s" for name, seconds in answer["seconds"].items())])
