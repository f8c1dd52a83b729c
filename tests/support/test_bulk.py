"""One thing done to many tickets, and questions that people keep."""

from datetime import timedelta

import pytest
from django.utils import timezone

from foundation.errors import InvalidInputError
from support.models import BulkAction, BulkChange, BulkItem, SavedView, Tag, Ticket, TicketEvent, TicketState
from support.selectors.queue import QueueQuery, count_found, list_matching
from support.selectors.saved_views import list_pinned
from support.services.bulk import UNDO_WITHIN, preview_bulk, run_bulk, undo_bulk
from support.services.messages import add_customer_message, add_note, add_reply
from support.services.saved_views import save_view
from support.services.ticket_fields import change_ticket_fields
from support.services.tickets import NewTicket, open_ticket
from support.views import bulk
from tests.api_client import BASE, client_of, problem
from tests.factories import NOW, CustomerFactory, TeamFactory, TicketFactory, UserFactory
from tests.factories_support import SavedViewFactory

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def person():
    return UserFactory(groups=["support_agent"])


@pytest.fixture
def tickets():
    return [open_ticket(new=NewTicket(f"Ticket {n}", tags=["old"]), actor=None, at=NOW) for n in range(3)]


def do(tickets, action, actor, at=NOW, **values):
    return run_bulk(ticket_ids=[one.pk for one in tickets], action=action, values=values, actor=actor, at=at)


def outcomes(bulk):
    return list(bulk.items.order_by("ticket_id").values_list("outcome", flat=True))


def test_each_ticket_is_changed_by_its_service_with_its_event(tickets, person):
    change_ticket_fields(ticket_id=tickets[0].pk, fields={"priority": "high"}, actor=None, at=NOW)

    bulk = do(tickets, BulkAction.PRIORITY, person, priority="high")

    assert outcomes(bulk) == ["unchanged", "done", "done"]
    assert set(Ticket.objects.values_list("priority", flat=True)) == {"high"}
    assert TicketEvent.objects.filter(kind="fields", actor=person).count() == 2


def test_refused_ones_stay_and_say_why_while_the_others_go_on(tickets, person):
    change_ticket_fields(ticket_id=tickets[1].pk, fields={"priority": "urgent"}, actor=None, at=NOW)

    bulk = do(tickets, BulkAction.STATE, person, state="solved", category="Bug")

    assert outcomes(bulk) == ["done", "refused", "done"]
    assert "root cause" in bulk.items.get(outcome="refused").reason
    assert list(Ticket.objects.order_by("pk").values_list("state", flat=True)) == ["solved", "new", "solved"]


def test_preview_says_the_same_and_changes_nothing(tickets, person):
    before = list(Ticket.objects.order_by("pk").values())

    results = preview_bulk(
        ticket_ids=[one.pk for one in tickets],
        action=BulkAction.ADD_TAGS,
        values={"tags": ["late"]},
        actor=person,
        at=NOW,
    )

    assert [result.outcome for result in results] == ["done"] * 3
    assert list(Ticket.objects.order_by("pk").values()) == before
    assert not TicketEvent.objects.filter(kind="fields").exists()
    assert not BulkChange.objects.exists()
    assert [tag.name for tag in Tag.objects.all()] == ["old"]


def test_previews_of_page_and_api_make_no_tags(client, person, tickets):
    client.force_login(person)
    chosen = [one.pk for one in tickets]
    order = {"tickets": chosen, "action": "add_tags", "values": {"tags": ["late"]}}

    over_api = client_of(person).post(f"{BASE}/bulk-changes/preview/", order, format="json")
    on_page = client.post("/tickets/bulk/", {"ticket": chosen, "action": "add_tags", "tags": "late", "step": "preview"})

    assert (over_api.status_code, on_page.status_code) == (200, 200)
    assert [tag.name for tag in Tag.objects.all()] == ["old"]


def test_state_that_is_not_given_is_asked_for(tickets, person):
    order = {"tickets": [tickets[0].pk], "action": "state", "values": {"reason": "x"}}

    answer = client_of(person).post(f"{BASE}/bulk-changes/", order, format="json")

    assert problem(answer)["errors"] == [{"field": "values", "code": "invalid", "detail": "state: say which"}]


@pytest.mark.parametrize("way", ["bulk-changes/", "bulk-changes/preview/"])
def test_tickets_that_do_not_exist_are_named_and_nothing_is_done(tickets, person, way):
    order = {"tickets": [tickets[0].pk, 10**9, 10**9 + 1], "action": "priority", "values": {"priority": "low"}}

    answer = client_of(person).post(f"{BASE}/{way}", order, format="json")

    assert (answer.status_code, problem(answer)["errors"]) == (
        400,
        [{"field": "tickets", "code": "invalid", "detail": "there is no ticket 1000000000, 1000000001"}],
    )
    assert set(Ticket.objects.values_list("priority", flat=True)) == {"normal"}
    assert not BulkChange.objects.exists()


