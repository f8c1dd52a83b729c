import json
from argparse import ArgumentParser
from dataclasses import fields, replace
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from foundation.errors import InvalidInputError
from metrics.periods import OrganisationCalendar
from partnerships.health.uptime import Tally, display_percent
from partnerships.imports.instants import read_instant, read_zone
from partnerships.selectors.site_uptime import Asked, SiteUptime, get_site_history

_MICROSECONDS = 1_000_000
_DECIMALS = 4
_GRAINS = ("day", "week", "month", "quarter", "year")
_MAX_PERIODS = 4_000


class Command(BaseCommand):
    help = "Show an integration's uptime over whole days: value, coverage, and seconds by class."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("site", metavar="SITE", help="slug or name of the integration")
        parser.add_argument("--start", required=True, metavar="DATE", help="first day, or an instant with an offset")
        parser.add_argument("--end", required=True, metavar="DATE", help="last day, or the instant it ends before")
        parser.add_argument("--profile", default="", metavar="NAME", help="accounting profile; without it the default")
        parser.add_argument("--check", default="", metavar="NAME", help="this check, rather than all that count")
        parser.add_argument("--union", action="store_true", help="down while any of the checks is, rather than pooled")
        parser.add_argument("--by", choices=_GRAINS, help="each period in turn, and their mean and lowest uptime")
        parser.add_argument("--zone", default=settings.ORGANISATION_TIME_ZONE, metavar="NAME", help="zone of the days")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            answer = _answer_to(options, at=timezone.now())
        except InvalidInputError as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(json.dumps(answer) if options["json"] else _words(answer))


def _answer_to(options: dict[str, Any], *, at: datetime) -> dict[str, Any]:
    calendar = read_zone(options["zone"])
    start = read_instant(options["start"], "start", calendar)
    end = read_instant(options["end"], "end", calendar, days=1)
    asked = Asked(options["site"], options["profile"], options["check"], options["union"])
    history = get_site_history(asked, start=start, end=end, at=at)
    whole = history.between(start, end)
    raw = get_site_history(replace(asked, is_raw=True), start=start, end=end, at=at).between(start, end)
    answer = {"site": whole.integration.slug, "name": whole.integration.name, **_answer(whole, start, end)}
    answer["raw"] = _figures(raw)
    if options["by"]:
        cuts = _cuts(start, end, options["by"], calendar)
        found = [(history.between(low, high), low, high) for low, high in pairwise(cuts)]
        answer |= {"by": options["by"], "periods": [_answer(*one) for one in found], **_over([one[0] for one in found])}
    return answer


def _cuts(start: datetime, end: datetime, grain: str, calendar: OrganisationCalendar) -> list[datetime]:
    """The window's start, the starts of periods within it, and its end."""
    first, last = calendar.day_of(start), calendar.day_of(end - timedelta(microseconds=1))
    begun = [calendar.midnight(day) for day in calendar.starts_between(first, last, grain)]
    if len(begun) > _MAX_PERIODS:
        raise InvalidInputError("by", f"More than {_MAX_PERIODS} periods; ask for longer ones.")
    return [start, *(moment for moment in begun if start < moment < end), end]


def _over(found: list[SiteUptime]) -> dict[str, Any]:
    """The mean and the lowest uptime of the periods that have one, and the share of them without any downtime."""
    ratios = [one.uptime for one in found if one.uptime is not None]
    mean = sum(ratios, Fraction(0)) / len(ratios) if ratios else None
    lowest = min(ratios, default=None)
    perfect = Fraction(sum(ratio == 1 for ratio in ratios), len(ratios)) if ratios else None
    named = {"mean": mean, "lowest": lowest, "perfect": perfect}
    return {name: None if value is None else float(value) for name, value in named.items()} | {
        f"{name}_percent": _percent(value) for name, value in named.items()
    }


def _answer(found: SiteUptime, start: datetime, end: datetime) -> dict[str, Any]:
    return {
        "start": start.isoformat(),
        "end": end.isoformat(),
        "profile": found.accounting.label,
        **_figures(found),
    }


def _figures(found: SiteUptime) -> dict[str, Any]:
    return {
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
        *(f"{name:<12}{seconds:>16,.3f} s" for name, seconds in answer["seconds"].items()),
    ]
    if answer["raw"]["seconds"] != answer["seconds"]:
        lines.append(f"raw       {answer['raw']['uptime_percent']}, without approved adjustments")
    if "by" in answer:
        lines += [
            f"{one['start']}  {one['uptime_percent']:>9}  {one['coverage_percent']:>9}" for one in answer["periods"]
        ]
        lines += [f"{name:<8}{answer[f'{name}_percent']:>10}" for name in ("mean", "lowest", "perfect")]
    return "\n".join(lines)
