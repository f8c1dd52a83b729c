import pytest
from django.urls import reverse
from django.utils import timezone

from support.models import Absence, DutyShift
from tests.api_client import BASE, client_of
from tests.factories import NOW, TeamFactory, TicketFactory, UserFactory
from tests.factories_cover import AgentProfileFactory, TicketSkillFactory
from tests.support.cover.people import agent, out, team

pytestmark = pytest.mark.django_db


def client(role="support_lead", **fields):
    return client_of(UserFactory(groups=[role], **fields))


def test_take_answers_with_the_ticket_or_with_who_has_it():
    ticket, ana = TicketFactory(), UserFactory(name="Ana", groups=["support_agent"])
    url = f"{BASE}/tickets/{ticket.pk}/take/"

    won = client_of(ana).post(url, {})
    lost = client().post(url, {})

    assert (won.status_code, won.json()["assignee"]) == (201, ana.pk)
    assert (lost.status_code, lost.json()["code"], lost.json()["holder"]) == (409, "taken", ana.pk)
    assert lost.json()["detail"] == f"Ana has {ticket.reference} already."


def test_automatic_assignment_says_why_nobody():
    desk = team()
    ticket = TicketFactory(team=desk)
    url = f"{BASE}/tickets/{ticket.pk}/automatic-assignments/"

    assert client().post(url, {}).json()["queue_reason"] == f"Nobody of {desk} is on duty."
    ana = agent(desk, "Ana")
    assert client().post(url, {}).json()["assignee"] == ana.pk
    assert client().post(url, {}).status_code == 409


def test_an_absence_is_written_changed_and_called_off():
    user, substitute, api = UserFactory(), UserFactory(), client()
    body = {"user": user.pk, "starts_at": "2199-01-01T00:00:00Z", "ends_at": "2199-01-05T00:00:00Z"}

    made = api.post(f"{BASE}/absences/", {**body, "substitute": substitute.pk, "handover": "urgent"})
    again = api.post(f"{BASE}/absences/", body)
    own = api.post(f"{BASE}/absences/", {**body, "user": substitute.pk, "substitute": substitute.pk})
    url = f"{BASE}/absences/{made.json()['id']}/"
    changed = api.patch(url, {"ends_at": "2199-01-09T00:00:00Z"})
    moved = api.patch(url, {"user": substitute.pk})
    stale = api.patch(url, {"handover": "all"}, headers={"If-Match": '"1"'})
    cancelled = api.post(f"{url}cancellations/", {})

    assert [one.status_code for one in (made, again, own, changed, moved, stale, cancelled)] == [
        *(201, 400, 400, 200, 400, 412, 201)
    ]
    assert made.json()["next_step_at"] == "2199-01-01T00:00:00Z"
    assert cancelled.json()["cancelled_at"] is not None
    assert api.post(f"{url}cancellations/", {}).json()["code"] == "absence_over"
    assert Absence.objects.count() == 1


def test_shifts_and_profiles_are_written():
    user, desk, api = UserFactory(), TeamFactory(), client()
    shift = {"team": desk.pk, "user": user.pk, "timezone": "America/Denver", "starts_on": "2026-01-05"}

    made = api.post(f"{BASE}/duty-shifts/", {**shift, "windows": {"mon": ["09:00-17:00"]}})
    twice = api.post(f"{BASE}/duty-shifts/", {**shift, "windows": {"mon": ["12:00-13:00"]}})
    wrong = api.post(f"{BASE}/duty-shifts/", {**shift, "windows": {"mon": [7]}})
    changed = api.patch(f"{BASE}/duty-shifts/{made.json()['id']}/", {"windows": {"tue": ["09:00-17:00"]}})
    profile = api.post(f"{BASE}/agent-profiles/", {"user": user.pk, "cap": 9, "skills": [TicketSkillFactory().pk]})

    assert [one.status_code for one in (made, twice, wrong, changed, profile)] == [201, 400, 400, 200, 201]
    assert twice.json()["errors"][0]["field"] == "windows"
    assert api.delete(f"{BASE}/duty-shifts/{made.json()['id']}/").status_code == 204


def test_the_admin_stores_by_the_services(client):
    lead, user, desk = UserFactory(groups=["coo"], is_staff=True), UserFactory(), TeamFactory()
    client.force_login(lead)
    absence = {
        "user": user.pk,
        "kind": "sick",
        "handover": "all",
        "substitute": user.pk,
        "is_given_back": "on",
        "starts_at_0": "2199-01-01",
        "starts_at_1": "00:00",
        "ends_at_0": "2199-01-03",
        "ends_at_1": "00:00",
    }
    shift = {"team": desk.pk, "user": user.pk, "timezone": "Nowhere", "windows": "{}", "starts_on": "2026-01-05"}

    refused = [
        client.post(reverse("admin:support_absence_add"), absence),
        client.post(reverse("admin:support_dutyshift_add"), shift),
    ]
    client.post(reverse("admin:support_absence_add"), {**absence, "substitute": ""})
    client.post(
        reverse("admin:support_dutyshift_add"), {**shift, "timezone": "UTC", "windows": '{"mon": ["09:00-17:00"]}'}
    )

    assert [one.status_code for one in refused] == [200, 200]
    row = Absence.objects.get()
    assert (row.created_by, row.next_step_at) == (lead, row.starts_at)
    assert DutyShift.objects.get().user == user
    changed = {**absence, "substitute": lead.pk, "handover": "urgent", "read_version": "1"}
    response = client.post(reverse("admin:support_absence_change", args=[row.pk]), changed)
    row.refresh_from_db()
    assert (response.status_code, row.substitute, row.handover, row.version) == (302, lead, "urgent", 2)


def test_lists_are_filtered():
    absence = out(UserFactory(), until=timezone.now().replace(year=2199))
    profile = AgentProfileFactory(is_accepting=False)
    api = client("executive")

    def ids(path):
        return [row["id"] for row in api.get(f"{BASE}/{path}").json()["results"]]

    assert ids(f"absences/?user={absence.user_id}&starts_to={NOW:%Y-%m-%dT%H:%M:%SZ}") == [absence.pk]
    assert ids("agent-profiles/?is_accepting=false") == [profile.pk]
