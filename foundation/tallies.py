"""Counts of several tables in one statement, for what stands on every page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Aggregate, Count, DateTimeField, Max, QuerySet, Value
from django.db.models.functions import Cast

_NOBODY = Value(0)
_NEVER = Max(Cast(Value(None), DateTimeField()))
"""No instant: typed, since a database cannot tell what a bare NULL is among others, and no group of its own."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What is asked of rows: how many, how many of them are loud, and an instant of theirs."""

    rows: "QuerySet[Any]"
    all: Aggregate = field(default_factory=lambda: Count("pk"))
    loud: Aggregate | None = None
    at: Aggregate | None = None


@dataclass(frozen=True, slots=True)
class Tallied:
    """The answer to a tally; `at` is None where there are no rows, or where it was not asked for."""

    all: int
    loud: int
    at: datetime | None


def read_tallies(tallies: Mapping[str, Tally]) -> dict[str, Tallied]:
    """The answer to each by its name: the same as `aggregate` gives for each alone, in one statement for all."""
    if not tallies:
        return {}
    first, *others = (_ask(name, tally) for name, tally in tallies.items())
    found = first.union(*others, all=True)
    return {name: Tallied(*answer) for name, *answer in found}


def _ask(name: str, tally: Tally) -> "QuerySet[Any, Any]":
    # A constant is no group, so that there is one row of each, also of no rows.
    one = tally.rows.order_by().values(tally=Value(name))
    figures = {"tally_all": tally.all, "tally_loud": tally.loud or _NOBODY, "tally_at": tally.at or _NEVER}
    answer: QuerySet[Any, Any] = one.annotate(**figures).values_list("tally", *figures)
    return answer
