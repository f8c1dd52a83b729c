"""Server time and queries of lists of tickets, of the search among them, and of opening one."""

from __future__ import annotations

import time
from base64 import b64encode
from typing import Any
from urllib.parse import urlencode

from benchmarks.jobs.desk_rows import MARKED, fill_desk
from benchmarks.jobs.setup import STORAGES, run
from benchmarks.jobs.times import times

PAGE, API = "/tickets/", "/api/v1/tickets/"
API_ROWS = 50


def measure(*, tickets: int, deep_page: int, rounds: int, with_search: bool) -> dict[str, Any]:
    """Median seconds, SQL seconds and queries of each list by its name, of its rows alone, and of opening a ticket."""
    from django.test import override_settings

    began = time.perf_counter()
    desk = fill_desk(tickets)
    filled = time.perf_counter() - began
    person, client = _sign_in()
    deep_page = min(deep_page, tickets // API_ROWS)
    with override_settings(STORAGES=STORAGES):
        pages, lists = _pages(person, client, desk, deep_page, rounds)
        found = {
            "filled": filled,
            "pages": pages,
            "lists": lists,
            "api": _api(client, desk, deep_page, rounds),
            "create": times(lambda: _open_ticket(client), rounds),
        }
    return found | ({"search": _search(rounds)} if with_search else {})


def _sign_in() -> tuple[Any, Any]:
    from django.contrib.auth import get_user_model
    from django.test import Client

    person, _ = get_user_model().objects.get_or_create(
        email="bench@example.com", defaults={"name": "Bench", "is_superuser": True, "is_staff": True}
    )
    client = Client()
    client.force_login(person)
    return person, client


def _filters(desk: Any) -> dict[str, dict[str, str]]:
    """The usual ones: the name, and the parameters of the page; the API has others for the same."""
    team, person = str(desk.teams[3]), str(desk.people[13])
    return {
        "": {},
        "one state": {"state": "solved"},
        "one team": {"team": team},
        "one person": {"holder": person},
        "one person's, solved, of one team": {"holder": person, "state": "solved", "team": team},
    }


def _pages(person: Any, client: Any, desk: Any, deep_page: int, rounds: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """The whole page, and the selector that finds its rows and their number."""
    from support.selectors.queue import QueueQuery, count_found, get_page

    pages: dict[str, Any] = {}
    lists: dict[str, Any] = {}

    def add(name: str, cursor: Any, **asked: str) -> None:
        query = QueueQuery(person=person.pk, **asked)
        place = {"page": cursor.encode()} if cursor else {}
        path = f"{PAGE}?{urlencode({**asked, **place})}"
        lists[name] = times(lambda: count_found([get_page(query, cursor=cursor).found]), rounds)
        pages[name] = times(lambda: _get(client, path), rounds)

    add("page 1 of what waits for us", None, tab="us")
    for name, asked in _filters(desk).items():
        of = f" of {name}" if name else ""
        add(f"page 1{of}", None, tab="all", **asked)
        deep = deep_page if not name else max(deep_page // 500, 1)
        add(f"page {deep:,}{of}", _cursor(QueueQuery(person=person.pk, tab="all", **asked), deep), tab="all", **asked)
    return pages, lists


def _cursor(query: Any, page: int) -> Any:
    """Where the page begins: behind the last row of the page before it."""
    from support.selectors.cursors import Cursor
    from support.selectors.queue import PAGE_ROWS, list_matching

    skipped = (page - 1) * PAGE_ROWS
    last = list_matching(query)[skipped - 1] if skipped else None
    return Cursor("after", last.opened_at, last.pk) if last else None


def _get(client: Any, path: str) -> None:
    answer = client.get(path, headers={"host": "127.0.0.1"})
    if answer.status_code != 200 or (b"<tr" not in answer.content and b'"id":' not in answer.content):
        raise RuntimeError(f"{path} answered {answer.status_code} without tickets")


def _api(client: Any, desk: Any, deep_page: int, rounds: int) -> dict[str, Any]:
    from support.models import Ticket

    skipped = (deep_page - 1) * API_ROWS
    position = Ticket.objects.order_by("-pk").values_list("pk", flat=True)[max(skipped - 1, 0)]
    cursor = b64encode(urlencode({"p": position}).encode()).decode()
    asked = {"page 1": {}, f"page {deep_page:,}": {"cursor": cursor}}
    for name, filters in _filters(desk).items():
        if name:
            asked[f"page 1 of {name}"] = filters
    paths = {name: f"{API}?{urlencode({'page_size': API_ROWS, **given})}" for name, given in asked.items()}
    return {name: times(lambda path=path: _get(client, path), rounds) for name, path in paths.items()}


def _open_ticket(client: Any) -> None:
    body = {"subject": "It fails", "body": "Please help."}
    answer = client.post(API, body, content_type="application/json", headers={"host": "127.0.0.1"})
    if answer.status_code != 201:
        raise RuntimeError(f"{API} answered {answer.status_code}: {answer.content[:300]!r}")


def _search(rounds: int) -> dict[str, Any]:
    """The newest fifty tickets with a word and how many there are, by the index and by ILIKE; they must agree."""
    from django.db.models import Exists, OuterRef, Q

    from support.models import Ticket, TicketEvent
    from support.selectors.queue import QueueQuery, count_found, get_page, list_matching

    found = {}
    for word in MARKED:
        query = QueueQuery(person=0, tab="all", words=word)
        said = TicketEvent.objects.filter(ticket=OuterRef("pk"), body__icontains=word)
        naive = Ticket.objects.filter(Q(subject__icontains=word) | Q(Exists(said))).order_by("-opened_at", "-pk")
        tickets = naive.count()
        if tickets != list_matching(query).count():
            raise RuntimeError(f"{word}: {tickets} tickets by ILIKE, {list_matching(query).count()} by words")
        found[word] = {
            "tickets": tickets,
            "ours": times(lambda query=query: count_found([get_page(query).found]), rounds),
            "naive": times(lambda naive=naive: (list(naive[:50]), naive.count()), 1, warm_up=0),
        }
    return found


if __name__ == "__main__":
    run(measure)
