"""From a file to the facts of its tickets: read, parse, put aside, group, derive. Nothing here knows the database."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from foundation.imports.errors import Refusal
from foundation.imports.reading import open_rows
from support.imports.derive import derive_ticket
from support.imports.facts import TicketFacts
from support.imports.grouping import Spill
from support.imports.mapping import BadEvent, Layout, Mapping
from support.imports.rows import ParsedRow, RowParser

INCOMPLETE = "ticket_with_refused_rows"


def collect_rows(path: Path, mapping: Mapping, spill: Spill) -> int:
    """Put every row of the file aside, refused ones too, and return how many there were.

    The whole file is read before anything is stored, so that a damaged file or one that has day and month the other
    way round (UnreadableFileError) leaves nothing behind.
    """
    count = 0
    with open_rows(path, mapping.file) as rows:
        parser = RowParser(mapping, rows.header)
        for row in rows:
            count += 1
            parsed = row if isinstance(row, Refusal) else parser.parse(*row)
            if isinstance(parsed, Refusal):
                spill.refuse(parsed)
            else:
                spill.add(parsed)
    return count


def derive_tickets(spill: Spill, mapping: Mapping) -> Iterator[TicketFacts]:
    """The facts of every ticket that can be stored, by id; what cannot goes to the spill's refusals."""
    for rows in spill.groups():
        kept = _refuse_repeats(rows, spill) if mapping.layout is Layout.TICKET else rows
        refused_line = spill.refused_line_of(rows[0].external_id) if spill.refused else None
        if refused_line and mapping.rules.bad_event is BadEvent.REFUSE_TICKET:
            _refuse_all(kept, refused_line, spill)
            continue
        facts = derive_ticket(kept, mapping)
        if isinstance(facts, Refusal):
            spill.refuse(facts)
        else:
            yield replace(facts, warnings=(*facts.warnings, INCOMPLETE)) if refused_line else facts


def _refuse_repeats(rows: Sequence[ParsedRow], spill: Spill) -> Sequence[ParsedRow]:
    """The first row of a ticket; one row a ticket was promised, so the others are refused."""
    first, *others = rows
    for row in others:
        reason = f"has the same id as line {first.line}"
        spill.refuse(Refusal(row.line, "id", row.external_id, reason))
    return [first]


def _refuse_all(rows: Sequence[ParsedRow], refused_line: int, spill: Spill) -> None:
    for row in rows:
        reason = f"belongs to a ticket of which line {refused_line} was refused"
        spill.refuse(Refusal(row.line, "id", row.external_id, reason, row.external_id))
