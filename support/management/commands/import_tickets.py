import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from foundation.imports.errors import ImportProblemError
from metrics.services.recompute import recompute_pending
from support.imports.loading import list_shipped_mappings, load_mapping
from support.imports.mapping import Mapping
from support.imports.recognition import recognise_mapping
from support.services.imports import describe_summary, import_tickets

EXIT_REFUSED = 1
EXIT_UNREADABLE = 2


class Command(BaseCommand):
    help = (
        "Import tickets from a CSV file, gzipped or not. Exit 0: all taken; 1: some rows were refused; "
        "2: the file or the mapping cannot be read, and nothing was stored."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        shipped = ", ".join(list_shipped_mappings())
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--mapping",
            metavar="NAME",
            help=f"one of {shipped}, or the path of a TOML file; without it, the one whose columns the file has",
        )
        parser.add_argument("--timezone", metavar="TZ", help="IANA zone of times without an offset")
        parser.add_argument("--dry-run", action="store_true", help="count what would happen and store nothing")
        parser.add_argument("--rejects", type=Path, metavar="FILE", help="write every refused row and its reason here")

    def _mapping(self, options: dict[str, Any]) -> Mapping:
        name = options["mapping"]
        if not name:
            name = recognise_mapping(options["file"])
            self.stdout.write(f"mapping: {name}, recognised by the file's columns")
        mapping = load_mapping(name)
        return mapping.in_time_zone(options["timezone"]) if options["timezone"] else mapping

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            mapping = self._mapping(options)
            summary = import_tickets(
                file=options["file"],
                mapping=mapping,
                rejects=options["rejects"],
                dry_run=options["dry_run"],
                at=timezone.now(),
            )
        except (ImportProblemError, OSError) as error:
            self.stderr.write(str(error))
            sys.exit(EXIT_UNREADABLE)
        self.stdout.write("\n".join(f"{label}: {number}" for label, number in describe_summary(summary)))
        if summary.created or summary.updated:
            self._freshen_metrics(options)
        if summary.refused:
            where = f": see {options['rejects']}" if options["rejects"] else "; --rejects FILE lists them"
            self.stderr.write(f"{summary.refused} refused{where}")
            sys.exit(EXIT_REFUSED)

    def _freshen_metrics(self, options: dict[str, Any]) -> None:
        """A worker would do it within seconds; who imports at a prompt may have none running."""
        if not options["dry_run"]:
            batches = recompute_pending(at=timezone.now(), max_batches=10_000, days_a_batch=400, now_please=True)
            self.stdout.write(f"metric values changed: {sum(batch.changed for batch in batches)}")
