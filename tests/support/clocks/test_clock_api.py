from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from support.models import ClockCrossing, SlaPolicy, SlaPolicyVersion, TicketClock
from support.services.tickets import NewTicket, open_ticket
from tests.api_client import BASE, client_of, problem, role_client
from tests.factories import CustomerFactory, TeamFactory, TicketFactory, UserFactory
from tests.factories_operations import CalendarVersionFactory
from tests.factories_support import ClockCrossingFactory

pytestmark = pytest.mark.django_db
TARGETS = {"first_reply": {"seconds": 3600, "hours": "calendar"}, "customer_wait": {"seconds": 7200}}


@pytest.fixture
def lead():
    return role_client("support_lead")


def policy(client, **fields):
    return client.post(f"{BASE}/sla-policies/", {"name": "Urgent", "targets": TARGETS, **fields})


def ticket(**fields):
    return open_ticket(new=NewTicket("It fails", category="sync", **fields), actor=None, at=timezone.now(), via="api")


def test_a_policy_is_made_with_its_first_version_and_changed_by_a_second(lead):
    made = policy(lead, conditions={"priority": ["urgent"]}, grace_seconds=60)
    version = lead.post(f"{BASE}/sla-policy-versions/", {"policy": made.json()["id"], "targets": TARGETS})

    assert (made.status_code, version.status_code, version.json()["number"]) == (201, 201, 2)
    first = SlaPolicyVersion.objects.get(number=1)
    assert (first.conditions, first.grace_seconds) == ({"priority": ["urgent"]}, 60)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"targets": {}}, "targets"),
        ({"targets": {"odd": {"seconds": 1}}}, "targets"),
        ({"conditions": {"priority": ["soon"]}}, "conditions"),
        ({"grace_seconds": -1}, "grace_seconds"),
        ({"calendar": 999}, "calendar"),
    ],
)
def test_a_wrong_policy_is_refused_by_name(lead, fields, field):
    answer = policy(lead, **fields)

    assert answer.status_code == 400
    assert field in str(problem(answer))
    assert not SlaPolicy.objects.exists()


def test_a_promise_that_the_calendar_could_not_break_within_years_is_refused(lead):
    calendar = CalendarVersionFactory(windows={"mon": ["09:00-09:01"]}).calendar
    target = {"seconds": 34_560_000, "hours": "business"}

    answer = policy(lead, targets={"first_reply": target}, calendar=calendar.pk)

    assert answer.status_code == 400
    assert "first_reply: the calendar is open too little" in str(problem(answer))
    assert (
        policy(lead, targets={"first_reply": target | {"hours": "calendar"}}, calendar=calendar.pk).status_code == 201
    )


def test_terms_change_by_a_version_only(lead):
    made = policy(lead)
    changed = lead.patch(f"{BASE}/sla-policies/{made.json()['id']}/", {"targets": TARGETS}, HTTP_IF_MATCH='"1"')
    renamed = lead.patch(f"{BASE}/sla-policies/{made.json()['id']}/", {"name": "Soon"}, HTTP_IF_MATCH='"1"')

    assert (changed.status_code, renamed.status_code) == (400, 200)


def test_a_preview_says_what_a_ticket_would_get_and_changes_nothing(lead):
    team = TeamFactory(slug="hooks")
    found = ticket(team=team)
    policy(lead, conditions={"team": ["hooks"]})
    preview = f"{BASE}/sla-policies/preview/"

    stored = lead.post(preview, {"ticket": found.pk}).json()
    new = lead.post(preview, {"team": team.pk, "priority": "low"}).json()
    none = lead.post(preview, {"customer": CustomerFactory().pk}).json()
    both = lead.post(preview, {"ticket": found.pk, "priority": "urgent"})

    assert stored["policy_version"] == new["policy_version"] == SlaPolicyVersion.objects.get().pk
    assert {one["metric"]: one["hours"] for one in stored["clocks"]} == {
        "first_reply": "calendar",
        "customer_wait": "business",
    }
    assert all(one["due_at"] for one in new["clocks"])
    assert none == {"policy": None, "policy_version": None, "clocks": []}
    assert (both.status_code, [one["field"] for one in both.json()["errors"]]) == (400, ["priority"])
    assert not TicketClock.objects.exclude(target_seconds=None).exists()
    assert not TicketClock.objects.exclude(ticket=found).exists()


def test_applying_anew_gives_open_tickets_the_new_promise(lead):
    found = ticket()
    policy(lead)

    answer = lead.post(f"{BASE}/sla-policies/reapply/", {})

    assert answer.json() == {"changed": 1}
    assert TicketClock.objects.get(ticket=found, metric="first_reply").target_seconds == 3600


def test_the_clocks_of_a_ticket_are_explained(lead):
    policy(lead)
    found = ticket()

    clocks = {one["metric"]: one for one in lead.get(f"{BASE}/tickets/{found.pk}/clocks/").json()}

    assert len(clocks) == 6
    first = clocks["first_reply"]
    assert (first["state"], first["target_seconds"], first["is_breached"]) == ("running", 3600, False)
    assert 3590 < first["remaining_seconds"] <= 3600
    assert [(one["state"], one["counts"], one["end"]) for one in first["stretches"]] == [("new", True, None)]


def test_what_is_due_soon_is_one_question(lead):
    policy(lead)
    found = ticket()
    soon = (timezone.now() + timedelta(hours=2)).isoformat()

    rows = lead.get(f"{BASE}/ticket-clocks/", {"due_to": soon, "metric": "first_reply"}).json()["results"]

    assert [row["ticket"] for row in rows] == [found.pk]


def test_a_breach_is_excused_once_with_a_reason(lead):
    breach, warning = ClockCrossingFactory(), ClockCrossingFactory(share=50)

    def excuse(crossing, reason="Their outage"):
        return lead.post(f"{BASE}/clock-crossings/{crossing.pk}/excuses/", {"reason": reason}).status_code

    assert [excuse(breach, " "), excuse(warning), excuse(breach), excuse(breach)] == [400, 400, 201, 400]
    assert ClockCrossing.objects.filter(pk=breach.pk).exists()


def test_the_pages_show_promises_and_stretches(client):
    user = UserFactory(groups=["support_lead"])
    client.force_login(user)
    policy(client_of(user))
    found = ticket()

    page = client.get(f"/tickets/{found.pk}/").content.decode()
    clocks = client.get(f"/tickets/{found.pk}/clocks/").content.decode()

    assert "Promises" in page
    assert "First reply" in page
    assert "due " in page
    assert "Promised by Urgent, version 1." in clocks
    assert clocks.count("<section") == 7
    assert client.get("/tickets/999999/clocks/").status_code == 404


def test_the_page_of_a_ticket_without_events_says_so(client):
    client.force_login(UserFactory(groups=["support_lead"]))

    page = client.get(f"/tickets/{TicketFactory().pk}/clocks/").content.decode()

    assert "No event says when this ticket began." in page


def test_the_command_rebuilds_and_verifies(capsys):
    found = ticket()
    TicketClock.objects.filter(ticket=found, metric="first_reply").update(elapsed_business_us=7)
    TicketClock.objects.filter(ticket=found, metric="agent_work").delete()

    with pytest.raises(CommandError, match="1 tickets, 2 clocks differ"):
        call_command("rebuild_clocks", verify=True)
    call_command("rebuild_clocks")
    call_command("rebuild_clocks", verify=True)

    assert capsys.readouterr().out == "1 tickets, 2 clocks changed.\n1 tickets, 0 clocks differ.\n"
