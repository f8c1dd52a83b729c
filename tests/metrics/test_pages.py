import csv
import io
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from metrics.models import DirtyMark, Grain, Kind, PeriodValue, ValueRevision
from metrics.selectors.values import calendar_for
from tests.charts.drawing import assert_inside
from tests.factories import PeriodCloseFactory, SolvedTicketFactory, TargetFactory, UserFactory
from tests.metrics.series import retire_shipped_metrics, weekly_metric

STEADY = [20.0, 22.0] * 13
PAGES = ("metrics.view_metric", "support.view_ticket", "partnerships.view_integration")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _alone(db):
    retire_shipped_metrics()


@pytest.fixture
def at():
    return timezone.now()


@pytest.fixture
def reader(client):
    client.force_login(UserFactory(permissions=PAGES))
    client.get("/search/")  # The first request of a session notes when it began.
    return client


def page(client, url):
    response = client.get(url)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def words(node):
    return " ".join(node.get_text(" ").split())


def last_week(version, at):
    calendar = calendar_for(version)
    return calendar.period_start(calendar.day_of(at), Grain.WEEK) - timedelta(weeks=1)


def fill(version, grain, start, value, at, n=40):
    PeriodValue.objects.update_or_create(
        version=version, segment="", grain=grain, start=start, defaults={"value": value, "n": n, "computed_at": at}
    )


@pytest.mark.parametrize("name", ["metrics", "metric", "series_csv", "rows_csv"])
def test_pages_are_for_those_who_may_see_metrics(client, at, name):
    version = weekly_metric(STEADY, at=at)
    url = reverse(f"metrics:{name}", kwargs={} if name == "metrics" else {"key": version.metric.key})
    signed_out = client.get(url)
    client.force_login(UserFactory())

    assert (signed_out.status_code, signed_out["Location"].split("?")[0]) == (302, "/accounts/login/")
    assert client.get(url).status_code == 403


def test_unknown_metric_is_not_found(reader):
    for name in ("metric", "series_csv", "rows_csv"):
        assert reader.get(reverse(f"metrics:{name}", kwargs={"key": "nothing"})).status_code == 404


def test_list_shows_value_target_and_state(reader, at):
    weekly_metric([*STEADY, 40.0], at=at, name="Waiting")

    (row,) = page(reader, "/metrics/").select("tbody tr")

    assert words(row.select_one("td.num")) == "40.0 h"
    assert "Above its limit." in words(row)
    assert "no target" in words(row)


def test_list_without_metrics_says_what_to_do(reader):
    assert "No metric is approved" in words(page(reader, "/metrics/"))


def test_list_queries_are_constant(reader, at, django_assert_num_queries):
    weekly_metric(STEADY, at=at)
    with django_assert_num_queries(13):
        reader.get("/metrics/")
    weekly_metric(STEADY, at=at)
    weekly_metric(STEADY, at=at)
    with django_assert_num_queries(13):
        reader.get("/metrics/")


def test_page_queries_are_constant(reader, at, django_assert_num_queries):
    version = weekly_metric(STEADY, at=at)
    week = last_week(version, at)
    noon = calendar_for(version).midnight(week) + timedelta(hours=12)
    SolvedTicketFactory(opened_at=noon - timedelta(hours=4), resolved_at=noon)
    with django_assert_num_queries(40):
        page(reader, version.metric.get_absolute_url())
    for _ in range(2):
        SolvedTicketFactory(opened_at=noon - timedelta(hours=4), resolved_at=noon)
        TargetFactory(metric=version.metric, set_at=at)
    with django_assert_num_queries(40):
        page(reader, version.metric.get_absolute_url())


def test_page_of_a_quiet_metric(reader, at):
    version = weekly_metric(STEADY, at=at, name="Waiting")

    soup = page(reader, version.metric.get_absolute_url())

    assert words(soup.h1) == "Waiting"
    assert words(soup.select_one(".hero .big")) == "22.0 h"
    assert "n = 40, complete" in words(soup.select_one(".hero"))
    assert "Steady, within its limits. It has no target." in words(soup.select_one(".say"))
    assert "Limits 15.7 to 26.3 h, mean 21.0" in words(soup.select_one(".mdc"))


def test_page_of_a_metric_behind_its_path(reader, at):
    version = weekly_metric(STEADY, at=at)
    start = at.date() - timedelta(days=150)
    TargetFactory(metric=version.metric, start_on=start, due_on=start + timedelta(days=200), set_at=at)

    soup = page(reader, version.metric.get_absolute_url())

    assert "behind the path." in words(soup.select_one(".say b"))
    assert "the last 8 weeks did 0.0" in words(soup.select_one(".say"))
    assert "32 → 8 h" in words(soup)


