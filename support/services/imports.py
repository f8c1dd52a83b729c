"""Importing tickets from a file of another system; the command and the admin call the same function."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from foundation.imports.rejects import open_rejects
from support.imports.derive import AMBIGUOUS_DATE, BEFORE_OPENED, OUT_OF_ORDER, REOPENS_DIFFER, RESOLVED_AFTER_CLOSED
from support.imports.facts import TicketFacts
from support.imports.grouping import open_spill
from support.imports.mapping import Layout
from support.imports.mapping import Mapping as TicketMapping
from support.imports.pipeline import collect_rows, derive_tickets
from support.services.import_batch import BatchResult, store_batch
from support.services.import_people import Directory

BATCH_TICKETS = 500
UNKNOWN_ASSIGNEE = "unknown_assignee"
ALWAYS_SHOWN = (OUT_OF_ORDER, BEFORE_OPENED, RESOLVED_AFTER_CLOSED, AMBIGUOUS_DATE, REOPENS_DIFFER)


@dataclass(frozen=True)
class ImportSummary:
    """What an import did. `rows` and `refused` count rows of the file, the others tickets; `warnings` by kind."""

    rows: int
    tickets: int
    created: int
    updated: int
    unchanged: int
    refused: int
    reopened: int
    warnings: Mapping[str, int]
    is_dry_run: bool


@dataclass
class _Tally:
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    reopened: int = 0
    warnings: Counter[str] = field(default_factory=Counter)

    def count(self, batch: Iterable[TicketFacts], result: BatchResult, directory: Directory) -> None:
        self.created += result.created
        self.updated += result.updated
        self.unchanged += result.unchanged
        for facts in batch:
            self.reopened += bool(facts.reopen_count)
            self.warnings.update(facts.warnings)
            self.warnings[UNKNOWN_ASSIGNEE] += bool(facts.assignee and directory.person(facts.assignee) is None)


def import_tickets(
    *, file: Path, mapping: TicketMapping, at: datetime, rejects: Path | None = None, dry_run: bool = False
) -> ImportSummary:
    """Bring the tickets of `file` in by `mapping` and say what was done; a second run of the same file changes nothing.

    Tickets are recognised by source and external id, and stored in batches of one transaction each: killed anywhere,
    a second run completes the work. `at` dates what the file itself does not date. Refused rows are written to
    `rejects`. Raises UnreadableFileError, before anything is stored, when the file cannot be read by the mapping.
    """
    tally = _Tally()
    directory = Directory(source=mapping.source, is_dry_run=dry_run)
    with open_rejects(rejects) as write_rejects, open_spill(mapping) as spill:
        rows = collect_rows(file, mapping, spill)
        directory.load()
        for batch in _batches(derive_tickets(spill, mapping)):
            tally.count(batch, store_batch(batch, directory, at=at), directory)
        write_rejects(spill.refusals())
        refused = spill.refused
    shown = ALWAYS_SHOWN if mapping.layout is Layout.EVENTS else (RESOLVED_AFTER_CLOSED, AMBIGUOUS_DATE)
    return ImportSummary(
        rows=rows,
        tickets=tally.created + tally.updated + tally.unchanged,
        created=tally.created,
        updated=tally.updated,
        unchanged=tally.unchanged,
        refused=refused,
        reopened=tally.reopened,
        warnings=dict.fromkeys(shown, 0) | {name: n for name, n in tally.warnings.items() if n},
        is_dry_run=dry_run,
    )


def _batches(tickets: Iterator[TicketFacts]) -> Iterator[list[TicketFacts]]:
    while batch := list(islice(tickets, BATCH_TICKETS)):
        yield batch


def describe_summary(summary: ImportSummary) -> list[tuple[str, int]]:
    """What is told of an import, at the prompt and on the page; a label that is indented details the one above it."""
    verb = "would be " if summary.is_dry_run else ""
    return [
        ("rows read", summary.rows),
        ("rows refused", summary.refused),
        ("tickets", summary.tickets),
        (f"  {verb}created", summary.created),
        (f"  {verb}updated", summary.updated),
        ("  unchanged", summary.unchanged),
        ("reopened tickets", summary.reopened),
        *((f"warning {name}", count) for name, count in sorted(summary.warnings.items())),
    ]