@pytest.mark.parametrize(
    ("action", "values"),
    [
        (BulkAction.PRIORITY, {"priority": "low"}),
        (BulkAction.CATEGORY, {"category": "Billing"}),
        (BulkAction.ADD_TAGS, {"tags": ["late", "old"]}),
        (BulkAction.REMOVE_TAGS, {"tags": ["old", "never-there"]}),
    ],
)
def test_undoing_puts_back_what_nobody_touched_since(tickets, person, action, values):
    def state():
        rows = Ticket.objects.order_by("pk").prefetch_related("tags")
        return [(row.priority, row.category, [tag.name for tag in row.tags.all()]) for row in rows]

    before = state()
    bulk = do(tickets, action, person, **values)
    changed = state()
    change_ticket_fields(ticket_id=tickets[2].pk, fields={"subject": "Touched"}, actor=None, at=NOW)

    back = undo_bulk(bulk_id=bulk.pk, actor=person, at=NOW + UNDO_WITHIN)

    assert changed != before
    assert state() == [*before[:2], changed[2]]
    assert outcomes(back) == ["done", "done", "refused"]


def test_undoing_passes_over_what_was_written_on_since(tickets, person):
    add_note(ticket_id=tickets[0].pk, body="Before it", actor=None, at=NOW)
    more = [TicketFactory(state=TicketState.OPEN, priority="normal") for _ in range(2)]
    bulk = do([*tickets, *more], BulkAction.PRIORITY, person, priority="low")
    said = {"body": "See", "actor": None, "at": NOW + MINUTE}
    add_note(ticket_id=tickets[1].pk, **said)
    add_reply(ticket_id=tickets[2].pk, **said)
    add_customer_message(ticket_id=more[0].pk, **said)

    back = undo_bulk(bulk_id=bulk.pk, actor=person, at=NOW + 2 * MINUTE)

    assert outcomes(back) == ["done", "refused", "refused", "refused", "done"]
    assert set(back.items.filter(outcome="refused").values_list("reason", flat=True)) == {"Somebody wrote on it since."}


def test_assignment_is_undone_to_who_had_it(tickets, person):
    team, agent = TeamFactory(), UserFactory()
    do(tickets[:1], BulkAction.ASSIGN, person, assignee=agent.pk)
    bulk = do(tickets, BulkAction.ASSIGN, person, assignee=person.pk, team=team.pk)

    undo_bulk(bulk_id=bulk.pk, actor=person, at=NOW)

    assert list(Ticket.objects.order_by("pk").values_list("assignee", "team")) == [
        *((agent.pk, None), (None, None), (None, None))
    ]


def test_undoing_is_once_soon_and_ones_own(tickets, person):
    bulk, note = (
        do(tickets, BulkAction.PRIORITY, person, priority="low"),
        do(tickets, BulkAction.NOTE, person, body="x"),
    )
    for wrong in (
        {"bulk_id": bulk.pk, "actor": UserFactory(), "at": NOW},
        {"bulk_id": bulk.pk, "actor": person, "at": NOW + UNDO_WITHIN + timedelta(seconds=1)},
        {"bulk_id": note.pk, "actor": person, "at": NOW},
    ):
        with pytest.raises(InvalidInputError):
            undo_bulk(**wrong)
    undo_bulk(bulk_id=bulk.pk, actor=person, at=NOW)

    with pytest.raises(InvalidInputError):
        undo_bulk(bulk_id=bulk.pk, actor=person, at=NOW)


@pytest.mark.parametrize(
    ("action", "values"),
    [
        ("priority", {}),
        ("priority", {"priority": "odd"}),
        ("priority", {"priority": 1}),
        ("priority", {"category": "x"}),
        ("assign", {"assignee": 10**9}),
        ("assign", {"assignee": True}),
        ("assign", {"team": "x"}),
        ("add_tags", {"tags": "late"}),
        ("add_tags", {"tags": ["two words"]}),
        ("note", {"body": " "}),
        ("state", {"state": "merged"}),
        ("state", {"state": ["open"]}),
        ("state", {"reason": "x"}),
        ("state", {"category": "Billing"}),
    ],
)
def test_what_cannot_be_done_to_any_is_400_and_does_nothing(tickets, person, action, values):
    order = {"tickets": [tickets[0].pk], "action": action, "values": values}

    for url in ("bulk-changes/", "bulk-changes/preview/"):
        answer = client_of(person).post(f"{BASE}/{url}", order, format="json")
        assert (answer.status_code, problem(answer)["code"]) == (400, "invalid")
    assert not BulkItem.objects.exists()


