from datetime import UTC, date, datetime, timedelta

import pytest
from auditlog.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from foundation.errors import InvalidInputError
from operations.models import BusinessCalendar, CalendarHoliday, CalendarVersion
from operations.selectors.calendars import due_in_working_days, get_business_time
from operations.selectors.people import list_role_members
from operations.services.calendars import (
    NewHours,
    add_calendar_version,
    add_public_holidays,
    create_calendar,
    set_holiday,
)
from tests.api_client import BASE, superuser_client
from tests.factories import NOW, SuperuserFactory, UserFactory
from tests.factories_operations import (
    OFFICE_HOURS,
    BusinessCalendarFactory,
    CalendarHolidayFactory,
    CalendarVersionFactory,
)

pytestmark = pytest.mark.django_db
FIRST = date(2026, 1, 1)


def test_calendar_comes_with_its_first_hours():
    by = UserFactory()
    calendar = create_calendar(
        calendar=BusinessCalendar(name="Denver", timezone="America/Denver"),
        hours=NewHours(FIRST, OFFICE_HOURS),
        at=NOW,
        by=by,
    )

    version = CalendarVersion.objects.get()
    assert (version.calendar, version.effective_on, version.created_by) == (calendar, FIRST, by)
    start, end = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, 6, tzinfo=UTC)
    assert get_business_time(calendar.pk).business_seconds(start, end) == 8 * 3600
    assert LogEntry.objects.get_for_object(calendar).count() == 1


@pytest.mark.parametrize(
    ("field", "fields", "windows"),
    [
        ("timezone", {"timezone": "Mars/Olympus"}, OFFICE_HOURS),
        ("timezone", {"timezone": "localtime"}, OFFICE_HOURS),
        ("timezone", {"timezone": "Factory"}, OFFICE_HOURS),
        ("country", {"country": "ZZ"}, OFFICE_HOURS),
        ("subdivision", {"country": "US", "subdivision": "QQ"}, OFFICE_HOURS),
        ("windows", {}, {}),
        ("windows", {}, {"mon": ["25:00-26:00"]}),
        ("windows", {}, None),
    ],
)
def test_calendar_that_cannot_work_is_refused_and_nothing_is_stored(field, fields, windows):
    calendar = BusinessCalendar(**{"name": "New", "timezone": "UTC", **fields})
    with pytest.raises(InvalidInputError) as refusal:
        create_calendar(calendar=calendar, hours=NewHours(FIRST, windows), at=NOW, by=None)

    assert refusal.value.field == field
    assert not BusinessCalendar.objects.exists()


def test_version_that_would_close_the_calendar_is_refused():
    calendar = CalendarVersionFactory().calendar

    with pytest.raises(InvalidInputError, match="Never open within 400 days"):
        add_calendar_version(calendar=calendar, hours=NewHours(date(2026, 6, 1), {}), at=NOW, by=None)
    with pytest.raises(InvalidInputError, match="effective_on"):
        add_calendar_version(calendar=calendar, hours=NewHours(FIRST, OFFICE_HOURS), at=NOW, by=None)
    with pytest.raises(InvalidInputError, match="effective_on"):
        add_calendar_version(calendar=calendar, hours=NewHours(date(9999, 12, 31), OFFICE_HOURS), at=NOW, by=None)
    assert CalendarVersion.objects.count() == 1


def test_new_hours_leave_the_past_as_it_was():
    calendar = CalendarVersionFactory().calendar
    day = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC)
    before = get_business_time(calendar.pk).business_seconds(*day)
    hours = NewHours(date(2026, 3, 3), {"mon": ["09:00-10:00"]})
    add_calendar_version(calendar=calendar, hours=hours, at=NOW, by=None)

    engine = get_business_time(calendar.pk)
    assert engine.business_seconds(*day) == before == 8 * 3600
    assert engine.business_seconds(datetime(2026, 3, 3, 12, tzinfo=UTC), datetime(2026, 3, 10, 12, tzinfo=UTC)) == 3600


def test_public_holidays_are_added_once_and_own_hours_stay():
    calendar = CalendarVersionFactory(calendar__country="US", calendar__subdivision="CO").calendar
    CalendarHolidayFactory(calendar=calendar, day_on=date(2026, 12, 25), name="Short", windows=["09:00-12:00"])

    added = add_public_holidays(calendar=calendar, years=[2026], at=NOW)

    stored = dict(CalendarHoliday.objects.values_list("day_on", "name"))
    assert added == len(stored) - 1
    assert stored[date(2026, 11, 26)] == "Thanksgiving Day"
    assert stored[date(2026, 12, 25)] == "Short"
    assert "Cabrini" in stored[date(2026, 10, 5)], "a holiday of Colorado alone"
    assert add_public_holidays(calendar=calendar, years=[2026], at=NOW) == 0


