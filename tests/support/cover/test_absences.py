from datetime import UTC, date, datetime, timedelta

import pytest

from foundation.errors import InvalidInputError
from operations.models import BusinessCalendar, CalendarHoliday, CalendarVersion
from support.models import Absence, DutyShift
from support.selectors.duty import list_duties, list_on_duty, without
from support.services.absences import AbsenceOverError, advance_absences, cancel_absence, change_absence
from support.services.shifts import save_shift
from tests.factories import NOW, TeamFactory, UserFactory
from tests.factories_cover import AbsenceFactory, DutyShiftFactory
from tests.support.cover.people import DAY, out

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"until": NOW - DAY}, "ends_at"),
        ({"since": NOW - 20 * DAY, "until": NOW - 10 * DAY}, "ends_at"),
        ({"since": datetime(1, 1, 1, tzinfo=UTC)}, "starts_at"),
        ({"until": datetime(9999, 1, 1, tzinfo=UTC)}, "ends_at"),
    ],
)
def test_times_that_cannot_be_are_refused(fields, field):
    with pytest.raises(InvalidInputError) as caught:
        out(UserFactory(), **fields)

    assert caught.value.field == field


def test_nobody_stands_in_for_themselves_and_who_is_gone_for_nobody():
    user = UserFactory()

    for substitute in (user, UserFactory(is_active=False), UserFactory(is_service=True)):
        with pytest.raises(InvalidInputError, match="substitute"):
            out(user, substitute)


def test_one_person_is_out_once_at_a_time():
    user = UserFactory()
    first = out(user)
    out(user, since=first.ends_at, until=first.ends_at + DAY)
    out(UserFactory())

    with pytest.raises(InvalidInputError, match="already"):
        out(user, since=NOW, until=NOW + HOUR)
    with pytest.raises(InvalidInputError, match="already"):
        change_absence(absence_id=first.pk, values={"ends_at": first.ends_at + HOUR}, at=NOW)
    assert Absence.objects.filter(user=user).count() == 2


def test_one_that_lies_ahead_is_called_off_and_frees_its_time():
    user, by = UserFactory(), UserFactory()
    absence = out(user)

    cancelled = cancel_absence(absence_id=absence.pk, by=by, at=NOW - 2 * DAY)

    assert (cancelled.cancelled_by, cancelled.next_step_at) == (by, None)
    out(user)
    with pytest.raises(AbsenceOverError):
        cancel_absence(absence_id=absence.pk, by=by, at=NOW)


def test_its_begin_stays_once_it_has_begun():
    absence = AbsenceFactory()

    with pytest.raises(InvalidInputError, match="begun"):
        change_absence(absence_id=absence.pk, values={"starts_at": NOW + HOUR}, at=NOW)


def test_one_absence_that_fails_holds_up_no_other(monkeypatch):
    first, second = AbsenceFactory(), AbsenceFactory()
    real = Absence.save

    def fail(self, **kwargs):
        if self.pk == first.pk:
            raise RuntimeError
        real(self, **kwargs)

    monkeypatch.setattr(Absence, "save", fail)
    assert advance_absences(at=NOW) == 1

    second.refresh_from_db()
    assert second.begun_at == NOW


def shift(windows, **fields):
    return DutyShiftFactory.build(
        **{"team": TeamFactory(), "user": UserFactory(), "windows": windows, "timezone": "America/New_York", **fields}
    )


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"windows": {"mon": ["9-17"]}}, "windows"),
        ({"windows": {"noday": []}}, "windows"),
        ({"windows": {"mon": []}}, "windows"),
        ({"windows": {"mon": ["09:00-17:00"]}, "starts_on": date(2026, 3, 3), "ends_on": date(2026, 3, 3)}, "windows"),
        ({"timezone": "Mars/Base"}, "timezone"),
        ({"ends_on": date(2019, 1, 1)}, "ends_on"),
        ({"starts_on": date(9999, 1, 1)}, "starts_on"),
    ],
)
def test_shifts_that_cannot_be_are_refused(fields, field):
    with pytest.raises(InvalidInputError) as caught:
        save_shift(shift=shift(**{"windows": {"mon": ["09:00-17:00"]}, **fields}))

    assert caught.value.field == field


