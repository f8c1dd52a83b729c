import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from foundation.imports.errors import ImportProblemError
from metrics.services.recompute import recompute_pending
from partnerships.imports.mapping import list_check_mappings, load_check_mapping, recognise_check_mapping
from partnerships.services.check_history import import_checks

EXIT_REFUSED = 1
EXIT_UNREADABLE = 2


class Command(BaseCommand):
    help = (
        "Import the history of checks from a CSV file, gzipped or not: time, site, state, latency. Exit 0: all taken; "
        "1: rows were refused, 2: the file or the mapping cannot be read; nothing was stored then."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--mapping",
            metavar="NAME",
            help=f"one of {', '.join(list_check_mappings())}, or the path of a TOML file; without it, the one whose "
            "columns the file has",
        )
        parser.add_argument("--dry-run", action="store_true", help="count what would happen and store nothing")
        parser.add_argument("--rejects", type=Path, metavar="FILE", help="write every refused row and its reason here")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            name = options["mapping"] or recognise_check_mapping(options["file"])
            if not options["mapping"]:
                self.stdout.write(f"mapping: {name}, recognised by the file's columns")
            summary = import_checks(
                file=options["file"],
                mapping=load_check_mapping(name),
                rejects=options["rejects"],
                dry_run=options["dry_run"],
                at=timezone.now(),
            )
        except (ImportProblemError, OSError) as error:
            self.stderr.write(str(error))
            sys.exit(EXIT_UNREADABLE)
        for label in ("rows", "new", "known", "refused"):
            self.stdout.write(f"{label}: {getattr(summary, label)}")
        for site, count in sorted(summary.sites.items()):
            self.stdout.write(f"  {site}: {count}")
        if summary.new and not options["dry_run"]:
            batches = recompute_pending(at=timezone.now(), max_batches=10_000, days_a_batch=400, now_please=True)
            self.stdout.write(f"metric values changed: {sum(batch.changed for batch in batches)}")
        if summary.refused:
            where = f": see {options['rejects']}" if options["rejects"] else "; --rejects FILE lists them"
            self.stderr.write(f"{summary.refused} refused, so nothing was stored{where}")
            sys.exit(EXIT_REFUSED)
