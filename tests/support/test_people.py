"""Work is given to people who can sign in, by whatever way."""

from datetime import timedelta

import pytest
from django.utils import timezone

from foundation.errors import InvalidInputError
from support.models import Absence, Change, DutyShift, Insight, Ticket
from support.services.changes import edit_change
from support.services.insights import change_insight
from support.services.shifts import save_shift
from support.services.tickets import assign_ticket
from tests.api_client import BASE, client_of, problem
from tests.factories import NOW, SuperuserFactory, TeamFactory, TicketFactory, UserFactory
from tests.factories_cover import DutyShiftFactory
from tests.factories_learning import ChangeFactory, InsightFactory

pytestmark = pytest.mark.django_db
NOBODY = [{"is_service": True}, {"is_active": False}]


def orders(pk):
    """What gives something to the person of this number, and the member that is wrong."""
    person, team, ticket = UserFactory(), TeamFactory(), TicketFactory()
    insight = InsightFactory(state="validated", validated_at=NOW)
    out = {"starts_at": "2199-01-01T00:00:00Z", "ends_at": "2199-01-05T00:00:00Z"}
    shift = {"team": team.pk, "timezone": "UTC", "starts_on": "2026-01-05", "windows": {"mon": ["09:00-17:00"]}}
    today = timezone.now().date()
    plan = {
        "insight": insight.pk,
        "kind": "product",
        "title": "Show each once",
        "statement": "Nobody has to ask.",
        "before_start_on": str(today - timedelta(days=28)),
        "before_end_on": str(today - timedelta(days=1)),
        "expected_change": 1.5,
        "check_on": str(today + timedelta(days=30)),
    }
    return [
        ("absences/", {**out, "user": pk}, "user"),
        ("absences/", {**out, "user": person.pk, "substitute": pk}, "substitute"),
        ("duty-shifts/", {**shift, "user": pk}, "user"),
        ("tickets/", {"subject": "New", "assignee": pk}, "assignee"),
        (f"tickets/{ticket.pk}/assignments/", {"assignee": pk}, "assignee"),
        ("changes/", {**plan, "owner": pk}, "owner"),
        ("insights/", {"statement": "They ask twice", "owner": pk}, "owner"),
    ]


@pytest.mark.parametrize("who", NOBODY, ids=str)
def test_api_gives_nothing_to_tools_and_to_who_has_left(who):
    api = client_of(UserFactory(groups=["operations"]))
    given = orders(UserFactory(**who).pk)
    insights = Insight.objects.count()

    refused = [api.post(f"{BASE}/{path}", body, format="json") for path, body, _ in given]

    found = [(one.status_code, [error["field"] for error in problem(one)["errors"]]) for one in refused]
    assert found == [(400, [field]) for _, _, field in given]
    assert not (Absence.objects.exists() or DutyShift.objects.exists() or Change.objects.exists())
    assert Ticket.objects.filter(assignee=None).count() == Ticket.objects.count()
    assert Insight.objects.count() == insights


def test_api_gives_all_of_that_to_people():
    api = client_of(UserFactory(groups=["operations"]))

    done = [api.post(f"{BASE}/{path}", body, format="json") for path, body, _ in orders(UserFactory().pk)]

    assert [one.status_code for one in done[:1] + done[2:]] == [201] * 6


def test_tool_takes_no_ticket():
    ticket, tool = TicketFactory(), UserFactory(groups=["tool_support"], is_service=True)

    answer = client_of(tool).post(f"{BASE}/tickets/{ticket.pk}/take/", {})

    assert (answer.status_code, problem(answer)["errors"][0]["field"]) == (400, "assignee")


@pytest.mark.parametrize("who", NOBODY, ids=str)
def test_admin_says_beside_the_field_who_can_be_given_nothing(client, who):
    client.force_login(SuperuserFactory())
    given = {"subject": "New", "priority": "normal", "assignee": UserFactory(**who).pk}

    refused = client.post("/admin/support/ticket/add/", given)
    made = client.post("/admin/support/ticket/add/", {**given, "assignee": UserFactory().pk})

    assert refused.context["adminform"].form.errors == {"assignee": ["Give a person who can sign in."]}
    assert (made.status_code, Ticket.objects.count()) == (302, 1)


def test_what_somebody_has_who_left_can_be_changed_but_not_given_to_them():
    gone = UserFactory()
    shift, insight, ticket = DutyShiftFactory(user=gone), InsightFactory(owner=gone), TicketFactory(assignee=gone)
    change = ChangeFactory(owner=gone, check_on=NOW.date() + timedelta(days=30))
    gone.is_active = False
    gone.save()
    shift.refresh_from_db()

    shift.ends_on = shift.starts_on + timedelta(days=14)
    save_shift(shift=shift)
    edit_change(change_id=change.pk, fields={"owner": gone, "reference": "FL-1"}, at=NOW)
    change_insight(insight_id=insight.pk, fields={"owner": gone, "statement": "They ask"})
    assign_ticket(ticket_id=ticket.pk, assignee=gone, actor=None, at=NOW)

    with pytest.raises(InvalidInputError, match="owner"):
        edit_change(change_id=ChangeFactory().pk, fields={"owner": gone}, at=NOW)
    with pytest.raises(InvalidInputError, match="owner"):
        change_insight(insight_id=InsightFactory().pk, fields={"owner": gone})
    with pytest.raises(InvalidInputError, match="user"):
        other = DutyShiftFactory()
        other.user = gone
        save_shift(shift=other)
