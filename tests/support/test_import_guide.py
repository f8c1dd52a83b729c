"""The guide is held to its word: its worked example runs, and it names every key and every warning there is."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.imports import derive, loading, pipeline
from support.imports.loading import list_shipped_mappings, parse_mapping
from support.models import Priority, Ticket, TicketState
from support.services import imports
from support.services.imports import import_tickets
from tests.support.import_files import write

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "importing-tickets.md").read_text()


def blocks(kind):
    return re.findall(rf"^```{kind}\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)


@pytest.mark.django_db
def test_worked_example_imports_as_the_guide_says(tmp_path):
    (export,) = [block for block in blocks("") if block.startswith("Vorgang")]
    (mapping,) = blocks("toml")

    summary = import_tickets(
        file=write(tmp_path, export, encoding="latin-1"),
        mapping=parse_mapping(mapping),
        at=datetime(2026, 1, 1, tzinfo=UTC),
    )

    one, two = Ticket.objects.order_by("external_id")
    assert (summary.rows, summary.created, summary.refused) == (7, 2, 0)
    assert (one.external_id, one.state, one.priority, one.customer.name) == ("SHOP-1", "closed", "high", "Öz")
    assert (two.opened_at, two.resolved_at) == (
        datetime(2025, 10, 26, 1, 30, tzinfo=UTC),
        datetime(2025, 10, 26, 3, tzinfo=UTC),
    )


def test_guide_names_every_key_word_and_warning(monkeypatch):
    asked = set()
    original = loading.Table.raw

    def remember(self, name):
        if not self.name.startswith(("states", "priorities")):
            asked.add(name)
        return original(self, name)

    monkeypatch.setattr(loading.Table, "raw", remember)
    for name in list_shipped_mappings():
        loading.load_mapping(name)
    warnings = {
        derive.OUT_OF_ORDER, derive.BEFORE_OPENED, derive.RESOLVED_AFTER_CLOSED, derive.AMBIGUOUS_DATE, derive.REOPENS_DIFFER,
        derive.OPEN_WITH_END, derive.DROPPED_TIME, derive.TEXT_CUT, pipeline.INCOMPLETE, imports.UNKNOWN_ASSIGNEE,
    }  # fmt: skip
    named = set(re.findall(r"`\"?(\w+)\"?`", GUIDE)) | set(re.findall(r"\b(take|column|template|default)\b", GUIDE))
    sections = {"file", "id", "times", "events", "columns", "states", "priorities", "rules"}

    assert sections <= set(re.findall(r"`\[(\w+)\]`", GUIDE))
    assert asked - sections - named == set()
    assert (warnings | set(TicketState.values) | set(Priority.values)) - named == set()
