from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.imports.mapping import Ambiguous, ClockRules, NonExisting
from support.imports.times import DayMonthOrderError, TimeReader, TimeValueError, to_datetime

NEW_YORK = ZoneInfo("America/New_York")


def reader(*formats, zone=NEW_YORK, ambiguous=Ambiguous.REFUSE, non_existing=NonExisting.REFUSE):
    return TimeReader(ClockRules(formats, zone, ambiguous, non_existing))


def read(value, *formats, **rules):
    return to_datetime(reader(*formats, **rules).read(value).micros).isoformat()


DAY_FIRST = "%d/%m/%Y %H:%M"
MONTH_FIRST = "%m/%d/%Y %H:%M"


@pytest.mark.parametrize(
    ("value", "rule", "utc"),
    [
        ("02/11/2025 01:30", Ambiguous.FIRST, "2025-11-02T05:30:00+00:00"),
        ("02/11/2025 01:30", Ambiguous.SECOND, "2025-11-02T06:30:00+00:00"),
        ("02/11/2025 00:59", Ambiguous.REFUSE, "2025-11-02T04:59:00+00:00"),
        ("02/11/2025 02:00", Ambiguous.REFUSE, "2025-11-02T07:00:00+00:00"),
    ],
)
def test_hour_that_happens_twice_is_read_as_stated(value, rule, utc):
    assert read(value, DAY_FIRST, ambiguous=rule) == utc


def test_hour_that_happens_twice_is_refused_unless_stated():
    with pytest.raises(TimeValueError, match="happened twice in America/New_York"):
        read("02/11/2025 01:30", DAY_FIRST)


def test_skipped_hour_is_shifted_forward_or_refused():
    assert read("09/03/2025 02:30", DAY_FIRST, non_existing=NonExisting.SHIFT) == "2025-03-09T07:30:00+00:00"
    with pytest.raises(TimeValueError, match="does not exist in America/New_York"):
        read("09/03/2025 02:30", DAY_FIRST)


@pytest.mark.parametrize(
    ("value", "pattern", "utc"),
    [
        ("2010-01-13 08:40:25+02:00", "iso", "2010-01-13T06:40:25+00:00"),
        ("2010-01-13T08:40:25.000001Z", "iso", "2010-01-13T08:40:25.000001+00:00"),
        ("13.01.2010 08:40 -0500", "%d.%m.%Y %H:%M %z", "2010-01-13T13:40:00+00:00"),
        ("1263364825", "epoch_seconds", "2010-01-13T06:40:25+00:00"),
        ("1263364825001", "epoch_milliseconds", "2010-01-13T06:40:25.001000+00:00"),
    ],
)
def test_values_with_their_own_offset(value, pattern, utc):
    assert read(value, pattern, zone=None) == utc


def test_value_without_offset_is_refused_where_each_should_have_one():
    with pytest.raises(TimeValueError, match="has no offset"):
        read("2010-01-13 08:40:25", "iso", zone=None)


@pytest.mark.parametrize("value", ["13/13/2016 10:00", "31/02/2016 10:00", "yesterday", "01/02/2016", "1e5", "９９"])
def test_value_in_no_stated_format_is_refused(value):
    with pytest.raises(TimeValueError, match="is not written as"):
        read(value, DAY_FIRST)


@pytest.mark.parametrize(("value", "pattern"), [("03/25/2016 10:00", DAY_FIRST), ("25/03/2016 10:00", MONTH_FIRST)])
def test_exchanged_day_and_month_are_told_apart_from_a_typing_error(value, pattern):
    with pytest.raises(DayMonthOrderError):
        read(value, pattern)


def test_second_format_is_tried():
    assert read("25.03.16", DAY_FIRST, "%d.%m.%y", zone=ZoneInfo("UTC")) == "2016-03-25T00:00:00+00:00"


@pytest.mark.parametrize(
    ("value", "pattern", "is_ambiguous"),
    [
        ("05/03/2016 10:00", DAY_FIRST, True),
        ("03/03/2016 10:00", DAY_FIRST, True),
        ("13/03/2016 10:00", DAY_FIRST, False),
        ("03/12/2016 10:00", MONTH_FIRST, True),
        ("2016-03-05 10:00", "%Y-%m-%d %H:%M", False),
        ("5 March 2016", "%d %B %Y", False),
    ],
)
def test_ambiguous_day_and_month_are_noticed(value, pattern, is_ambiguous):
    assert reader(pattern).read(value).is_day_month_ambiguous is is_ambiguous


@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2037, 1, 1), timezones=st.just(UTC)))
def test_every_instant_survives_writing_and_reading(instant):
    written = instant.isoformat()

    assert to_datetime(reader("iso", zone=None).read(written).micros) == instant


@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2037, 1, 1), timezones=st.just(UTC)))
def test_wall_time_with_its_fold_stated_comes_back_to_the_instant(instant):
    local = instant.replace(second=0, microsecond=0).astimezone(NEW_YORK)
    rule = Ambiguous.SECOND if local.fold else Ambiguous.FIRST

    assert read(local.strftime(DAY_FIRST), DAY_FIRST, ambiguous=rule) == local.astimezone(UTC).isoformat()
