import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from foundation.errors import InvalidInputError
from foundation.imports.errors import ImportProblemError
from partnerships.health.published import IncidentFigures, incident_figures
from partnerships.imports.instants import read_instant, read_zone
from partnerships.imports.published_mapping import list_published_mappings, load_published_mapping
from partnerships.services.published_history import PublishedPast, PublishedSummary, import_published

EXIT_REFUSED = 1
EXIT_UNREADABLE = 2
_HOUR_US = 3_600_000_000


class Command(BaseCommand):
    help = (
        "Import what a partner published of its own past: incidents, or minutes of outage by day. It never counts "
        "towards our uptime; ask for it by show_uptime --check. Exit 0: all taken; 1: items were refused, 2: the file "
        "or the mapping cannot be read; nothing was stored then."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        known = ", ".join(list_published_mappings())
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--site", required=True, metavar="NAME", help="integration that the history is of")
        parser.add_argument(
            "--mapping", required=True, metavar="NAME", help=f"one of {known}, or the path of a TOML file"
        )
        parser.add_argument("--start", default="", metavar="DATE", help="from when on the incidents are complete")
        parser.add_argument(
            "--end", default="", metavar="DATE", help="last day on which they are, or the instant before"
        )
        parser.add_argument("--zone", default=settings.ORGANISATION_TIME_ZONE, metavar="NAME", help="of those days")
        parser.add_argument("--component", action="append", default=[], metavar="NAME", help="only these")
        parser.add_argument("--dry-run", action="store_true", help="count what would happen and store nothing")
        parser.add_argument("--rejects", type=Path, metavar="FILE", help="write every refused item and why here")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            summary = import_published(
                file=options["file"],
                mapping=load_published_mapping(options["mapping"]),
                past=_past(options),
                rejects=options["rejects"],
                dry_run=options["dry_run"],
                at=timezone.now(),
            )
        except InvalidInputError as refusal:
            raise CommandError(str(refusal)) from None
        except (ImportProblemError, OSError) as error:
            self.stderr.write(str(error))
            sys.exit(EXIT_UNREADABLE)
        self._tell(summary)
        if summary.refused:
            where = f": see {options['rejects']}" if options["rejects"] else "; --rejects FILE lists them"
            self.stderr.write(f"{summary.refused} refused, so nothing was stored{where}")
            sys.exit(EXIT_REFUSED)

    def _tell(self, summary: PublishedSummary) -> None:
        for label in ("items", "known", "refused"):
            self.stdout.write(f"{label}: {getattr(summary, label)}")
        for name, count in sorted(summary.checks.items()):
            self.stdout.write(f"  {name}: {count} new changes")
        if summary.incidents:
            self.stdout.write(_words("incidents", incident_figures(summary.incidents)))
            felt = [one for one in summary.incidents if one.state != "up"]
            self.stdout.write(_words("with impact", incident_figures(felt)))


def _past(options: dict[str, Any]) -> PublishedPast:
    calendar = read_zone(options["zone"])
    return PublishedPast(
        site=options["site"],
        start=read_instant(options["start"], "start", calendar) if options["start"] else None,
        end=read_instant(options["end"], "end", calendar, days=1) if options["end"] else None,
        components=frozenset(options["component"]),
    )


def _words(label: str, figures: IncidentFigures) -> str:
    hours = {
        name: float(value / _HOUR_US)
        for name in ("mean", "median", "p90", "lasting", "between")
        if (value := getattr(figures, name)) is not None
    }
    return ", ".join([f"{label}: {figures.count}", *(f"{name} {value:.4f} h" for name, value in hours.items())])