@pytest.mark.parametrize(("country", "years"), [("", [2026]), ("US", []), ("US", range(2000, 2011)), ("US", [1])])
def test_public_holidays_of_nowhere_or_never_are_refused(country, years):
    with pytest.raises(InvalidInputError):
        add_public_holidays(calendar=BusinessCalendarFactory(country=country), years=years, at=NOW)


def test_holiday_that_would_close_the_calendar_is_refused():
    calendar = BusinessCalendarFactory()
    only = CalendarHolidayFactory(calendar=calendar, day_on=date(2026, 4, 1), windows=["09:00-12:00"])
    only.windows = []

    with pytest.raises(InvalidInputError, match="day_on"):
        set_holiday(holiday=only, at=NOW)
    assert CalendarHoliday.objects.get().windows == ["09:00-12:00"]


def test_api_makes_a_calendar_with_hours_and_measures_it():
    client = superuser_client()
    body = {"name": "Denver", "timezone": "America/Denver", "windows": OFFICE_HOURS, "effective_on": "2026-01-01"}
    made = client.post(f"{BASE}/business-calendars/", body, format="json")
    span = {"start": "2026-03-02T00:00:00Z", "end": "2026-03-03T06:00:00Z"}
    measured = client.post(f"{BASE}/business-calendars/{made.data['id']}/measure/", span, format="json")

    assert made.status_code == 201, made.data
    assert measured.json() == {
        "business_seconds": 28_800.0,
        "ranges": [["2026-03-02T16:00:00Z", "2026-03-03T00:00:00Z"]],
    }


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "windows"),
        ({"windows": {}}, "windows"),
        ({"windows": {"mon": [7]}}, "windows"),
        ({"windows": []}, "windows"),
        ({"windows": OFFICE_HOURS, "timezone": "Nowhere"}, "timezone"),
        ({"windows": OFFICE_HOURS, "effective_on": "0001-01-01"}, "effective_on"),
    ],
)
def test_api_refuses_a_calendar_that_cannot_work(body, field):
    sent = {"name": "New", "timezone": "UTC", **body}
    answer = superuser_client().post(f"{BASE}/business-calendars/", sent, format="json")

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


def test_api_keeps_the_zone_and_changes_the_name():
    client, calendar = superuser_client(), CalendarVersionFactory().calendar
    url = f"{BASE}/business-calendars/{calendar.pk}/"

    refused = client.patch(url, {"timezone": "UTC"}, format="json")
    renamed = client.patch(url, {"name": "Desk"}, format="json")

    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "timezone")
    assert (renamed.status_code, renamed.json()["name"], renamed.json()["version"]) == (200, "Desk", 2)


def test_api_adds_versions_and_holidays_through_the_services():
    client, calendar = superuser_client(), CalendarVersionFactory().calendar
    version = {"calendar": calendar.pk, "effective_on": "2026-06-01", "windows": {}}
    day = {"calendar": calendar.pk, "day_on": "2026-12-24", "name": "Short day", "windows": ["09:00-12:00"]}

    assert client.post(f"{BASE}/calendar-versions/", version, format="json").status_code == 400
    assert (
        client.post(f"{BASE}/calendar-versions/", version | {"windows": OFFICE_HOURS}, format="json").data["reason"]
        == ""
    )
    assert client.post(f"{BASE}/calendar-holidays/", day | {"windows": ["x"]}, format="json").status_code == 400
    made = client.post(f"{BASE}/calendar-holidays/", day, format="json")
    assert made.status_code == 201
    assert (
        client.patch(f"{BASE}/calendar-holidays/{made.data['id']}/", {"name": "Eve"}, format="json").data["name"]
        == "Eve"
    )
    span = {"start": "2026-12-24T00:00:00Z", "end": "9999-12-25T00:00:00Z"}
    assert client.post(f"{BASE}/business-calendars/{calendar.pk}/measure/", span, format="json").status_code == 400


def test_admin_makes_a_calendar_and_adds_public_holidays(client):
    client.force_login(SuperuserFactory())
    fields = {"name": "Denver", "timezone": "America/Denver", "country": "US", "subdivision": "CO"}
    fields |= {"versions-TOTAL_FORMS": 0, "versions-INITIAL_FORMS": 0}
    url = reverse("admin:operations_businesscalendar_add")
    refused = client.post(url, {**fields, "effective_on": "2026-01-01", "windows": '{"mon": ["x"]}'})
    client.post(url, {**fields, "effective_on": "2026-01-01", "windows": '{"mon": ["09:00-17:00"]}'})
    calendar = BusinessCalendar.objects.get()
    chosen = {"action": "add_holidays", "_selected_action": [calendar.pk]}
    client.post(reverse("admin:operations_businesscalendar_changelist"), chosen)

    assert "x is no window" in refused.content.decode()
    assert calendar.versions.get().windows == {"mon": ["09:00-17:00"]}
    assert calendar.holidays.count() > 20