def test_a_person_is_on_duty_once_at_a_time_for_one_team():
    first = save_shift(shift=shift({"mon": ["22:00-06:00"]}))
    same = {"team": first.team, "user": first.user}

    with pytest.raises(InvalidInputError, match="has a shift then"):  # 05:00 in New York is 11:00 in Berlin.
        save_shift(shift=shift({"tue": ["11:00-13:00"]}, timezone="Europe/Berlin", **same))
    save_shift(shift=shift({"tue": ["12:00-13:00"]}, timezone="Europe/Berlin", ends_on=date(2020, 3, 1), **same))
    save_shift(shift=shift({"mon": ["22:00-06:00"]}, user=first.user))
    ended = save_shift(shift=shift({"fri": ["09:00-17:00"]}, ends_on=date(2026, 1, 2), **same))
    save_shift(shift=shift({"fri": ["09:00-17:00"]}, starts_on=date(2026, 1, 3), **same))
    assert save_shift(shift=ended).version == 2
    assert DutyShift.objects.count() == 5


def test_weeks_of_daylight_saving_have_their_real_hours():
    row = DutyShiftFactory(
        windows={day: ["22:00-06:00"] for day in ("sat", "sun")},
        timezone="America/New_York",
        starts_on=date(2026, 3, 7),
        ends_on=date(2026, 11, 1),
    )

    def hours(start, end):
        duty = list_duties(start, end)
        return [(high - low) / HOUR for one in duty for low, high in one.ranges]

    assert hours(datetime(2026, 3, 7, 12, tzinfo=UTC), datetime(2026, 3, 9, 12, tzinfo=UTC)) == [7.0, 8.0]
    assert hours(datetime(2026, 10, 31, 12, tzinfo=UTC), datetime(2026, 11, 2, 12, tzinfo=UTC)) == [9.0, 8.0]
    assert hours(datetime(2026, 11, 7, 12, tzinfo=UTC), datetime(2026, 11, 9, 12, tzinfo=UTC)) == []
    assert list_on_duty(datetime(2026, 3, 8, 9, 59, tzinfo=UTC)) != []  # 05:59 in daylight time.
    assert list_on_duty(datetime(2026, 3, 8, 10, 0, tzinfo=UTC)) == []
    assert row.is_on_holidays is False


def test_holidays_are_free_and_half_days_shorten_shifts():
    calendar = BusinessCalendar.objects.create(name="Ours", timezone="UTC", is_organisation=True)
    CalendarVersion.objects.create(
        calendar=calendar, effective_on=date(2020, 1, 1), windows={"mon": ["00:00-24:00"]}, created_at=NOW
    )
    CalendarHoliday.objects.create(calendar=calendar, day_on=date(2026, 3, 2), name="Off")
    CalendarHoliday.objects.create(calendar=calendar, day_on=date(2026, 3, 3), name="Half", windows=["08:00-12:00"])
    week = {"mon": ["09:00-17:00"], "tue": ["09:00-17:00"]}
    DutyShiftFactory(windows=week)
    DutyShiftFactory(windows={"mon": ["09:00-17:00"]}, is_on_holidays=True)

    duties = list_duties(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 4, tzinfo=UTC))

    found = sorted((low.hour, high.hour, low.day) for duty in duties for low, high in duty.ranges)
    assert found == [(9, 12, 3), (9, 17, 2)]


def test_absences_are_cut_out_of_duty():
    row = DutyShiftFactory()
    out(row.user, since=NOW, until=NOW + 2 * HOUR)

    (duty,) = list_duties(NOW - HOUR, NOW + 5 * HOUR)

    assert duty.ranges == [(NOW - HOUR, NOW), (NOW + 2 * HOUR, NOW + 5 * HOUR)]
    assert list_on_duty(NOW) == []
    assert without([(NOW, NOW + DAY)], [(NOW - DAY, NOW), (NOW, NOW + DAY)]) == []
