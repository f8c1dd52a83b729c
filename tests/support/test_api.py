from datetime import timedelta

import pytest
from django.utils import timezone

from support.models import Ticket, TicketEvent
from tests.api_client import BASE, problem, role_client, superuser_client
from tests.factories import NOW, CustomerFactory, SolvedTicketFactory, TeamFactory, TicketFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def tool():
    return role_client("tool_support")


def kinds(ticket_id):
    return list(TicketEvent.objects.filter(ticket_id=ticket_id).order_by("pk").values_list("kind", "via"))


def test_ticket_from_opening_to_solving_leaves_its_events(tool):
    team, agent, customer = TeamFactory(), UserFactory(), CustomerFactory()

    opened = tool.post(f"{BASE}/tickets/", {"subject": "Broken", "body": "It broke", "customer": customer.pk})
    url = f"{BASE}/tickets/{opened.json()['id']}/"
    tool.post(f"{url}assignments/", {"team": team.pk, "assignee": agent.pk})
    reply = tool.post(f"{url}replies/", {"body": "We look into it."})
    tool.post(f"{url}notes/", {"body": "Known one."})
    changed = tool.patch(url, {"priority": "low", "category": "sync"}, HTTP_IF_MATCH='"2"')
    solved = tool.post(f"{url}transitions/", {"state": "solved"})

    assert (opened.status_code, opened.json()["state"], opened["ETag"]) == (201, "new", '"1"')
    assert (reply.status_code, reply.json()["kind"], reply.json()["actor"]) == (201, "reply", tool.user.pk)
    assert (changed.status_code, changed["ETag"]) == (200, '"3"')
    assert (solved.status_code, solved.json()["state"]) == (201, "solved")
    assert (solved.json()["team"], solved.json()["assignee"]) == (team.pk, agent.pk)
    assert kinds(opened.json()["id"]) == [
        (kind, "api") for kind in ("opened", "assigned", "reply", "note", "fields", "state")
    ]


def test_step_that_needs_more_names_the_field(tool):
    ticket = TicketFactory()

    response = tool.post(f"{BASE}/tickets/{ticket.pk}/transitions/", {"state": "on_hold_vendor", "reason": "Vendor"})

    assert response.status_code == 400
    assert [error["field"] for error in problem(response)["errors"]] == ["wake_at"]
    assert Ticket.objects.get().state == "open"


def test_hold_keeps_when_it_wakes(tool):
    wake_at = timezone.now() + timedelta(days=1)
    body = {"state": "on_hold_vendor", "reason": "Vendor", "wake_at": wake_at.isoformat()}

    response = tool.post(f"{BASE}/tickets/{TicketFactory().pk}/transitions/", body)

    assert response.status_code == 201
    assert Ticket.objects.get().wake_at == wake_at


def test_state_cannot_be_patched_and_stale_fields_are_412(tool):
    url = f"{BASE}/tickets/{TicketFactory().pk}/"

    state = tool.patch(url, {"state": "closed"})
    stale = tool.patch(url, {"priority": "low"}, HTTP_IF_MATCH='"9"')

    assert (state.status_code, [e["field"] for e in problem(state)["errors"]]) == (400, ["state"])
    assert (stale.status_code, problem(stale)["code"]) == (412, "stale")
    assert not TicketEvent.objects.exists()


def test_ticket_is_taken_away_with_null_and_kept_when_left_out(tool):
    team = TeamFactory()
    ticket = TicketFactory(team=team, assignee=UserFactory())

    tool.post(f"{BASE}/tickets/{ticket.pk}/assignments/", {"assignee": None})

    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.team) == (None, team)


def test_customer_message_reopens_and_thanks_do_not(tool):
    first, second = SolvedTicketFactory(), SolvedTicketFactory()

    opened = tool.post(f"{BASE}/tickets/{first.pk}/customer-messages/", {"body": "Again"})
    thanked = tool.post(f"{BASE}/tickets/{second.pk}/customer-messages/", {"body": "Thanks", "no_reply_needed": True})

    assert (opened.json()["state"], opened.json()["reopen_count"]) == ("open", 1)
    assert thanked.json()["state"] == "solved"


