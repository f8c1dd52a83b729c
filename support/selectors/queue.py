"""The list of tickets: tabs, filters, sorting, and pages by cursor that cost the same however deep they lie."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils import timezone

from operations.models import User
from support.models import OPEN_STATES, Priority, Tag, Team, Ticket, TicketClock, TicketState
from support.selectors.cursors import Cursor
from support.selectors.search import about

PAGE_ROWS = 50
COUNTED_UP_TO = 10_000
RECENT = 5_000
"""How many of the latest tickets say which areas can be chosen."""

PRIORITY_RANK = Case(
    *(When(priority=priority, then=Value(rank)) for rank, priority in enumerate(Priority)),
    output_field=IntegerField(),
)
"""0 for urgent to 3 for low."""

SORTS = {
    "opened": "opened_at",
    "priority": "rank",
    "subject": "subject",
    "reopens": "reopen_count",
    "due": "due_order",
}
"""The sorts of the list: the name in the URL and the column or annotation it goes by. None of them is ever NULL."""

_WAITS_FOR_US = (TicketState.NEW, TicketState.OPEN)
_ON_HOLD = (TicketState.ON_HOLD_VENDOR, TicketState.ON_HOLD_INTERNAL)
_OPEN = Q(state__in=OPEN_STATES)


@dataclass(frozen=True)
class Tab:
    """One saved view; `is_counted` where the number belongs on the tab."""

    key: str
    label: str
    where: Q
    sort: str = "due"
    is_counted: bool = True


TABS = (
    Tab("us", "Waits for us", Q(state__in=_WAITS_FOR_US)),
    Tab("mine", "Mine", _OPEN),
    Tab("unassigned", "Unassigned", _OPEN & Q(assignee=None)),
    Tab("reopened", "Reopened", _OPEN & Q(reopen_count__gt=0)),
    Tab("customer", "Pending customer", Q(state=TicketState.PENDING_CUSTOMER)),
    Tab("hold", "On hold", Q(state__in=_ON_HOLD)),
    Tab("solved", "Solved", Q(state__in=[TicketState.SOLVED, TicketState.CLOSED]), "-opened", is_counted=False),
    Tab("all", "All", Q(), "-opened", is_counted=False),
)
_BY_KEY = {tab.key: tab for tab in TABS}


COLUMNS = {
    "priority": "priority",
    "category": "category",
    "team": "team",
    "state": "state",
    "channel": "channel",
    "product": "product",
    "integration": "integration",
    "tier": "customer__tier",
    "city": "customer__city",
}
"""What the list can be asked for by value: the name in URLs, saved views and the API, and where it stands."""
DUE = {"overdue": timedelta(), "2h": timedelta(hours=2), "8h": timedelta(hours=8), "24h": timedelta(hours=24)}
"""Tickets with a promise that is broken by then."""


@dataclass(frozen=True)
class QueueQuery:
    """What the list is asked for. `person` is who asks; `holder` "me", "none", a user's id or "" for anyone."""

    person: int
    tab: str = "us"
    words: str = ""
    priority: str = ""
    category: str = ""
    team: str = ""
    state: str = ""
    channel: str = ""
    product: str = ""
    integration: str = ""
    tier: str = ""
    city: str = ""
    tag: str = ""
    due: str = ""
    holder: str = ""
    sort: str = ""

    @property
    def order(self) -> str:
        """The sort in force: the asked one, else the tab's own."""
        return self.sort or _BY_KEY[self.tab].sort


@dataclass(frozen=True)
class Page:
    """One page of the list, with the cursors of its neighbours; `found` is what it is a page of."""

    rows: Sequence[Ticket]
    found: "QuerySet[Ticket]"
    before: Cursor | None
    after: Cursor | None


@dataclass(frozen=True)
class Filters:
    """What can be chosen in the filter bar."""

    categories: Sequence[str]
    teams: Sequence[tuple[int, str]]
    holders: Sequence[tuple[int, str]]


def is_tab(key: str) -> bool:
    return key in _BY_KEY


def list_matching(query: QueueQuery) -> "QuerySet[Ticket]":
    """The tickets of a query in its order, with what a row shows."""
    tab = _BY_KEY[query.tab]
    found = Ticket.objects.filter(tab.where, _filter(query))
    if tab.key == "mine":
        found = found.filter(assignee=query.person)
    column, sign = _column(query.order)
    return _with_details(found).order_by(f"{sign}{column}", f"{sign}pk")


def _with_details(tickets: "QuerySet[Ticket]") -> "QuerySet[Ticket]":
    """With who is in it, its place among priorities as `rank`, and which clock is due first as `due_metric`."""
    running = TicketClock.objects.filter(ticket=OuterRef("pk"), due_at=OuterRef("due_order"))
    due_metric = Subquery(running.order_by("pk").values("metric")[:1])
    return tickets.select_related("customer", "team", "assignee").annotate(rank=PRIORITY_RANK, due_metric=due_metric)


