"""Questions to the queue that people keep."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from foundation.plain_text import has_control
from foundation.url_keys import key_of
from support.models import Priority, SavedView, TicketState
from support.selectors.queue import COLUMNS, DUE, SORTS, QueueQuery, is_tab

FILTERS = ("tab", "q", *COLUMNS, "tag", "due", "holder", "sort")
PINNED = 8
"""How many stand above the queue."""
_MEANT: Mapping[str, Callable[[str], bool]] = {
    "tab": is_tab,
    "priority": Priority.values.__contains__,
    "state": TicketState.values.__contains__,
    "team": lambda value: bool(key_of(value)),
    "due": DUE.__contains__,
    "holder": lambda value: value in {"none", "me"} or bool(key_of(value)),
    "sort": lambda value: value.removeprefix("-") in SORTS,
}
"""What the filters that take no free text can be asked for."""


@dataclass(frozen=True)
class PinnedView:
    """A view above the queue, with what it asks."""

    view: SavedView
    query: QueueQuery


def list_visible(person: int) -> "QuerySet[SavedView]":
    """One's own views and those that are shared."""
    return SavedView.objects.filter(Q(owner=person) | Q(is_shared=True))


def is_meant(name: str, value: str) -> bool:
    """Whether the queue can be asked for this value of the filter."""
    return not has_control(value) and _MEANT.get(name, bool)(value)


def query_of(filters: Mapping[str, Any], *, person: int) -> QueueQuery:
    """The question that stored filters ask; what means nothing any more is passed over."""
    asked = {name: str(value) for name, value in filters.items() if name in FILTERS and value}
    known = {name: value for name, value in asked.items() if is_meant(name, value)}
    tab, words = known.pop("tab", "all"), known.pop("q", "")
    return QueueQuery(person=person, tab=tab, words=words, **known)


def list_pinned(person: int) -> list[PinnedView]:
    """The first pinned views that one sees, one's own before others'; one query."""
    views = list(list_visible(person).filter(is_pinned=True))
    chosen = sorted(views, key=lambda view: view.owner_id != person)[:PINNED]
    return [PinnedView(view, query_of(view.filters, person=person)) for view in chosen]
