"""Taking in checks that were recorded elsewhere: each site an integration with a paused check and its intervals.

What a row says holds until the next row of its site, and nothing is known after the last. A file that continues an
earlier one continues the history; rows that are known already change nothing, and what contradicts them is refused.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import transaction

from foundation.imports.errors import Refusal
from foundation.imports.rejects import open_rejects
from partnerships.imports.mapping import CheckMapping
from partnerships.imports.reading import CheckRow, read_checks
from partnerships.services.recorded_checks import continue_history, get_recorded_check, is_measured


@dataclass
class HistorySummary:
    """How many rows were read, new, known already and refused, and which sites they told of."""

    rows: int = 0
    new: int = 0
    known: int = 0
    refused: int = 0
    sites: Counter[str] = field(default_factory=Counter)
    """New rows by site."""


def import_checks(
    *, file: Path, mapping: CheckMapping, at: datetime, rejects: Path | None = None, dry_run: bool = False
) -> HistorySummary:
    """Store the file's checks, all in one transaction, and count what happened; nothing where a row was refused.

    Without the row the state before it would hold on in its place, and once mended it would contradict that. Raises
    ImportProblemError for a file or mapping that cannot be read.
    """
    summary = HistorySummary()
    refused: list[Refusal] = []
    with open_rejects(rejects) as refuse, transaction.atomic():
        by_site: dict[str, list[CheckRow]] = defaultdict(list)
        for row in read_checks(file, mapping, now=at):
            summary.rows += 1
            if isinstance(row, Refusal):
                refused.append(row)
            else:
                by_site[row.site].append(row)
        for site, rows in sorted(by_site.items()):
            refused += _take_site(site, sorted(rows, key=lambda row: row.at), summary, at=at)
        summary.refused = len(refused)
        refuse(sorted(refused, key=lambda refusal: refusal.line))
        if dry_run or refused:
            transaction.set_rollback(True)
    if refused:
        summary.new, summary.sites = 0, Counter()
    return summary


def _take_site(site: str, rows: Sequence[CheckRow], summary: HistorySummary, *, at: datetime) -> list[Refusal]:
    """Continue one site's history with its rows in order of time; what contradicts what is known."""
    if is_measured(site):
        first = rows[0]
        reason = "is measured here, and imported history would dilute that; import it under another name"
        return [Refusal(first.line, "site", site, reason, site)]
    done = continue_history(check=get_recorded_check(site=site, at=at), rows=rows)
    summary.known += done.known
    if done.new:
        summary.new += done.new
        summary.sites[site] += done.new
    return done.refused
