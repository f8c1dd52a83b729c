"""What a series shows where a metric's definition changed."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from metrics.models import Grain, PeriodValue
from metrics.selectors.breaks import Break, list_breaks
from metrics.selectors.values import get_current_versions, get_series, list_series
from tests.api_client import BASE, role_client
from tests.factories import MetricFactory, MetricVersionFactory, PeriodValueFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 30, 12, tzinfo=UTC)  # A Monday.
FIRST, LAST = date(2026, 2, 23), date(2026, 3, 29)
WEEKS = [date(2026, 2, 23), date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 16), date(2026, 3, 23)]


@pytest.fixture
def metric():
    return MetricFactory(key="calls")


def define(metric, number, day, *, value, kind="count", **fields):
    """A version from noon of a day on, whose weekly values are `value` in all five weeks."""
    effective_from = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    version = MetricVersionFactory(
        metric=metric, number=number, kind=kind, effective_from=effective_from, reason=f"v{number}", **fields
    )
    for week in WEEKS:
        PeriodValueFactory(version=version, grain=Grain.WEEK, start=week, value=value, n=1)
    return version


def shown(grain=Grain.WEEK, **question):
    series = get_series("calls", grain, FIRST, LAST, at=AT, **question)
    return [(point.start.day, point.value, point.version.number) for point in series.points]


def test_new_version_shows_from_the_period_that_contains_its_day(metric):
    define(metric, 1, date(2025, 1, 1), value=1)
    define(metric, 2, date(2026, 3, 12), value=2)

    assert shown() == [(23, 1, 1), (2, 1, 1), (9, 2, 2), (16, 2, 2), (23, 2, 2)]
    assert list_breaks(metric, FIRST, LAST) == [Break(2, date(2026, 3, 12), "v2")]
    assert list_breaks(metric, date(2026, 3, 13), LAST) == []


def test_retroactive_version_shows_everywhere_and_makes_no_break(metric):
    define(metric, 1, date(2025, 1, 1), value=1)
    define(metric, 2, date(2026, 3, 12), value=2, is_retroactive=True)

    assert {number for _, _, number in shown()} == {2}
    assert list_breaks(metric, FIRST, LAST) == []


def test_versions_before_a_retroactive_one_are_gone_and_later_ones_break_again(metric):
    define(metric, 1, date(2025, 1, 1), value=1)
    define(metric, 2, date(2026, 3, 3), value=2, is_retroactive=True)
    define(metric, 3, date(2026, 3, 9), value=3)
    define(metric, 4, date(2026, 3, 24), value=4)

    assert shown() == [(23, 2, 2), (2, 2, 2), (9, 3, 3), (16, 3, 3), (23, 4, 4)]
    assert [found.number for found in list_breaks(metric, FIRST, LAST)] == [3, 4]


def test_two_versions_within_one_week_leave_that_week_to_the_newer(metric):
    define(metric, 1, date(2025, 1, 1), value=1)
    define(metric, 2, date(2026, 3, 10), value=2)
    define(metric, 3, date(2026, 3, 12), value=3)

    assert shown() == [(23, 1, 1), (2, 1, 1), (9, 3, 3), (16, 3, 3), (23, 3, 3)]


def test_weeks_of_two_calendars_never_overlap(metric):
    define(metric, 1, date(2025, 1, 1), value=1)
    sundays = MetricVersionFactory(
        metric=metric, number=2, week_start=6, effective_from=datetime(2026, 3, 12, tzinfo=UTC)
    )
    PeriodValueFactory(version=sundays, grain=Grain.WEEK, start=date(2026, 3, 8), value=2, n=1)

    points = get_series("calls", Grain.WEEK, FIRST, LAST, at=AT).points

    assert [(point.start, point.version.number) for point in points[:2]] == [
        (date(2026, 2, 23), 1),
        (date(2026, 3, 8), 2),
    ]
    assert all(before.end <= after.start for before, after in pairwise(points))


def test_stock_carries_its_own_version_s_level_across_the_break(metric):
    define(metric, 1, date(2025, 1, 1), value=1, kind="stock")
    new = MetricVersionFactory(metric=metric, number=2, kind="stock", effective_from=datetime(2026, 3, 12, tzinfo=UTC))
    PeriodValueFactory(version=new, grain=Grain.WEEK, start=WEEKS[0], value=7, n=7)

    assert shown() == [(23, 1, 1), (2, 1, 1), (9, 7, 2), (16, 7, 2), (23, 7, 2)]


def test_whole_history_is_the_newest_version_s(metric):
    old = define(metric, 1, date(2025, 1, 1), value=1)
    new = define(metric, 2, date(2026, 3, 12), value=2)
    for version, value in ((old, 10), (new, 20)):
        PeriodValueFactory(version=version, grain=Grain.ALL, start=date(1970, 1, 1), value=value, n=1)

    points = get_series("calls", Grain.ALL, date(1970, 1, 1), date(1970, 1, 1), at=AT).points

    assert [(point.value, point.version.number) for point in points] == [(20, 2)]


def test_page_csv_and_api_say_each_period_s_version(metric, client, django_assert_max_num_queries):
    define(metric, 1, date(2025, 1, 1), value=1)
    define(metric, 2, date(2026, 3, 12), value=2)
    tool = role_client("executive")

    with django_assert_max_num_queries(12):
        body = tool.get(
            f"{BASE}/metrics/calls/values/", {"grain": "week", "start": str(FIRST), "end": str(LAST)}
        ).json()
    client.force_login(tool.user)
    csv = client.get("/metrics/calls.csv", {"first": str(FIRST), "last": str(LAST)})

    expected = [(1, 1), (1, 1), (2, 2), (2, 2), (2, 2)]
    assert [(row["value"], row["version"]) for row in body["results"]] == expected
    lines = b"".join(csv.streaming_content).decode().splitlines()[1:]
    assert [(float(line.split(",")[5]), int(line.split(",")[1])) for line in lines] == expected


def test_one_query_finds_the_breaks_of_all_metrics(django_assert_num_queries):
    for name in ("a", "b", "c"):
        metric = MetricFactory(key=name)
        define(metric, 1, date(2025, 1, 1), value=1)
        define(metric, 2, date(2026, 3, 12), value=2)

    versions = list(get_current_versions(["a", "b", "c"]).values())
    with django_assert_num_queries(3):  # Versions, values, and what a stock carries on.
        series = list_series(versions, Grain.WEEK, FIRST, LAST, at=AT)

    assert PeriodValue.objects.count() >= 30
    assert [[point.version.number for point in series[name].points] for name in "abc"] == [[1, 1, 2, 2, 2]] * 3
