from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from metrics.models import Grain, PeriodValue, SelfCheck
from tests.factories import MetricFactory, TargetFactory, UserFactory
from tests.metrics.series import retire_shipped_metrics, weekly_metric
from tests.metrics.test_scorecard import words

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
    return client


def page(client, url):
    response = client.get(url)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def segmented(at, values):
    """A metric at 20 h with segments whose last week is (value, n)."""
    version = weekly_metric([20.0] * 14, at=at, dimensions=["priority"])
    last = PeriodValue.objects.filter(version=version, grain=Grain.WEEK).latest("start").start
    for word, (value, n) in values.items():
        PeriodValue.objects.create(
            version=version, segment=f"priority={word}", grain=Grain.WEEK, start=last, value=value, n=n, computed_at=at
        )
    return version


def test_draft_has_a_page_that_says_what_it_waits_for(reader):
    metric = MetricFactory(status="draft", waits_for="payroll runs", owner=UserFactory(name="Hannah Cole"))

    soup = page(reader, metric.get_absolute_url())
    listed = page(reader, "/metrics/")

    assert words(soup.h2) == "Waits for payroll runs"
    assert "Hannah Cole" in words(soup.main)
    assert "waits for payroll runs" in words(listed.main)


def test_json_is_what_the_csv_has(reader, at):
    version = weekly_metric([20.0, 22.0], at=at)
    TargetFactory(metric=version.metric, set_at=at)

    found = reader.get(f"/metrics/{version.metric.key}.json").json()
    head, *lines = b"".join(reader.get(f"/metrics/{version.metric.key}.csv")).decode().split("\r\n")

    assert list(found["periods"][0]) == head.split(",")
    assert len(found["periods"]) == len([line for line in lines if line])
    assert [period["value"] for period in found["periods"] if period["value"]] == [20.0, 22.0]


def test_last_self_check_is_on_data_health(reader, at):
    differences = [{"day": "2026-01-05"}, {"day": "2026-01-06"}]
    SelfCheck.objects.create(source="tickets_resolved", ran_at=at - timedelta(days=1), is_equal=True)
    SelfCheck.objects.create(
        source="tickets_resolved", ran_at=at, is_equal=False, differences=differences, days_checked=30
    )

    text = words(page(reader, "/data-health/").main)

    assert "Tickets, by when they were last resolved 30 days" in text
    assert "2 differ" in text


def test_segments_show_who_holds_the_gap(reader, at):
    """Path 8 h: urgent is 12 h over it 30 times, low 4 h over it 10 times, normal is under it."""
    version = segmented(at, {"urgent": (20.0, 30), "low": (12.0, 10), "normal": (6.0, 50)})
    TargetFactory(metric=version.metric, shape="level", baseline_value=None, target_value=8, due_on=None, set_at=at)

    soup = page(reader, version.metric.get_absolute_url())

    parts = {words(part.h3): words(part.p) for part in soup.select(".multi > div")}
    assert parts == {
        "Urgent 20.0 h": "n = 30, 90% of the gap",
        "Low 12.0 h": "n = 10, 10% of the gap",
        "Normal 6.0 h": "n = 50, 0% of the gap",
    }
    assert "Urgent holds most of the gap" in [words(head) for head in soup.select("h2")]
