"""Questions to the queue that people keep."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from support.models import SavedView
from support.selectors.queue import COLUMNS, DUE, SORTS, QueueQuery, count_views, is_tab

FILTERS = ("tab", "q", *COLUMNS, "tag", "due", "holder", "sort")
PINNED = 8
"""How many stand above the queue."""


@dataclass(frozen=True)
class PinnedView:
    """A view above the queue, with how many tickets it finds."""

    view: SavedView
    query: QueueQuery
    count: int


def list_visible(person: int) -> "QuerySet[SavedView]":
    """One's own views and those that are shared."""
    return SavedView.objects.filter(Q(owner=person) | Q(is_shared=True))


def query_of(filters: Mapping[str, Any], *, person: int) -> QueueQuery:
    """The question that stored filters ask; what means nothing any more is passed over."""
    known = {name: str(value) for name, value in filters.items() if name in FILTERS and value}
    tab, sort = known.pop("tab", ""), known.pop("sort", "")
    words, due = known.pop("q", ""), known.pop("due", "")
    if not known.get("team", "1").isdigit():
        known.pop("team")
    holder = known.pop("holder", "")
    return QueueQuery(
        person=person,
        tab=tab if is_tab(tab) else "all",
        words=words,
        due=due if due in DUE else "",
        sort=sort if sort.removeprefix("-") in SORTS else "",
        holder=holder if holder in {"", "none", "me"} or holder.isdigit() else "",
        **known,
    )


def list_pinned(person: int) -> list[PinnedView]:
    """The first pinned views that one sees, one's own before others', with their counts; two queries."""
    views = list(list_visible(person).filter(is_pinned=True))
    chosen = sorted(views, key=lambda view: view.owner_id != person)[:PINNED]
    queries = [query_of(view.filters, person=person) for view in chosen]
    return [PinnedView(*one) for one in zip(chosen, queries, count_views(queries), strict=True)]
