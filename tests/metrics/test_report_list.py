"""Kept reports: newest first, page by page, all of them or those of one metric."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from metrics.models import ReportKind
from metrics.selectors.reports import get_report_page
from tests.factories import MetricFactory, MetricVersionFactory, ReportFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    client.force_login(UserFactory(permissions=["metrics.view_report", "metrics.view_metric"]))
    return client


def report_of(*metrics, **fields):
    labels = {metric.key: {"name": metric.name, "unit": "h", "decimals": 1} for metric in metrics}
    params = {"metrics": [metric.key for metric in metrics], "labels": labels, "segment": "", "weeks": 52, "months": 24}
    return ReportFactory(params=params | fields.pop("params", {}), **fields)


def shown(client, **asked):
    response = client.get(reverse("metrics:reports"), asked)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser").select_one("main")


def words(node):
    return " ".join(node.get_text(" ").split())


def test_reports_say_what_when_and_who(reader):
    speed, cost = MetricFactory(name="Speed"), MetricFactory(name="Cost")
    first = report_of(speed, params={"segment": "priority=high"}, created_by=UserFactory(name="Hannah Cole"))
    second = report_of(speed, cost, kind=ReportKind.SCORECARD)

    rows = shown(reader).select("tbody tr")

    assert [row.a["href"] for row in rows] == [second.get_absolute_url(), first.get_absolute_url()]
    assert words(rows[0]).startswith("Scorecard report: 2 metrics 52 weeks and 24 months")
    assert words(rows[0]).endswith("the system")
    assert words(rows[1]).startswith("Metric report: Speed, priority high 52 weeks and 24 months")
    assert words(rows[1]).endswith("Hannah Cole")


def test_a_metric_leads_to_its_own_reports(reader):
    metric, other = MetricVersionFactory().metric, MetricFactory()
    mine = report_of(metric)
    report_of(other)
    report_of(metric, other, kind=ReportKind.SCORECARD)
    url = f"{reverse('metrics:reports')}?metric={metric.key}"

    page = reader.get(metric.get_absolute_url()).content.decode()
    rows = shown(reader, metric=metric.key).select("tbody tr")

    assert url in page
    assert [row.a["href"] for row in rows] == [mine.get_absolute_url()]
    assert "No report is kept" in words(shown(reader, metric=MetricFactory().key))


@pytest.mark.parametrize("count", [0, 1, 4, 5, 7])
def test_pages_hold_every_report_once_there_and_back(count):
    made = [ReportFactory() for _ in range(count)][::-1]
    pages, before = [], None
    while True:
        page = get_report_page(before=before, size=2)
        pages.append(page)
        if page.older is None:
            break
        before = page.older
    back = [pages[-1]]
    while back[-1].newer is not None:
        back.append(get_report_page(after=back[-1].newer, size=2))

    assert [row for page in pages for row in page.rows] == made
    assert [page.rows for page in back[::-1]] == [page.rows for page in pages]


def test_pages_are_linked_and_keep_their_metric(reader):
    metric = MetricFactory()
    for _ in range(51):
        report_of(metric)

    first = shown(reader, metric=metric.key)
    (older,) = first.select("nav.actions a")
    last = BeautifulSoup(reader.get(reverse("metrics:reports") + older["href"]).content, "html.parser").select_one(
        "main"
    )
    (newer,) = last.select("nav.actions a")

    assert (len(first.select("tbody tr")), len(last.select("tbody tr"))) == (50, 1)
    assert f"metric={metric.key}&before=" in older["href"]
    assert (words(older), words(newer)) == ("Older", "Newer")


@pytest.mark.parametrize(
    "asked", [{"before": "x"}, {"after": "-1"}, {"before": "9" * 19}, {"metric": "nothing"}, {"metric": "a\0b"}]
)
def test_what_is_no_page_is_not_found(reader, asked):
    assert reader.get(reverse("metrics:reports"), asked).status_code == 404


def test_documents_stay_where_they_are(reader, django_assert_num_queries):
    report_of(MetricFactory())

    with django_assert_num_queries(1) as captured:
        assert len(get_report_page().rows) == 1
    assert '"content"' not in captured[0]["sql"]
