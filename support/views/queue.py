"""The list of tickets, as a page and as CSV of the same rows."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from foundation.access import requires
from foundation.csv_export import stream_csv
from foundation.url_keys import key_of
from foundation.words import duration, figure, local, moment
from operations.models import User
from support.forms import DUE_CHOICES, QueueForm, ViewForm
from support.models import ClockMetric, InboundMail, Priority, SavedView, Ticket, TicketState
from support.selectors.cursors import Cursor
from support.selectors.mail_aside import list_aside
from support.selectors.queue import (
    COLUMNS,
    COUNTED_UP_TO,
    SORTS,
    TABS,
    QueueQuery,
    count_found,
    count_tabs,
    get_filters,
    get_page,
    list_matching,
)
from support.selectors.saved_views import PinnedView, list_pinned, list_visible, query_of

_COLUMNS = (
    ("due", "Due", ""),
    ("", "Clock", "drop"),
    ("opened", "Opened", "drop"),
    ("subject", "Subject", ""),
    ("", "Area", ""),
    ("priority", "Priority", ""),
)
_MORE_COLUMNS = (("", "State", "drop"), ("", "With", "drop"), ("", "Team", "drop"), ("reopens", "Reopens", "num drop"))
_CSV_HEAD = (
    "number",
    "subject",
    "area",
    "priority",
    "state",
    "with",
    "team",
    "customer",
    "opened",
    "resolved",
    "reopens",
    "due",
    "clock",
)
_ORDER_WORDS = {"opened": "oldest first", "-opened": "newest first", "due": "soonest due first"}
_CHUNK = 500
_SOON = timedelta(hours=2)
"""What is due by then is shown as something to watch."""
_WITH_ENDED = {"solved", "all"}
"""The tabs with ended tickets, where the day of opening says more than the age."""


@require_safe
@requires("support.view_ticket")
def ticket_list(request: HttpRequest) -> HttpResponse:
    """The queue; every choice on it is in its URL."""
    query, asked = _query(request), request.GET.dict()
    at, person = timezone.now(), cast("User", request.user)
    pinned, current = list_pinned(person.pk), _view(request)
    cursor = Cursor.decode(asked.get("page", ""), like=_type_of(query.order)) if "page" in asked else None
    page, counts = get_page(query, cursor=cursor), count_tabs(query)
    aside = list_aside() if person.has_perm("support.view_inboundmail") else InboundMail.objects.none()
    total, waiting, *of_pinned = count_found([page.found, aside, *(list_matching(one.query) for one in pinned)])
    is_filtered = query != QueueQuery(person=query.person, tab=query.tab, sort=query.sort)
    context = {
        "lede": _lede(counts),
        "tabs": [_tab(tab.key, tab.label, counts.get(tab.key), query, is_on=current is None) for tab in TABS],
        "pinned": [_pinned(one, count, current) for one, count in zip(pinned, of_pinned, strict=True)],
        "view": current,
        "is_own_view": current is not None and current.owner_id == person.pk,
        "view_form": ViewForm(auto_id="view-%s") if person.has_perm("support.add_savedview") else None,
        "hidden": [(name, value) for name, value in _named(query).items() if value],
        "more_filters": _more_filters(query),
        "query": "",
        "asked": query,
        "filters": _filters(query),
        "is_filtered": is_filtered,
        "columns": [_column(*column, query) for column in (*_COLUMNS, *_MORE_COLUMNS)],
        "rows": [_row(ticket, at) for ticket in page.rows],
        "caption": _caption(total, query),
        "shows_age": query.tab not in _WITH_ENDED,
        "before": _page_url(query, current, page.before),
        "after": _page_url(query, current, page.after),
        "csv": f"{reverse('support:tickets_csv')}?{_parameters(query)}",
        "cleared": _url(QueueQuery(person=query.person, tab=query.tab)),
        "aside": waiting,
        "may_add": person.has_perm("support.add_ticket"),
        "may_change": person.has_perm("support.change_ticket"),
    }
    return render(request, "support/ticket_list.html", context)


@require_safe
@requires("support.view_ticket")
def tickets_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The rows of the list that the same URL parameters show, on all its pages, in the same order."""
    tickets = list_matching(_query(request))
    return stream_csv("tickets.csv", _CSV_HEAD, _csv_rows(tickets.iterator(chunk_size=_CHUNK)))