def test_repeated_reply_with_its_key_is_one_reply(tool):
    url = f"{BASE}/tickets/{TicketFactory().pk}/replies/"

    answers = [tool.post(url, {"body": "Hello"}, HTTP_IDEMPOTENCY_KEY="r1").json() for _ in range(2)]

    assert answers[0] == answers[1]
    assert TicketEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "abc"),
        ("state=solved", "c"),
        ("tab=unassigned", "b"),
        ("holder=none", "bc"),
        ("q=AAA", "a"),
        ("priority=high", "b"),
        ("opened_from=2026-03-01T00:00:00Z", "bc"),
        ("opened_to=2026-03-01T00:00:00Z", "a"),
        ("resolved_from=2026-03-02T00:00:00Z", "c"),
        ("external_source=old&external_id=7", "a"),
    ],
)
def test_filters(tool, query, found):
    TicketFactory(
        subject="aaa", assignee=UserFactory(), opened_at="2026-02-01T00:00:00Z", external_source="old", external_id="7"
    )
    TicketFactory(subject="b", priority="high")
    SolvedTicketFactory(subject="c")

    rows = tool.get(f"{BASE}/tickets/?{query}").json()["results"]

    assert sorted(row["subject"][0] for row in rows) == list(found)


def test_holder_is_a_person(tool):
    agent = UserFactory()
    mine, _ = TicketFactory(assignee=agent), TicketFactory()

    rows = tool.get(f"{BASE}/tickets/?holder={agent.pk}").json()["results"]

    assert [row["id"] for row in rows] == [mine.pk]


def test_team_members_are_written(tool):
    lead = role_client("support_lead")
    agent = UserFactory()

    made = lead.post(f"{BASE}/teams/", {"name": "A", "slug": "a", "members": [agent.pk]})
    changed = lead.patch(f"{BASE}/teams/{made.json()['id']}/", {"members": []}, HTTP_IF_MATCH=made["ETag"])

    assert (made.json()["members"], changed.json()["members"], changed.json()["version"]) == ([agent.pk], [], 2)


def test_a_customer_joins_now_unless_another_time_is_given():
    client = role_client("support_agent")

    now = client.post(f"{BASE}/customers/", {"name": "Acme"}).json()
    then = client.post(f"{BASE}/customers/", {"name": "Beta", "joined_at": "2020-05-01T00:00:00Z"}).json()

    assert now["joined_at"][:4] >= "2026"
    assert then["joined_at"] == "2020-05-01T00:00:00Z"


@pytest.mark.parametrize("fields", [{"segment": 3}, {"name": 4.5}, {"name": True}])
def test_a_number_is_no_text(tool, fields):
    answer = tool.post(f"{BASE}/customers/", {"name": "Ann", **fields})

    assert (answer.status_code, problem(answer)["errors"][0]["field"]) == (400, next(iter(fields)))


def test_a_number_is_no_text_in_what_is_said(tool):
    assert tool.post(f"{BASE}/tickets/", {"subject": "Broken", "channel": 0}).status_code == 400


@pytest.mark.parametrize(
    ("path", "field", "is_list"),
    [
        ("teams", "lead", False),
        ("teams", "members", True),
        ("agent-profiles", "user", False),
        ("setup-cases", "owner", False),
    ],
)
def test_an_internal_tool_cannot_be_meant_where_people_are(path, field, is_list):
    tool, customer = UserFactory(is_service=True), CustomerFactory()
    rest = {
        "teams": {"name": "A", "slug": "a"},
        "setup-cases": {"customer": customer.pk, "title": "Set up", "started_at": NOW},
    }

    answer = superuser_client().post(
        f"{BASE}/{path}/", {**rest.get(path, {}), field: [tool.pk] if is_list else tool.pk}
    )

    assert answer.status_code == 400
    assert [error["field"].split(".")[0] for error in problem(answer)["errors"]] == [field]


@pytest.mark.parametrize(("path", "field"), [("teams", "lead"), ("setup-cases", "owner")])
def test_who_cannot_sign_in_answers_for_nothing_new(path, field):
    rest = {
        "teams": {"name": "A", "slug": "a"},
        "setup-cases": {"customer": CustomerFactory().pk, "title": "Set up", "started_at": NOW},
    }

    answer = superuser_client().post(f"{BASE}/{path}/", {**rest[path], field: UserFactory(is_active=False).pk})

    assert (answer.status_code, [error["field"] for error in problem(answer)["errors"]]) == (400, [field])


def test_a_set_up_has_begun():
    given = {"customer": CustomerFactory().pk, "title": "Set up", "started_at": timezone.now() + timedelta(days=1)}

    answer = superuser_client().post(f"{BASE}/setup-cases/", given)

    assert (answer.status_code, problem(answer)["errors"][0]["field"]) == (400, "started_at")
