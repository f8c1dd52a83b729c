from datetime import timedelta

import pytest

from metrics.models import DirtyMark, SourceRun
from tests.dashboards.pages import read, section, words
from tests.factories import HealthCheckFactory, MetricFactory, MetricVersionFactory

pytestmark = pytest.mark.django_db


def mark(at, source="tickets_opened", *, age=timedelta(0), **fields):
    return DirtyMark.objects.create(
        source=source, utc_hour=fields.pop("utc_hour", 498_000), created_at=at - age, **fields
    )


def sources(soup):
    return {
        words(row.th): [words(cell) for cell in row.select("td")] for row in section(soup, "Sources").select("tbody tr")
    }


def test_fresh_data_is_said_to_be_fresh(executive, at, alive):
    soup = read(executive, "/data-health/")

    assert "All figures are fresh." in words(soup.select_one(".lede"))
    assert sources(soup)["Tickets, by when they were opened"] == ["fresh", "0", "–", "0", "–", "never"]
    assert "Nothing failing" in words(section(soup, "Failing marks"))


def test_a_change_that_waits_for_a_while_is_said(executive, at, alive):
    mark(at, age=timedelta(seconds=40))

    assert "1 mark of changes waits to be counted." in words(read(executive, "/data-health/").select_one(".lede"))


def test_waiting_and_failing_marks_are_counted_by_source(executive, at, alive):
    SourceRun.objects.create(source="tickets_opened", finished_at=at, days=63, marks=891, seconds=0.2)
    mark(at, age=timedelta(minutes=12))
    mark(at, utc_hour=498_001)
    mark(at, "ticket_backlog", attempts=4, last_error="ZeroDivisionError: <b>", not_before=at + timedelta(minutes=30))
    mark(at, "gone_app")

    soup = read(executive, "/data-health/")
    rows = sources(soup)

    assert rows["Tickets, by when they were opened"][:4] == ["late", "2", "12 min", "0"]
    assert "63 days from 891 marks in 0.20 s" in rows["Tickets, by when they were opened"][5]
    assert rows["Tickets entering and leaving the backlog"][:4] == ["failing", "1", "0 s", "1"]
    assert rows["gone_app"][1] == "1"
    assert "ZeroDivisionError: <b>" in words(section(soup, "Failing marks"))
    assert "1 mark fails" in words(soup.select_one(".lede"))


def test_stale_metrics_are_named_and_a_backfill_makes_none_stale(executive, at, alive):
    MetricVersionFactory(metric=MetricFactory(name="Calls"), source="tickets_opened", kind="count", formula={})
    MetricVersionFactory(metric=MetricFactory(name="Answers"), source="tickets_resolved", kind="count", formula={})
    mark(at, age=timedelta(minutes=20))
    mark(at, "tickets_resolved", age=timedelta(hours=3), lane=1)

    soup = read(executive, "/data-health/")

    assert [words(row) for row in section(soup, "Stale metrics").select("li")] == [
        "Calls may be late by 15 min stale 20 min"
    ]
    assert sources(soup)["Tickets, by when they were last resolved"][:5] == ["fresh", "0", "–", "0", "1"]


def test_exports_hold_what_the_page_shows(executive, at, alive):
    MetricVersionFactory(metric=MetricFactory(name="Calls"), source="tickets_opened", kind="count", formula={})
    mark(at, age=timedelta(minutes=20), attempts=2, last_error="=HYPERLINK()")

    found = executive.get("/data-health.json").json()
    lines = executive.get("/data-health.csv").getvalue().decode().splitlines()

    assert [row["name"] for row in found["stale_metrics"]] == ["Calls"]
    assert found["failing_marks"][0]["error"] == "=HYPERLINK()"
    assert {row["label"] for row in found["sources"]} >= {"Tickets, by when they were opened"}
    assert lines[0] == "section,name,state,detail"
    assert len(lines) - 1 == sum(len(rows) for rows in found.values() if isinstance(rows, list))


def test_late_checks_are_told(executive, at, alive):
    HealthCheckFactory(next_due_at=at - timedelta(minutes=11))
    HealthCheckFactory(next_due_at=at + timedelta(minutes=1))
    HealthCheckFactory(next_due_at=at - timedelta(hours=5), is_paused=True)

    parts = [words(row) for row in section(read(executive, "/data-health/"), "Background work").select("li")]

    assert parts == ["Worker seen 0 s ago alive", "Health checks oldest due 11 min ago, no result yet 1 late"]


def test_a_worker_that_never_was_is_told(executive, at):
    soup = read(executive, "/data-health/")

    assert "The worker has never been seen" in words(soup.select_one(".lede"))
    assert "never seen" in words(section(soup, "Background work"))


def test_queries_do_not_grow_with_marks(executive, at, alive, django_assert_num_queries):
    mark(at, attempts=1)
    with django_assert_num_queries(14):
        read(executive, "/data-health/")
    mark(at, "ticket_backlog", attempts=1)
    mark(at, "tickets_resolved", attempts=1)
    with django_assert_num_queries(14):
        read(executive, "/data-health/")