def _csv_rows(tickets: Iterator[Ticket]) -> Iterator[Sequence[object]]:
    for ticket in tickets:
        yield (
            ticket.reference,
            ticket.subject,
            ticket.category,
            ticket.get_priority_display(),
            ticket.get_state_display(),
            str(ticket.assignee or ""),
            str(ticket.team or ""),
            str(ticket.customer or ""),
            local(ticket.opened_at).isoformat(),
            local(ticket.resolved_at).isoformat() if ticket.resolved_at else None,
            ticket.reopen_count,
            local(ticket.due_at).isoformat() if ticket.due_at else "paused" if ticket.is_due_paused else None,
            _clock_of(ticket),
        )


def _clock_of(ticket: Ticket) -> str:
    """The name of the clock that is due first; nothing where none runs."""
    metric: str | None = getattr(ticket, "due_metric", None)
    return ClockMetric(metric).label if metric else ""


def _query(request: HttpRequest) -> QueueQuery:
    """What the URL asks, or the view that it names."""
    person, view = cast("User", request.user).pk, _view(request)
    return query_of(view.filters, person=person) if view else QueueForm(request.GET).query(person)


def _type_of(order: str) -> type:
    column = SORTS[order.removeprefix("-")]
    return {"opened_at": datetime, "due_order": datetime, "subject": str}.get(column, int)


def _view(request: HttpRequest) -> SavedView | None:
    """The kept view that the URL asks for, if one may see it."""
    number = key_of(request.GET.get("view", ""))
    return None if number is None else list_visible(cast("User", request.user).pk).filter(pk=number).first()


def _named(query: QueueQuery) -> dict[str, str]:
    """The URL parameters of a query by their names."""
    same = {name: getattr(query, name) for name in ("tab", *COLUMNS, "tag", "due", "holder", "sort")}
    return {**same, "q": query.words}


def _parameters(query: QueueQuery, **more: str) -> str:
    """The URL parameters of a query; what is not asked for is left out."""
    named = {**_named(query), **more}
    return urlencode({name: value for name, value in named.items() if value})


def _url(query: QueueQuery, **more: str) -> str:
    return f"{reverse('support:tickets')}?{_parameters(query, **more)}"


def _page_url(query: QueueQuery, view: SavedView | None, cursor: Cursor | None) -> str:
    """The list from the cursor on, still under its kept view; nothing where there is no such page."""
    if cursor is None:
        return ""
    if view is not None:
        return url_of({"view": str(view.pk), "page": cursor.encode()})
    return _url(query, page=cursor.encode())


def url_of(parameters: Mapping[str, str]) -> str:
    """The list with these URL parameters."""
    return f"{reverse('support:tickets')}?{urlencode(parameters)}"


def _pinned(one: PinnedView, count: int, current: SavedView | None) -> dict[str, object]:
    """A kept view as a tab."""
    shown = f"{COUNTED_UP_TO:,}+" if count > COUNTED_UP_TO else count
    is_current = current is not None and current.pk == one.view.pk
    return {"label": one.view.name, "url": url_of({"view": str(one.view.pk)}), "count": shown, "is_current": is_current}


def _more_filters(query: QueueQuery) -> dict[str, object]:
    """The filters that few need; shown where one is in force."""
    names = ("state", "channel", "product", "integration", "tier", "city", "tag")
    boxes = [{"name": name, "label": name.capitalize(), "value": getattr(query, name)} for name in names]
    due = [{"value": key, "label": label, "is_chosen": key == query.due} for key, label in DUE_CHOICES]
    return {"boxes": boxes, "due": due, "is_open": bool(query.due) or any(box["value"] for box in boxes)}


