import csv
import io
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from metrics.models import DayCell, Flow, Grain, Kind, PeriodValue
from metrics.selectors.elapsed import list_elapsed
from metrics.selectors.scorecard import list_scorecard
from metrics.selectors.values import calendar_for
from tests.charts.drawing import assert_inside
from tests.factories import TargetFactory, UserFactory
from tests.metrics.series import retire_shipped_metrics, weekly_metric

STEADY = [20.0, 22.0] * 13
PAGE = "/metrics/scorecard/"
HOUR = 3_600_000_000

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _alone(db):
    retire_shipped_metrics()


@pytest.fixture
def at():
    return timezone.now()


@pytest.fixture
def reader(client):
    client.force_login(UserFactory(permissions=["metrics.view_metric"]))
    client.get("/search/")
    return client


def page(client, query=""):
    response = client.get(PAGE + query)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def words(node):
    return " ".join(node.get_text(" ").split())


def names(soup):
    return [words(head) for head in soup.select(".score h3")]


def months(version, at, values, n=9):
    """Monthly values up to the running month, the last one."""
    calendar = calendar_for(version)
    start = calendar.period_start(calendar.day_of(at), Grain.MONTH)
    for value in reversed(values):
        PeriodValue.objects.create(version=version, grain=Grain.MONTH, start=start, value=value, n=n, computed_at=at)
        start = calendar.period_start(start - timedelta(days=1), Grain.MONTH)


def test_inputs_come_before_outputs_in_a_fixed_order(reader, at):
    for name, flow, position in (("Last", "output", 1), ("Second", "input", 9), ("First", "input", 3)):
        weekly_metric(STEADY, at=at, name=name, flow=flow, position=position)

    soup = page(reader)

    assert names(soup) == ["First", "Second", "Last"]
    assert [words(head) for head in soup.select("section h2")] == ["Inputs 2", "Outputs 1"]


def test_row_shows_the_box_of_stored_values(reader, at):
    version = weekly_metric([20.0] * 53 + [22.0, 25.0], at=at, owner=UserFactory(name="Nora Byrne"))
    months(version, at, [19.0, 18.0, 21.5], n=7)

    (row,) = page(reader).select(".score")

    boxes = {words(box.dt): [words(dd) for dd in box.select("dd")] for box in row.select(".box > div")}
    assert boxes["Last week"] == ["25.0 h", "n = 40"]
    assert boxes["Week on week"] == ["+3.0 h", "week before 22.0, n = 40"]
    assert boxes["Year on year"] == ["+5.0 h", "year before 20.0, n = 40"]
    assert boxes["Month to date"][0] == "21.5 h"
    assert boxes["Year to date"] == ["no data", "no rows yet"]
    assert "Nora Byrne" in words(row)


