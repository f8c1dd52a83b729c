from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from support.models import Absence, DutyShift
from support.selectors.coverage import get_outlook
from support.views.cover_words import show_grid, write_gaps, write_week
from tests.factories import TeamFactory, TicketFactory, UserFactory
from tests.factories_cover import AbsenceFactory, DutyShiftFactory
from tests.support.cover.people import agent, owner_of, team

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
COVER = "/tickets/cover/"


def signed_in(client, role="support_lead"):
    user = UserFactory(name="Lead", groups=[role])
    client.force_login(user)
    return user


def page(response):
    return response.content.decode()


def test_the_page_shows_who_is_there_and_who_is_out(client, settings):
    settings.ORGANISATION_TIME_ZONE = "America/New_York"
    signed_in(client)
    desk = team(name="Desk")
    TicketFactory(assignee=agent(desk, "Ana", cap=4), priority="urgent")
    now = timezone.now()
    AbsenceFactory(
        user=UserFactory(name="Ben"), substitute=UserFactory(name="Cid"), starts_at=now - DAY, ends_at=now + DAY
    )

    shown = page(client.get(COVER))
    of_other = page(client.get(COVER, {"team": TeamFactory().pk}))

    assert "1 on duty now." in shown
    assert "4 of 4" in shown
    assert "Ben" in shown and "Cid" in shown and "End now" in shown
    assert "0 on duty now." in of_other
    assert page(client.get(COVER, {"team": "x"})).count("<td") == shown.count("<td")


def test_an_empty_desk_says_what_to_do(client):
    signed_in(client, "support_agent")

    shown = page(client.get(COVER))

    assert "No shift is planned yet." in shown
    assert "Add a shift" not in shown and "Add an absence" not in shown


def test_cells_say_who_is_lacking(settings):
    settings.ORGANISATION_TIME_ZONE, settings.SUPPORT_HANDLING_MINUTES = "UTC", 45.0
    now = timezone.now().replace(hour=12, minute=0)
    there = DutyShiftFactory()
    tomorrow = (now + DAY).replace(hour=10)
    while tomorrow.weekday() > 4:  # The organisation works from Monday to Friday.
        tomorrow += DAY
    TicketFactory(opened_at=tomorrow - 63 * DAY)
    for week in range(1, 9):
        TicketFactory.create_batch(3, team=there.team, opened_at=tomorrow - week * 7 * DAY)
        TicketFactory.create_batch(2, team=there.team, opened_at=tomorrow - week * 7 * DAY + timedelta(hours=1))

    outlook = get_outlook(now)
    coverage = outlook.of(None)
    grid = show_grid(coverage, now)

    place = (tomorrow.date() - now.date()).days
    cells = {row["hour"]: row["cells"][place] for row in grid["rows"]}
    assert cells["10"] == {"cls": "gap", "text": "1", "needed": "3"}
    assert cells["11"] == {"cls": "low", "text": "1", "needed": "2"}
    assert cells["12"] == {"cls": "", "text": "1", "needed": ""}
    gaps = write_gaps([outlook.of(one) for one in outlook.list_planned()], now)
    assert f"Short: {there.team} on {tomorrow:%a} {tomorrow.day} {tomorrow:%b} 10:00–12:00" in gaps


def test_an_absence_is_added_on_the_organisations_clock_and_ended(client, settings):
    settings.ORGANISATION_TIME_ZONE = "America/New_York"
    lead, ana = signed_in(client), UserFactory(name="Ana")
    form = {"user": ana.pk, "starts_at": "2199-07-01T09:00", "ends_at": "2199-07-02T09:00", "kind": "sick"}

    refused = client.post(f"{COVER}absences/new/", {**form, "handover": "all", "substitute": ana.pk})
    done = client.post(f"{COVER}absences/new/", {**form, "handover": "all", "is_given_back": "on"})
    again = client.post(f"{COVER}absences/new/", {**form, "handover": "all"})

    assert [one.status_code for one in (refused, done, again)] == [422, 302, 422]
    assert "Nobody stands in for themselves." in page(refused)
    row = Absence.objects.get()
    assert (row.starts_at.isoformat(), row.created_by) == ("2199-07-01T13:00:00+00:00", lead)
    client.post(reverse("support:absence_cancel", args=[row.pk]))
    assert Absence.objects.get().cancelled_by == lead
    assert client.post(reverse("support:absence_cancel", args=[row.pk]), follow=True).status_code == 200


def test_a_shift_is_added_and_taken_away(client):
    signed_in(client)
    ana, desk = UserFactory(name="Ana"), TeamFactory()
    form = {
        "person": ana.pk,
        "team": desk.pk,
        "days": ["mon", "wed"],
        "opens": "22:00",
        "closes": "06:00",
        "time_zone": "Europe/Berlin",
        "first": "2026-01-05",
    }

    wrong = [
        client.post(f"{COVER}shifts/new/", {**form, **more}).status_code
        for more in ({"time_zone": "Nowhere"}, {"days": []}, {"first": "9999-01-01"}, {"opens": "x"})
    ]
    done = client.post(f"{COVER}shifts/new/", form)
    again = client.post(f"{COVER}shifts/new/", form)

    assert (wrong, done.status_code, again.status_code) == ([422] * 4, 302, 422)
    row = DutyShift.objects.get()
    assert row.windows == {"mon": ["22:00-06:00"], "wed": ["22:00-06:00"]}
    client.post(reverse("support:shift_delete", args=[row.pk]))
    assert not DutyShift.objects.exists()


def test_taking_on_the_page_says_who_was_faster(client):
    me, ticket = signed_in(client), TicketFactory()
    url = reverse("support:ticket_take", args=[ticket.pk])
    assert ">Take<" in page(client.get(ticket.get_absolute_url()))

    assert client.post(url).status_code == 302
    signed_in(client, "support_agent")
    lost = client.post(url)

    assert owner_of(ticket) == me
    assert (lost.status_code, "Lead has" in page(lost), ">Take<" in page(lost)) == (409, True, False)
    assert client.post(reverse("support:ticket_take", args=[ticket.pk + 1])).status_code == 404


def test_assigning_on_the_page_says_why_nobody(client):
    signed_in(client)
    desk = team(name="Desk")
    ticket = TicketFactory(team=desk)
    url = reverse("support:ticket_auto", args=[ticket.pk])

    assert "Nobody of Desk is on duty." in page(client.post(url, follow=True))
    ana = agent(desk, "Ana")
    client.post(url)

    assert owner_of(ticket) == ana


def test_weeks_are_written_in_short():
    week = {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "fri")}

    assert write_week({**week, "sun": ["10:00-12:00", "13:00-14:00"]}) == (
        "Mon–Wed 09:00-17:00; Fri 09:00-17:00; Sun 10:00-12:00, 13:00-14:00"
    )