def test_api_does_it_tells_of_each_and_takes_it_back(tickets, person):
    api = client_of(person)
    order = {"tickets": [one.pk for one in tickets], "action": "priority", "values": {"priority": "low"}}

    done = api.post(f"{BASE}/bulk-changes/", order, format="json")
    items = api.get(f"{BASE}/bulk-items/", {"bulk": done.json()["id"]}).json()["results"]
    back = api.post(f"{BASE}/bulk-changes/{done.json()['id']}/undoings/")

    assert (done.status_code, [item["outcome"] for item in items], back.status_code) == (201, ["done"] * 3, 201)
    assert set(Ticket.objects.values_list("priority", flat=True)) == {"normal"}
    assert set(TicketEvent.objects.filter(kind="fields").values_list("via", flat=True)) == {"api"}


def test_pages_lead_from_the_list_over_a_preview_to_the_results_and_back(client, person, tickets):
    client.force_login(person)
    chosen = {"ticket": [one.pk for one in tickets]}
    order = {**chosen, "action": "priority", "priority": "low"}

    first = client.post("/tickets/bulk/", chosen)
    seen = client.post("/tickets/bulk/", {**order, "step": "preview"})
    assert (first.status_code, b"Change 3 tickets" in first.content, b"Done" in seen.content) == (200, True, True)
    assert not BulkChange.objects.exists()
    done = client.post("/tickets/bulk/", {**order, "step": "do"}, follow=True)
    assert b"Priority: 3 of 3" in done.content
    client.post(f"/tickets/bulk/{BulkChange.objects.get().pk}/undo/")
    assert set(Ticket.objects.values_list("priority", flat=True)) == {"normal"}


def test_all_that_the_list_finds_can_be_chosen(client, person, tickets):
    client.force_login(person)
    TicketFactory(priority="low")

    found = client.post("/tickets/bulk/", {"all": "1", "tab": "all", "priority": "normal"})

    assert b"Change 3 tickets" in found.content


def test_of_more_than_can_be_changed_at_once_the_first_are_offered_and_it_is_said(client, person, tickets, monkeypatch):
    monkeypatch.setattr(bulk, "MAX_TICKETS", 2)
    client.force_login(person)

    found = client.post("/tickets/bulk/", {"all": "1", "tab": "all", "priority": "normal", "sort": "opened"})

    assert found.context["chosen"] == [ticket.pk for ticket in sorted(tickets, key=lambda one: one.opened_at)[:2]]
    assert "The first 2 of 3 that are found: at most 2 at once; narrow the list" in found.text


def test_queue_is_asked_by_tag_tier_city_product_and_what_is_due(tickets, person):
    gold = open_ticket(
        new=NewTicket("Gold", customer=CustomerFactory(tier="gold", city="Denver", product="Boards"), tags=["late"]),
        actor=None,
        at=NOW,
    )
    Ticket.objects.filter(pk=tickets[0].pk).update(due_order=timezone.now() - timedelta(minutes=1))
    Ticket.objects.filter(pk=tickets[1].pk).update(due_order=timezone.now() + timedelta(hours=1))

    def found(**asked):
        return set(list_matching(QueueQuery(person=person.pk, tab="all", **asked)))

    for asked in ({"tag": "late"}, {"tier": "gold"}, {"city": "Denver"}, {"product": "Boards"}):
        assert found(**asked) == {gold}
    assert (found(due="overdue"), found(due="2h")) == ({tickets[0]}, set(tickets[:2]))
    assert found(tag="late", tier="silver") == set()
    asked = [QueueQuery(person=person.pk, tab="all", tag="old"), QueueQuery(person=person.pk, tab="all", due="2h")]
    assert count_found([*map(list_matching, asked), Ticket.objects.none()]) == [3, 2, 0]


def test_kept_view_is_a_tab_with_its_count_for_those_who_see_it(client, person, tickets):
    client.force_login(person)
    other = UserFactory()
    SavedViewFactory(owner=other, name="Private of another")
    SavedViewFactory(owner=other, name="Shared by another", is_shared=True, filters={"tab": "all", "holder": "me"})

    client.post("/tickets/views/", {"name": "Old ones", "is_pinned": "on", "tab": "all", "tag": "old"})

    assert [one.view.name for one in list_pinned(person.pk)] == ["Old ones", "Shared by another"]
    page = client.get("/tickets/", {"view": SavedView.objects.get(name="Old ones").pk}).content.decode()
    assert ("Old ones <b>3</b>" in page, "Private of another" in page) == (True, False)
    assert "Shared by another <b>0</b>" in page
    assert client.get("/tickets/", {"view": "9" * 30}).status_code == 200