def _filter(query: QueueQuery) -> Q:
    asked = Q()
    if query.words:
        asked &= about(query.words)
    for name, column in COLUMNS.items():
        if getattr(query, name):
            asked &= Q(**{column: getattr(query, name)})
    if query.tag:
        asked &= Q(pk__in=Tag.tickets.through.objects.filter(tag__name=query.tag).values("ticket"))
    if query.due:
        asked &= is_due_within(DUE[query.due])
    if query.holder:
        holder = {"none": None, "me": query.person}.get(query.holder, query.holder)
        asked &= Q(assignee=holder)
    return asked


def is_due_within(span: timedelta) -> Q:
    """Tickets with a running promise that is broken by so much later than now."""
    return Q(due_order__lte=timezone.now() + span)


def count_found(lists: "Sequence[QuerySet[Any]]") -> list[int]:
    """How many rows each has, up to COUNTED_UP_TO + 1; one query for all."""
    parts = dict(enumerate(rows.order_by().values("pk")[: COUNTED_UP_TO + 1] for rows in lists))
    counts = dict.fromkeys(parts, 0)
    counts.update(_read_all("SELECT %s, COUNT(*) FROM (%s) AS found", parts))
    return list(counts.values())


def _read_all(select: str, parts: "Mapping[Any, QuerySet[Any, Any]]") -> list[Any]:
    """The rows of `select` over each part and its name, all in one statement: parts may have limits of their own."""
    statements: list[str] = []
    params: list[Any] = []
    for name, part in parts.items():
        try:
            sql, values = part.query.sql_with_params()
        except EmptyResultSet:
            continue
        statements.append(select % ("%s", sql))
        params += [name, *values]
    if not statements:
        return []
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(statements), params)
        return list(cursor.fetchall())


def _column(order: str) -> tuple[str, str]:
    """The column of a sort and "-" for descending."""
    return SORTS[order.removeprefix("-")], "-" if order.startswith("-") else ""


def get_page(query: QueueQuery, *, cursor: Cursor | None = None) -> Page:
    """The rows after (or before) the cursor; one query, and one more where words are looked for."""
    found = list_matching(query)
    column, sign = _column(query.order)
    backward = cursor is not None and cursor.side == "before"
    ascending = (sign == "") != backward
    order = [column, "pk"] if ascending else [f"-{column}", "-pk"]
    rest = found.filter(_beyond(column, cursor, ascending=ascending)) if cursor is not None else found
    # Sorting keys alone, and reading what a row shows for those of one page, is what a database does quickly.
    keys = rest.order_by(*order).values("pk")[: PAGE_ROWS + 1]
    read = list(_with_details(Ticket.objects.filter(pk__in=keys)).order_by(*order))
    has_more, rows = len(read) > PAGE_ROWS, read[:PAGE_ROWS]
    if backward:
        rows.reverse()
    has_before, has_after = (has_more, True) if backward else (cursor is not None, has_more)
    return Page(
        rows=rows,
        found=found,
        before=_cursor_at(rows[:1], column, "before") if has_before else None,
        after=_cursor_at(rows[-1:], column, "after") if has_after else None,
    )


def _beyond(column: str, cursor: Cursor, *, ascending: bool) -> Q:
    """Rows past the cursor's in the order of (column, pk); the bound on the column alone is what an index can use."""
    past = "gt" if ascending else "lt"
    beyond = Q(**{f"{column}__{past}": cursor.value}) | Q(**{column: cursor.value, f"pk__{past}": cursor.pk})
    return Q(**{f"{column}__{past}e": cursor.value}) & beyond


def _cursor_at(rows: Sequence[Ticket], column: str, side: Literal["before", "after"]) -> Cursor | None:
    return Cursor(side, getattr(rows[0], column), rows[0].pk) if rows else None


def count_tabs(query: QueueQuery) -> dict[str, int]:
    """How many open tickets each counted tab has, without further filters; one query."""
    mine = replace(_BY_KEY["mine"], where=_OPEN & Q(assignee=query.person))
    tabs = [mine if tab.key == "mine" else tab for tab in TABS if tab.is_counted]
    counts: dict[str, Any] = {tab.key: Count("state", filter=tab.where) for tab in tabs}
    return Ticket.objects.filter(_OPEN).aggregate(**counts)


def get_filters(*, limit: int = 100) -> Filters:
    """The choices of the filter bar: areas of the latest tickets, all teams, all people; one query."""
    latest = Ticket.objects.order_by("-opened_at").annotate(key=Value(0)).values("key", "category")[:RECENT]
    people = User.objects.filter(is_active=True, is_service=False).order_by("name", "pk")
    parts = {
        "category": latest,
        "team": Team.objects.order_by("name").values("pk", "name")[:limit],
        "holder": people.values("pk", "name")[:limit],
    }
    found: dict[str, list[tuple[int, str]]] = {name: [] for name in parts}
    for name, *choice in _read_all("SELECT DISTINCT %s AS part, found.* FROM (%s) AS found", parts):
        found[name].append((choice[0], choice[1]))
    return Filters(
        categories=sorted(name for _, name in found["category"] if name)[:limit],
        teams=sorted(found["team"], key=_by_name),
        holders=sorted(found["holder"], key=_by_name),
    )


def _by_name(choice: tuple[int, str]) -> tuple[str, int]:
    return choice[1].casefold(), choice[0]
