"""The list of metrics: what the address asks for is what the page, the CSV and the JSON hold."""

import csv
import io
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from foundation.errors import InvalidInputError
from metrics.models.metric import KEY_RULE
from metrics.selectors.values import calendar_for
from metrics.services.metrics import RESERVED_KEYS, NewMetric, create_metric
from metrics.urls import urlpatterns
from tests.factories import MetricFactory, TargetFactory, UserFactory
from tests.metrics.series import retire_shipped_metrics, weekly_metric

pytestmark = pytest.mark.django_db


@pytest.fixture
def at():
    return timezone.now()


@pytest.fixture
def reader(client):
    client.force_login(UserFactory(permissions=["metrics.view_metric"]))
    return client


@pytest.fixture
def metrics(at):
    retire_shipped_metrics()
    hannah, omar = UserFactory(name="Hannah Cole"), UserFactory(name="Omar Reyes")
    said = {
        "reply_hours": ("First reply", "How long do customers wait?", hannah, "approved"),
        "churn": ("Churn", "How many CUSTOMERS leave?", omar, "approved"),
        "backlog": ("Backlog", "How much work waits?", omar, "draft"),
        "old_reply": ("Old reply", "What was measured before?", None, "retired"),
    }
    for key, (name, question, owner, status) in said.items():
        fields = {"key": key, "name": name, "question": question, "owner": owner, "status": status}
        if status == "approved":
            weekly_metric([20.0, 22.0], at=at, **fields)
        else:
            MetricFactory(**fields)
    return {"hannah": hannah, "omar": omar}


def listed(reader, query):
    """The keys on the page, in order; the CSV and the JSON must hold the same, whatever the filter."""
    soup = BeautifulSoup(reader.get(f"/metrics/{query}").content, "html.parser")
    links = [link["href"] for link in soup.select("main a.subj, main .what a")]
    files = {link.get_text(): link["href"] for link in soup.select(".actions a")}
    rows = list(csv.DictReader(io.StringIO(b"".join(reader.get(files["CSV"])).decode())))
    records = reader.get(files["JSON"]).json()["metrics"]
    on_page = [link.strip("/").rpartition("/")[2] for link in links]
    mine = [key for key in on_page if key in {"reply_hours", "churn", "backlog", "old_reply"}]
    assert [row["key"] for row in rows] == [record["key"] for record in records] == on_page
    return set(mine)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"reply_hours", "churn", "backlog"}),
        ("?q=reply", {"reply_hours"}),
        ("?q=customers", {"reply_hours", "churn"}),
        ("?q=customers+leave", {"churn"}),
        ("?q=reply_hours", {"reply_hours"}),
        ("?q=reply&status=retired", {"old_reply"}),
        ("?status=approved", {"reply_hours", "churn"}),
        ("?status=draft&q=backlog", {"backlog"}),
        ("?owner={omar}", {"churn", "backlog"}),
        ("?owner={omar}&status=approved", {"churn"}),
        ("?owner=0", set()),
        ("?owner=nobody&q=%00", set()),
        ("?status=splendid&q=churn", {"churn"}),
    ],
)
def test_search_and_filters_find_the_same_everywhere(reader, metrics, query, found):
    assert listed(reader, query.format(omar=metrics["omar"].pk)) == found


def test_what_was_asked_stays_in_the_form(reader, metrics):
    soup = BeautifulSoup(
        reader.get("/metrics/", {"q": 'a"b', "status": "draft", "owner": metrics["omar"].pk}).content, "html.parser"
    )

    form = soup.select_one("main form.filters")
    assert (form.get("method", "get"), form["action"]) == ("get", "/metrics/")
    assert form.select_one("[name=q]")["value"] == 'a"b'
    assert [option.get_text() for option in form.select("option[selected]")] == ["Draft", "Omar Reyes"]
    assert "No metric is like that" in soup.main.get_text()


def test_files_hold_the_last_week_and_the_target(reader, metrics, at):
    version = weekly_metric([20.0, 22.0], at=at, key="speed", name="Speed", owner=metrics["hannah"])
    target = TargetFactory(metric=version.metric, shape="level", baseline_value=None, due_on=None, set_at=at)
    calendar = calendar_for(version)
    week = calendar.period_start(calendar.day_of(at), "week") - timedelta(weeks=1)

    (record,) = reader.get("/metrics/metric-list.json?q=speed").json()["metrics"]
    (row,) = csv.DictReader(io.StringIO(b"".join(reader.get("/metrics/metric-list.csv?q=speed")).decode()))

    assert (record["week"], record["value"], record["n"]) == (str(week), 22.0, 40)
    assert (record["owner"], record["status"], record["target"]) == ("Hannah Cole", "approved", target.target_value)
    assert row == {name: "" if value is None else str(value) for name, value in record.items()}


def test_a_filter_costs_the_same_for_many(reader, metrics, at):
    def count():
        with CaptureQueriesContext(connection) as captured:
            assert reader.get("/metrics/?q=reply&status=approved").status_code == 200
        return len(captured)

    count()
    before = count()
    for number in range(3):
        weekly_metric([20.0], at=at, key=f"reply_{number}", owner=UserFactory())
    assert count() == before


def test_no_metric_takes_the_address_of_another_page(client):
    """A key that is a page's address would hide the metric."""
    plain = {str(pattern.pattern).strip("/") for pattern in urlpatterns if not pattern.pattern.converters}
    client.force_login(UserFactory(groups=["coo"], is_staff=True))

    page = client.post("/admin/metrics/metric/add/", {"name": "Reports", "key": ""}).content.decode()

    assert {name for name in plain if KEY_RULE.regex.match(name)} == RESERVED_KEYS
    assert "Another page has this address. Choose another key." in page
    with pytest.raises(InvalidInputError, match="Another page"):
        create_metric(new=NewMetric(key="reports", name="Reports", question="How many?", direction="up"))