def test_page_of_a_metric_with_too_few_weeks(reader, at):
    version = weekly_metric(STEADY[:5], at=at)

    soup = page(reader, version.metric.get_absolute_url())

    assert "5 of 12 complete weeks: no limits and no signals yet." in words(soup.select_one(".say"))
    assert not soup.select("svg .limit, svg .band")


def test_page_of_a_metric_without_values(reader, at):
    version = weekly_metric([], at=at)

    soup = page(reader, version.metric.get_absolute_url())

    assert words(soup.select_one(".hero .big")) == "no data"
    assert words(soup.select_one(".chart-x svg text")) == "no data"
    assert [words(dd) for dd in soup.select(".box dd.na")] == ["no data"] * 6


def test_a_late_figure_is_marked(reader, at):
    version = weekly_metric(STEADY, at=at)
    DirtyMark.objects.create(source=version.source, utc_hour=1, created_at=at - timedelta(minutes=26))

    assert "stale, a change waits 26 min" in words(page(reader, version.metric.get_absolute_url()).select_one(".hero"))
    assert "stale, a change waits 26 min" in words(page(reader, "/metrics/").select_one("tbody tr"))


def test_periods_come_from_stored_values(reader, at):
    version = weekly_metric([20.0] * 52 + [22.0, 25.0], at=at)
    calendar = calendar_for(version)
    today = calendar.day_of(at)
    for grain, value in ((Grain.MONTH, 21.0), (Grain.QUARTER, 23.5), (Grain.YEAR, 24.0)):
        fill(version, grain, calendar.period_start(today, grain), value, at, n=7)

    soup = page(reader, version.metric.get_absolute_url())

    boxes = {words(box.dt): [words(dd) for dd in box.select("dd")] for box in soup.select(".box > div")}
    assert boxes == {
        "Last week": ["25.0 h", "n = 40"],
        "Week on week": ["+3.0 h", "week before 22.0, n = 40"],
        "Year on year": ["+5.0 h", "year before 20.0, n = 40"],
        "Month to date": ["21.0 h", "n = 7"],
        "Quarter to date": ["23.5 h", "n = 7"],
        "Year to date": ["24.0 h", "n = 7"],
    }


def test_ratios_are_percentages_and_differ_by_points(reader, at):
    version = weekly_metric([0.03, 0.05] * 8, at=at, unit="ratio", decimals=3, kind=Kind.RATIO)

    soup = page(reader, version.metric.get_absolute_url())

    assert words(soup.select_one(".hero .big")) == "5.0 %"
    assert words(soup.select(".box dd")[2]) == "+2.0 pt"


def test_uptime_is_rounded_down(reader, at):
    share = {"source": "integration_uptime", "formula": {"good": {"up": 1000}, "counted": ["up", "down"]}}
    version = weekly_metric([0.999999] * 3, at=at, unit="ratio", decimals=4, kind=Kind.INTERVAL_SHARE, **share)

    assert words(page(reader, version.metric.get_absolute_url()).select_one(".hero .big")) == "99.99 %"


def revise(version, start, at, values, grain=Grain.WEEK):
    """The revisions of a period and the stored value they end with; `values` by hours after the period's end."""
    ended = calendar_for(version).bounds(start, grain)[1]
    for hours, value in values.items():
        moment = ended + timedelta(hours=hours)
        stored = {"value": value, "n": 38, "computed_at": moment}
        ValueRevision.objects.create(version=version, grain=grain, start=start, edits=7, **stored)
    PeriodValue.objects.update_or_create(
        version=version, segment="", grain=grain, start=start, defaults={**stored, "restated_at": moment}
    )
    return moment


def test_restatements_are_listed(reader, at):
    version = weekly_metric(STEADY, at=at)
    week = last_week(version, at) - timedelta(weeks=2)
    revise(version, week, at, {1: 22.5, 30: 22.4, 31: 22.2})

    soup = page(reader, version.metric.get_absolute_url())

    (row,) = [row for row in soup.select("table.fold tbody tr") if "22.5" in row.get_text()]
    assert [words(cell) for cell in row.select("td")][:3] == ["22.5", "22.2 h", "38"]
    assert words(row.select("td")[4]) == "14"
    assert f"eek {week.isocalendar().week}: 22.5 → 22.2 h on" in words(soup.select_one("#rows .note"))
    assert "14 late edits." in words(soup.select_one("#rows .note"))


def test_closed_months_stay_frozen_in_reports(reader, at):
    version = weekly_metric(STEADY, at=at)
    month = (last_week(version, at).replace(day=1) - timedelta(days=1)).replace(day=1)
    ended = calendar_for(version).bounds(month, Grain.MONTH)[1]
    revise(version, month, at, {1: 23.3}, Grain.MONTH)
    last = ValueRevision.objects.latest("pk").pk
    PeriodCloseFactory(month=month, closed_at=ended + timedelta(hours=3), revisions_to=last)
    revise(version, month, at, {5: 23.1}, Grain.MONTH)

    soup = page(reader, version.metric.get_absolute_url())

    assert f"{month:%B %Y} stays frozen in reports at 23.3 h." in words(soup.select_one("#rows .note"))
    assert words(soup.select("#restated tbody td")[5]) == "23.3 h"


