"""A profile with a business calendar, wherever uptime is shown."""

import json
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from partnerships.models import AccountingProfile
from partnerships.selectors.accounting import as_accounting, service_hours_problem
from partnerships.selectors.day_bars import list_day_bars
from partnerships.selectors.uptime_days import get_window_figures
from tests.api_client import BASE, role_client
from tests.factories import AccountingProfileFactory, UserFactory
from tests.factories_operations import BusinessCalendarFactory, CalendarHolidayFactory, CalendarVersionFactory
from tests.partnerships.page_data import DAY, HOUR, soup_of, text_of, watched
from tests.partnerships.services.test_maintenance import rolled

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 12, tzinfo=UTC)  # a Thursday
H = 3_600_000_000


@pytest.fixture
def desk():
    """Weekdays from 09:00 to 17:00 in UTC, except on Tuesday the 10th."""
    calendar = BusinessCalendarFactory(name="Desk", timezone="UTC")
    windows = {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
    CalendarVersionFactory(calendar=calendar, windows=windows)
    CalendarHolidayFactory(calendar=calendar, day_on="2026-03-10")
    return calendar


def test_bars_figures_and_the_command_leave_out_what_lies_outside(desk):
    # Down in the night to Wednesday, on Wednesday from 10:00 to 11:00, and up otherwise.
    past = [("up", 4 * DAY), ("down", 6 * HOUR), ("up", 4 * HOUR), ("down", HOUR), ("up", 13 * HOUR)]
    check = rolled(watched(past, at=NOW), NOW)
    AccountingProfile.objects.filter(is_default=True).update(is_default=False)
    profile = AccountingProfileFactory(name="Desk hours", service_hours=desk, is_default=True)
    accounting = as_accounting(profile)

    bars = list_day_bars({1: [check]}, days=5, at=NOW - HOUR, accounting=accounting)
    figures = get_window_figures([check], start=NOW - 5 * DAY, end=NOW, at=NOW, accounting=accounting)

    assert bars == {1: ("none", "none", "up", "none", "down")}  # Saturday, Sunday, Monday, holiday, Wednesday
    tally = figures[check.pk]
    assert (tally.up, tally.down, tally.outside_hours, tally.total) == (15 * H, H, 104 * H, 120 * H)
    told = json.loads(call("show_uptime", check, "--json"))
    assert told["seconds"] == {
        "up": 15 * 3600, "degraded": 0, "down": 3600, "unknown": 0, "paused": 0, "maintenance": 0, "outside_hours": 104 * 3600
    }  # fmt: skip
    assert (told["uptime_percent"], told["coverage_percent"]) == ("93.7500", "100.0000")
    assert "outside_hours" in call("show_uptime", check)


def call(command, check, *options):
    out = StringIO()
    call_command(
        command, check.integration.slug, "--start=2026-03-07", "--end=2026-03-11", "--zone=UTC", *options, stdout=out
    )
    return out.getvalue()


def test_the_page_names_the_hours_and_their_time(client, desk):
    at = timezone.now()
    check = watched([("up", 20 * DAY)], at=at)
    AccountingProfile.objects.filter(is_default=True).update(is_default=False)
    AccountingProfileFactory(name="Desk hours", service_hours=desk, is_default=True)
    client.force_login(UserFactory(permissions=["partnerships.view_integration"]))

    page = text_of(soup_of(client, check.integration.get_absolute_url()))

    assert "outside Desk not counted" in page
    assert "outside service hours" in page


def test_a_calendar_that_never_opens_is_refused():
    closed = BusinessCalendarFactory(name="Never")

    problem_told = service_hours_problem(closed, at=NOW)
    response = role_client("operations").post(
        f"{BASE}/accounting-profiles/", {"name": "N", "service_hours": closed.pk}, format="json"
    )

    assert problem_told == "Never never opens: give it hours first, or choose another calendar."
    assert response.status_code == 400
    assert problem_told in json.dumps(response.json())
