"""Pages of tickets in the order of what is due."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from django.db.models import Q
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from foundation.api import CursorPages
from support.models import Ticket
from support.selectors.cursors import Cursor

DUE_ORDERS = ("due_at", "-due_at")
_COLUMN = "due_order"


class TicketPages(CursorPages):
    """Pages by number as everywhere, or with `ordering` by what is due.

    The framework's cursor counts the rows of one value, and gives up where many tickets have no promise; this one goes
    by the value and the number, so that any page costs the same.
    """

    is_by_due = False
    before: str | None = None
    after: str | None = None

    def paginate_queryset(self, queryset: Any, request: Request, view: Any | None = None) -> Any:
        """One page; NotFound for a cursor that was not made here."""
        order = request.query_params.get("ordering", "")
        self.is_by_due = order in DUE_ORDERS
        if not self.is_by_due:
            return super().paginate_queryset(queryset, request, view)
        self.request, self.base_url = request, request.build_absolute_uri()
        size, cursor = self.get_page_size(request) or 0, _asked(request)
        is_backward = cursor is not None and cursor.side == "before"
        is_ascending = (order == "due_at") != is_backward
        sign = "" if is_ascending else "-"
        if cursor is not None:
            queryset = queryset.filter(_beyond(cursor, ascending=is_ascending))
        rows = list(queryset.order_by(f"{sign}{_COLUMN}", f"{sign}pk")[: size + 1])
        has_more, rows = len(rows) > size, rows[:size]
        has_before, has_after = (has_more, True) if is_backward else (cursor is not None, has_more)
        rows = rows[::-1] if is_backward else rows
        self.before = _cursor_at(rows[:1], "before") if has_before else None
        self.after = _cursor_at(rows[-1:], "after") if has_after else None
        return rows

    def get_next_link(self) -> str | None:
        return self._link(self.after) if self.is_by_due else super().get_next_link()

    def get_previous_link(self) -> str | None:
        return self._link(self.before) if self.is_by_due else super().get_previous_link()

    def _link(self, cursor: str | None) -> str | None:
        return replace_query_param(self.base_url or "", self.cursor_query_param, cursor) if cursor else None


def _asked(request: Request) -> Cursor | None:
    word = request.query_params.get("cursor", "")
    cursor = Cursor.decode(word, like=datetime)
    if word and cursor is None:
        raise NotFound("This is no cursor of this list.", code="unknown_cursor")
    return cursor


def _beyond(cursor: Cursor, *, ascending: bool) -> Q:
    """Rows past the cursor's; the bound on the column alone is what an index can use."""
    past = "gt" if ascending else "lt"
    beyond = Q(**{f"{_COLUMN}__{past}": cursor.value}) | Q(**{_COLUMN: cursor.value, f"pk__{past}": cursor.pk})
    return Q(**{f"{_COLUMN}__{past}e": cursor.value}) & beyond


def _cursor_at(rows: Sequence[Ticket], side: Literal["before", "after"]) -> str | None:
    return Cursor(side, rows[0].due_order, rows[0].pk).encode() if rows else None