def _lede(counts: dict[str, int]) -> str:
    return (
        f"{figure(counts['us'], 0)} wait for us, {figure(counts['customer'], 0)} for customers, "
        f"{figure(counts['hold'], 0)} on hold. {figure(counts['unassigned'], 0)} are with nobody."
    )


def _tab(key: str, label: str, count: int | None, query: QueueQuery, *, is_on: bool) -> dict[str, object]:
    url = _url(QueueQuery(person=query.person, tab=key))
    return {"label": label, "url": url, "count": count, "is_current": key == query.tab and is_on}


def _filters(query: QueueQuery) -> list[dict[str, object]]:
    """The select boxes of the filter bar."""
    found = get_filters()
    areas = sorted({*found.categories, query.category} - {""})
    boxes = (
        ("priority", "Priority: any", query.priority, Priority.choices),
        (
            "category",
            "Area: any",
            query.category,
            [(area, area) for area in areas],
        ),
        ("team", "Team: any", query.team, found.teams),
        ("holder", "With: anyone", query.holder, [("me", "me"), ("none", "nobody"), *found.holders]),
    )
    return [
        {
            "name": name,
            "any": anything,
            "label": anything.split(":")[0],
            "options": [{"value": v, "label": label, "is_chosen": str(v) == chosen} for v, label in choices],
        }
        for name, anything, chosen, choices in boxes
    ]


def _column(sort: str, label: str, cls: str, query: QueueQuery) -> dict[str, object]:
    """A head of the table; one that sorts leads to its other direction when it is in force."""
    if not sort:
        return {"label": label, "cls": cls, "url": "", "direction": ""}
    is_ascending, is_descending = query.order == sort, query.order == f"-{sort}"
    wanted = f"-{sort}" if is_ascending else sort
    asked = {**query.__dict__, "sort": wanted}
    direction = "ascending" if is_ascending else "descending" if is_descending else ""
    arrow = {"ascending": " ↑", "descending": " ↓", "": ""}[direction]
    return {"label": label + arrow, "cls": cls, "url": _url(QueueQuery(**asked)), "direction": direction}


def _row(ticket: Ticket, at: datetime) -> dict[str, object]:
    return {
        "pk": ticket.pk,
        "url": ticket.get_absolute_url(),
        "subject": ticket.subject,
        "number": ticket.reference,
        "age": duration(at - ticket.opened_at),
        "opened": moment(ticket.opened_at, now=at),
        "opened_at": ticket.opened_at,
        "area": ticket.category,
        "priority": ticket.get_priority_display(),
        "priority_tone": Priority.tone_of(ticket.priority),
        "state": ticket.get_state_display(),
        "state_tone": TicketState.tone_of(ticket.state),
        "with": str(ticket.assignee or ""),
        "is_unassigned": ticket.is_open and ticket.assignee is None,
        "team": str(ticket.team or ""),
        "reopens": ticket.reopen_count or "",
        "clock": _clock_of(ticket).split(",")[0],
        **_due(ticket, at),
    }


def _due(ticket: Ticket, at: datetime) -> dict[str, object]:
    """The promise that is due first, in words; nothing where there is none."""
    due_at = ticket.due_at
    if due_at is None:
        return {"due": "paused" if ticket.is_due_paused else "", "due_tone": "none", "due_at": None}
    left = due_at - at
    tone = "bad" if left < timedelta() else "watch" if left <= _SOON else "open"
    words = f"late by {duration(-left)}" if left < timedelta() else f"due in {duration(left)}"
    return {"due": words, "due_tone": tone, "due_at": due_at}


def _caption(total: int, query: QueueQuery) -> str:
    number = f"more than {COUNTED_UP_TO:,}" if total > COUNTED_UP_TO else figure(total, 0)
    by = _ORDER_WORDS.get(query.order, f"by {query.order.removeprefix('-')}")
    noun = "ticket" if total == 1 else "tickets"
    return f"{number} {noun}, {by}"