def test_year_before_and_path_stand_beside_each_period(at):
    version = weekly_metric([float(i) for i in range(60)], at=at)
    months(version, at, [float(i) for i in range(26)])

    (scored,) = list_scorecard(at=at)

    assert [week.value for week in scored.weeks] == [54.0, 55.0, 56.0, 57.0, 58.0, 59.0]
    assert scored.weeks_before == [2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    assert [month.value for month in scored.months] == [float(i) for i in range(13, 25)]
    assert scored.months_before == [float(i) for i in range(1, 13)]
    assert scored.month.value == 25.0


def fill_days(version, first, hours):
    for index, value in enumerate(hours):
        DayCell.objects.create(version=version, day=first + timedelta(days=index), n=2, total=2 * value * HOUR)


def test_running_month_is_compared_with_the_same_days(at):
    """Three days are over: the fourth of either month has no part in it."""
    version = weekly_metric([1.0], at=at)
    calendar = calendar_for(version)
    start = calendar.period_start(calendar.day_of(at), Grain.MONTH)
    earlier = calendar.period_start(start - timedelta(days=1), Grain.MONTH)
    fill_days(version, start, [10, 20, 30, 999])
    fill_days(version, earlier, [40, 50, 60, 999])

    found = list_elapsed([version], Grain.MONTH, at=calendar.midnight(start + timedelta(days=3)))

    elapsed = found[version.pk]
    assert (elapsed.days, elapsed.now, elapsed.before, elapsed.change) == (3, 20.0, 50.0, -30.0)


def test_the_first_day_of_a_month_has_nothing_to_compare(at):
    version = weekly_metric([1.0], at=at)
    calendar = calendar_for(version)
    start = calendar.period_start(calendar.day_of(at), Grain.MONTH)

    assert list_elapsed([version], Grain.MONTH, at=calendar.midnight(start) + timedelta(hours=5)) == {}


def test_a_stock_is_compared_by_its_levels(at):
    version = weekly_metric([1.0], at=at, kind=Kind.STOCK)
    calendar = calendar_for(version)
    start = calendar.period_start(calendar.day_of(at), Grain.MONTH)
    earlier = calendar.period_start(start - timedelta(days=1), Grain.MONTH)
    for day, level in ((start + timedelta(days=1), 70.0), (earlier, 50.0), (earlier + timedelta(days=9), 999.0)):
        PeriodValue.objects.create(version=version, grain=Grain.DAY, start=day, value=level, n=9, computed_at=at)

    found = list_elapsed([version], Grain.MONTH, at=calendar.midnight(start + timedelta(days=3)))

    assert (found[version.pk].now, found[version.pk].before) == (70.0, 50.0)


def test_a_derived_metric_is_not_compared(at):
    version = weekly_metric([1.0], at=at, kind=Kind.DERIVED)

    assert list_elapsed([version], Grain.YEAR, at=at) == {}


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["Slow", "Fast", "Loud"]),
        ("?flow=input", ["Slow"]),
        ("?flow=sideways", ["Slow", "Fast", "Loud"]),
        ("?loud=1", ["Loud"]),
        ("?owner={owner}", ["Fast"]),
        ("?owner={owner}&loud=1", []),
        ("?owner=nobody", []),
    ],
)
def test_filters_are_the_address(reader, at, query, shown):
    owner = UserFactory()
    weekly_metric(STEADY, at=at, name="Slow", flow=Flow.INPUT)
    weekly_metric(STEADY, at=at, name="Fast", owner=owner, position=1)
    weekly_metric([*STEADY, 90.0], at=at, name="Loud", position=2)
    query = query.format(owner=owner.pk)

    soup = page(reader, query)
    rows = list(csv.DictReader(io.StringIO(b"".join(reader.get(f"/metrics/scorecard.csv{query}")).decode())))
    records = reader.get(f"/metrics/scorecard.json{query}").json()["metrics"]

    assert names(soup) == shown
    assert [row["name"] for row in rows] == shown
    assert [record["name"] for record in records] == shown


def test_exports_say_what_the_page_shows(reader, at):
    version = weekly_metric([20.0] * 53 + [22.0, 25.0], at=at, name="=cmd()")
    TargetFactory(
        metric=version.metric, start_on=at.date() - timedelta(days=90), due_on=at.date() + timedelta(days=99), set_at=at
    )

    (row,) = csv.DictReader(io.StringIO(b"".join(reader.get("/metrics/scorecard.csv")).decode()))
    (record,) = reader.get("/metrics/scorecard.json").json()["metrics"]

    assert row["name"] == "'=cmd()"
    assert record["name"] == "=cmd()"
    assert float(row["last_week_value"]) == record["last_week"]["value"] == 25.0
    assert float(row["week_on_week"]) == record["week_on_week"] == 3.0
    assert float(row["week_0_value"]) == record["weeks"][-1]["value"] == 25.0
    assert float(row["week_1_path"]) == record["weeks"][-2]["path"]
    assert float(row["week_0_year_before"]) == record["weeks"][-1]["year_before"] == 20.0
    assert row["month_0_value"] == ""


def test_drawings_are_sound(reader, at):
    version = weekly_metric([*STEADY * 2, 40.0], at=at)
    months(version, at, [20.0 + i % 5 for i in range(26)])
    TargetFactory(
        metric=version.metric,
        start_on=at.date() - timedelta(days=200),
        due_on=at.date() + timedelta(days=99),
        set_at=at,
    )
    weekly_metric([], at=at)

    soup = page(reader)

    for svg in soup.select(".score svg[role=img]"):
        svg["viewBox"] = svg.attrs.pop("viewbox", svg.get("viewBox"))
        assert_inside(str(svg).replace("viewbox", "viewBox"))
    ids = [node["id"] for node in soup.select("[id]")]
    assert len(ids) == len(set(ids))


def test_without_metrics_it_says_what_to_do(reader):
    assert "No metric is approved" in words(page(reader))


def test_queries_are_as_many_for_one_metric_as_for_a_hundred(reader, at):
    counts = []
    for more in (1, 2, 97):
        for _ in range(more):
            version = weekly_metric([20.0, 22.0], at=at, owner=UserFactory())
            fill_days(version, at.date() - timedelta(days=30), [10])
        with CaptureQueriesContext(connection) as captured:
            page(reader)
        counts.append(len(captured))

    assert counts == [counts[0]] * 3
    assert len(names(page(reader))) == 100
