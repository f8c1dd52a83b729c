"""Rows come from the database as whole numbers, exact to the microsecond."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.db.models import F

from metrics.frame import MISSING, microsecond_of
from metrics.gather import Microseconds, gather_frame
from metrics.models import DirtyMark
from support.models import Ticket

INSTANTS = [
    datetime(2026, 3, 1, 10, 59, 59, 999_999, tzinfo=UTC),
    datetime(2026, 3, 1, 11, tzinfo=UTC),
    datetime(2026, 3, 1, 10, 59, 59, 999_500, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 500_000, tzinfo=UTC),
    datetime(1955, 11, 5, 1, 21, 0, 7, tzinfo=UTC),
    datetime(2099, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
]


@pytest.mark.django_db
def test_instants_are_exact_and_absent_ones_are_missing():
    for i, instant in enumerate(INSTANTS):
        resolved = instant + timedelta(microseconds=i) if i % 2 else None
        state = "solved" if resolved else "open"
        Ticket.objects.create(subject="s", state=state, category=f"ä{i}", opened_at=instant, resolved_at=resolved)

    frame = gather_frame(
        Ticket.objects.all(),
        at=Microseconds("opened_at"),
        measures={"resolved": Microseconds("resolved_at"), "reopens": F("reopen_count")},
        dimensions={"category": F("category"), "customer": F("customer__name")},
    )

    for ticket in Ticket.objects.all():
        (row,) = np.flatnonzero(frame.keys == ticket.pk)
        assert frame.at[row] == microsecond_of(ticket.opened_at)
        expected = MISSING if ticket.resolved_at is None else microsecond_of(ticket.resolved_at)
        assert frame.measures["resolved"][row] == expected
        assert (frame.measures["reopens"][row], frame.dimensions["category"][row]) == (0, ticket.category)
        assert frame.dimensions["customer"][row] == ""


@pytest.mark.django_db
def test_no_rows_make_an_empty_frame():
    frame = gather_frame(Ticket.objects.all(), at=Microseconds("opened_at"), dimensions={"category": F("category")})

    assert len(frame) == len(frame.keys) == len(frame.dimensions["category"]) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("instant", INSTANTS)
def test_a_mark_is_of_the_hour_even_in_its_last_microsecond(instant):
    Ticket.objects.create(subject="s", opened_at=instant)

    hour = microsecond_of(instant) // 3_600_000_000
    grown_old = {hour + 7 * 24, hour + 30 * 24}  # Then it is part of the old backlog.
    assert {mark.utc_hour for mark in DirtyMark.objects.all()} == {hour} | grown_old


@pytest.mark.django_db
def test_words_with_any_letters_come_back_as_they_are():
    words = ["", "a,b", '"', "x\ny", "\\x00", "naïve 漢字 🙂", "'; --"]
    Ticket.objects.bulk_create(
        Ticket(subject=str(i), category=word, opened_at=INSTANTS[1]) for i, word in enumerate(words)
    )

    frame = gather_frame(Ticket.objects.all(), at=Microseconds("opened_at"), dimensions={"category": F("category")})

    assert sorted(frame.dimensions["category"]) == sorted(words)