def test_admin_adds_versions_and_holidays_through_the_services(client):
    client.force_login(SuperuserFactory())
    calendar = CalendarVersionFactory().calendar
    version = {"calendar": calendar.pk, "effective_on": "2027-01-01", "windows": "{}"}
    url = reverse("admin:operations_calendarversion_add")
    client.post(url, version)
    assert calendar.versions.count() == 1
    client.post(url, version | {"windows": '{"sun": ["09:00-10:00"]}'})
    assert calendar.versions.count() == 2
    day = {"calendar": calendar.pk, "day_on": "2026-12-24", "name": "Eve", "windows": '["09:00-12:00"]'}
    client.post(reverse("admin:operations_calendarholiday_add"), day)
    assert calendar.holidays.get().windows == ["09:00-12:00"]


def test_role_members_are_the_active_people_of_the_group():
    person = UserFactory(name="Ann", groups=["coo"])
    UserFactory(groups=["coo"], is_active=False)
    UserFactory(groups=["coo"], is_service=True)
    UserFactory(groups=["operations"])

    assert list_role_members("coo") == [person]


def closing(**fields):
    """A calendar without weekly hours that opens on one day only."""
    calendar = BusinessCalendarFactory(**fields)
    return CalendarHolidayFactory(calendar=calendar, day_on=date(2026, 12, 25), windows=["09:00-12:00"])


def test_moving_the_only_open_day_beyond_400_days_is_refused():
    only = closing()
    only.day_on = date(2027, 12, 25)

    with pytest.raises(InvalidInputError, match="day_on"):
        set_holiday(holiday=only, at=NOW)


def test_deleting_the_only_open_day_is_refused_everywhere(client):
    only = closing()
    second = CalendarHolidayFactory(calendar=only.calendar, day_on=date(2026, 12, 24), windows=["09:00-12:00"])
    at = timezone.now()
    CalendarHoliday.objects.filter(pk=only.pk).update(day_on=at.date() + timedelta(days=30))
    CalendarHoliday.objects.filter(pk=second.pk).update(day_on=at.date() + timedelta(days=31))
    client.force_login(SuperuserFactory())
    admin, chosen = reverse("admin:operations_calendarholiday_changelist"), [only.pk, second.pk]
    both = {"action": "delete_selected", "_selected_action": chosen, "post": "yes"}

    assert "would not open within 400 days" in client.post(admin, both).content.decode()
    assert CalendarHoliday.objects.count() == 2
    url = f"{BASE}/calendar-holidays"
    assert superuser_client().delete(f"{url}/{second.pk}/").status_code == 204
    refused = superuser_client().delete(f"{url}/{only.pk}/")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "day_on")
    page = reverse("admin:operations_calendarholiday_delete", args=[only.pk])
    assert "would not open within 400 days" in client.post(page, {"post": "yes"}).content.decode()
    assert CalendarHoliday.objects.get().pk == only.pk


def test_public_holidays_that_close_the_calendar_for_good_are_refused():
    calendar = BusinessCalendarFactory(country="US")
    hours = {"effective_on": FIRST, "windows": {"thu": ["09:00-17:00"]}}
    version = CalendarVersionFactory(calendar=calendar, **hours)
    thursdays = [date(2026, 3, 5) + timedelta(weeks=week) for week in range(60)]
    for day in thursdays:
        if day != date(2026, 11, 26):  # Thanksgiving is the last Thursday that is open.
            CalendarHolidayFactory(calendar=version.calendar, day_on=day)

    with pytest.raises(InvalidInputError, match="years"):
        add_public_holidays(calendar=calendar, years=[2026], at=NOW)
    assert calendar.holidays.count() == 59


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ((2026, 3, 2), (2026, 3, 10)),  # Monday to the end of Monday.
        ((2026, 3, 6), (2026, 3, 14)),  # Friday to the end of Friday.
        ((2026, 3, 7), (2026, 3, 14)),  # From Saturday: Monday is the first day.
        ((2026, 3, 8), (2026, 3, 14)),
    ],
)
@pytest.mark.parametrize("has_calendar", [True, False])
def test_without_hours_working_days_are_monday_to_friday(start, end, has_calendar):
    if has_calendar:
        BusinessCalendarFactory(is_organisation=True)  # It never opens.
    at = datetime(*start, 18, tzinfo=UTC)

    assert due_in_working_days(at, 5) == datetime(*end, tzinfo=UTC)