def test_first_counts_of_a_week_are_no_restatement(reader, at):
    version = weekly_metric(STEADY, at=at)
    week = last_week(version, at)
    ended = calendar_for(version).midnight(week + timedelta(days=7))
    for minutes, value in ((-60, 1.0), (1, 2.0), (20, 3.0)):
        ValueRevision.objects.create(
            version=version,
            grain=Grain.WEEK,
            start=week,
            value=value,
            n=1,
            computed_at=ended + timedelta(minutes=minutes),
        )

    assert "Restated" not in words(page(reader, version.metric.get_absolute_url()))


def test_rows_behind_the_week_are_its_population(reader, at):
    version = weekly_metric([1.0, 3.0], at=at, n=2)
    start = calendar_for(version).midnight(last_week(version, at))
    inside = [SolvedTicketFactory(opened_at=start, resolved_at=start + timedelta(hours=h)) for h in (2, 4)]
    SolvedTicketFactory(opened_at=start - timedelta(hours=9), resolved_at=start - timedelta(microseconds=1))
    SolvedTicketFactory(opened_at=start, resolved_at=start + timedelta(days=7))

    soup = page(reader, version.metric.get_absolute_url())
    rows = list(csv.DictReader(io.StringIO(b"".join(reader.get(soup.select_one("a.go")["href"])).decode())))

    shown = soup.select("table.pin tbody tr")
    assert [row.a["href"] for row in shown] == [ticket.get_absolute_url() for ticket in reversed(inside)]
    assert [words(row.select_one(".num")) for row in shown] == ["4.0", "2.0"]
    assert [float(row["value"]) for row in rows] == [2.0, 4.0]
    assert [int(row["resolution, µs"]) for row in rows] == [7_200_000_000, 14_400_000_000]
    assert [int(row["key"]) for row in rows] == [ticket.pk for ticket in inside]


def test_rows_csv_disarms_formulas(reader, at):
    version = weekly_metric([1.0], at=at, n=1)
    start = calendar_for(version).midnight(last_week(version, at))
    SolvedTicketFactory(external_id="=cmd()", subject="x", opened_at=start, resolved_at=start + timedelta(hours=1))
    url = reverse("metrics:rows_csv", kwargs={"key": version.metric.key}) + f"?start={last_week(version, at)}"

    body = b"".join(reader.get(url)).decode()

    assert "'=cmd() x" in body


@pytest.mark.parametrize(
    "query",
    ["?start=2026-13-01", "?start=soon", "", "?start=2026-01-05&grain=hour", "?start=2026-01-05&segment=city=Rome"],
)
def test_rows_csv_refuses_what_it_does_not_know(reader, at, query):
    version = weekly_metric([1.0], at=at)

    assert reader.get(reverse("metrics:rows_csv", kwargs={"key": version.metric.key}) + query).status_code == 404


def test_series_csv_is_what_the_page_shows(reader, at):
    version = weekly_metric(STEADY, at=at)
    url = reverse("metrics:series_csv", kwargs={"key": version.metric.key})

    response = reader.get(url)
    rows = list(csv.DictReader(io.StringIO(b"".join(response).decode())))

    known = [row for row in rows if row["value"]]
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert [float(row["value"]) for row in known] == STEADY
    assert {row["complete"] for row in known} == {"True"}
    assert reader.get(url + "?grain=hour").status_code == 404


def test_drawings_of_the_page_are_sound(reader, at):
    version = weekly_metric([*STEADY, 40.0], at=at)
    TargetFactory(metric=version.metric, start_on=at.date(), due_on=at.date() + timedelta(days=500), set_at=at)

    soup = page(reader, version.metric.get_absolute_url())

    for svg in soup.select("figure svg"):
        svg["viewBox"] = svg.attrs.pop("viewbox", svg.get("viewBox"))
        assert_inside(str(svg).replace("viewbox", "viewBox"))
    ids = [node["id"] for node in soup.select("[id]")]
    assert len(ids) == len(set(ids))
    assert not soup.select("[style], style, script:not([src])")


def test_values_of_a_source_that_is_gone_stay_readable(reader, at):
    version = weekly_metric(STEADY, at=at, source="nowhere")

    soup = page(reader, version.metric.get_absolute_url())

    assert words(soup.select_one(".hero .big")) == "22.0 h"
    assert "nowhere, no longer offered" in words(soup)
    assert "not made of rows that can be listed" in words(soup)