def test_api_asks_a_kept_view_and_writes_only_ones_own(person, tickets):
    api = client_of(person)
    shared = SavedViewFactory(is_shared=True, filters={"tag": "old"})
    private = SavedViewFactory(filters={"tag": "old"})

    asked = [len(api.get(f"{BASE}/tickets/", {"view": one.pk}).json()["results"]) for one in (shared, private)]
    made = api.post(f"{BASE}/ticket-views/", {"name": "Mine", "filters": {"tier": "gold"}}, format="json")
    wrong = api.post(f"{BASE}/ticket-views/", {"name": "Wrong", "filters": {"pay": "1"}}, format="json")
    others = [api.delete(f"{BASE}/ticket-views/{one.pk}/").status_code for one in (shared, private)]

    assert (asked, made.status_code, made.json()["owner"]) == ([3, 0], 201, person.pk)
    assert (wrong.status_code, problem(wrong)["errors"][0]["field"], others) == (400, "filters", [404, 404])


WRONG = [
    {"holder": "²"},
    {"team": "²"},
    {"holder": "9" * 30},
    {"team": "9" * 30},
    {"team": "0"},
    {"holder": "nobody"},
    {"tab": "theirs"},
    {"sort": "--due"},
    {"due": "soon"},
    {"state": "gone"},
    {"priority": "immediate"},
    {"category": "a\0b"},
]


@pytest.mark.parametrize("filters", WRONG, ids=str)
def test_filters_that_mean_nothing_are_refused_by_name_wherever_they_are_kept(client, person, filters):
    api = client_of(person)
    client.force_login(person)
    kept = SavedViewFactory(owner=person)
    given = {"name": "Evil", "filters": filters, "is_shared": True}

    made = api.post(f"{BASE}/ticket-views/", given, format="json")
    changed = api.patch(f"{BASE}/ticket-views/{kept.pk}/", {"filters": filters}, format="json")
    page = client.post("/tickets/views/", {"name": "Evil", **filters}, follow=True)

    name = next(iter(filters))
    with pytest.raises(InvalidInputError, match=f"^filters: {name}: "):
        save_view(view=SavedView(owner=person, name="Evil", filters=filters))
    assert [one.status_code for one in (made, changed, page)] == [400, 400, 200]
    assert [problem(one)["errors"][0]["field"] for one in (made, changed)] == ["filters"] * 2
    assert f"Not kept: {name}: " in page.content.decode()
    assert list(SavedView.objects.all()) == [kept]


@pytest.mark.parametrize("filters", [one for one in WRONG if "category" not in one], ids=str)
def test_stored_filter_that_means_nothing_breaks_no_page(client, person, tickets, filters):
    client.force_login(person)
    view = SavedViewFactory(is_shared=True, is_pinned=True, filters={"tab": "all", **filters})

    asked = [client.get(url, {"view": view.pk}) for url in ("/tickets/", "/tickets/tickets.csv")]
    listed = client_of(person).get(f"{BASE}/tickets/", {"view": view.pk})

    assert client.get("/tickets/").status_code == 200
    assert [one.status_code for one in (*asked, listed)] == [200] * 3
    assert len(listed.json()["results"]) == 3


def test_name_is_once_a_person(person):
    save_view(view=SavedView(owner=person, name="Mine", filters={}))

    with pytest.raises(InvalidInputError):
        save_view(view=SavedView(owner=person, name=" Mine ", filters={}))


def test_renamed_view_is_refused_the_name_of_another_as_a_new_one_is(person):
    save_view(view=SavedView(owner=person, name="Mine", filters={}))
    other = save_view(view=SavedView(owner=person, name="Other", filters={}))
    api, where = client_of(person), f"{BASE}/ticket-views/{other.pk}/"

    refused = api.patch(where, {"name": "Mine"}, format="json")
    renamed = api.patch(where, {"name": " New "}, format="json")

    assert (refused.status_code, problem(refused)["errors"]) == (
        400,
        [{"field": "name", "code": "invalid", "detail": "you have a view of this name"}],
    )
    assert (renamed.status_code, renamed.json()["name"], renamed.json()["version"]) == (200, "New", 2)


def test_csv_is_what_the_kept_view_shows(client, person, tickets):
    client.force_login(person)
    view = SavedViewFactory(owner=person, filters={"tab": "all", "tag": "old"})
    TicketFactory(state=TicketState.OPEN)

    answer = client.get("/tickets/tickets.csv", {"view": view.pk})

    assert b"".join(answer.streaming_content).decode().count("\n") == 4
