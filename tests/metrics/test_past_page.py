"""The page of a past instant: what was known then, and nothing of what came later."""

from datetime import UTC, date, datetime, timedelta

import pytest
from bs4 import BeautifulSoup

from metrics.models import PeriodValue, SignalEpisode, ValueRevision
from metrics.selectors.episodes import list_episodes, list_episodes_as_of
from metrics.selectors.standings import list_standings
from tests.factories import (
    AnnotationFactory,
    MetricFactory,
    MetricVersionFactory,
    SignalEpisodeFactory,
    TargetFactory,
    UserFactory,
)

BEGUN = datetime(2026, 1, 1, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def past_page(client, version, as_of):
    page = client.get(version.metric.get_absolute_url(), {"as_of": as_of.isoformat()})
    return BeautifulSoup(page.content, "html.parser")


def table(soup, heading):
    """The rows of the section with this heading, as words."""
    section = next(s for s in soup.select("section.sec") if s.h2 and s.h2.get_text().startswith(heading))
    return [" ".join(row.get_text(" ").split()) for row in section.select("tbody tr")]


@pytest.fixture
def excursion():
    """A signal of two weeks, detected after the first, revised, and closed three weeks later."""
    version = MetricVersionFactory(kind="count", effective_from=BEGUN, metric=MetricFactory(unit="h"))
    weeks = [date(2026, 2, 2), date(2026, 2, 9)]
    for days, start, value in ((39, weeks[0], 80.0), (46, weeks[1], 85.0), (47, weeks[0], 90.0)):
        stored = {"value": value, "n": 5, "computed_at": BEGUN + timedelta(days=days)}
        ValueRevision.objects.create(version=version, grain="week", start=start, **stored)
        PeriodValue.objects.update_or_create(
            version=version, segment="", grain="week", start=start, defaults={**stored, "restated_at": None}
        )
    points = [(weeks[0], 90.0, ["R1"]), (weeks[1], 85.0, ["R1", "R3"])]
    SignalEpisodeFactory(
        baseline__version=version,
        rules="R1 R3",
        opened_on=weeks[0],
        last_on=weeks[1],
        points=[{"start": str(start), "value": value, "rules": rules} for start, value, rules in points],
        contributors=[{"segment": "priority=high", "share": 0.8, "effect": 3.0, "n": 4}],
        detected_at=BEGUN + timedelta(days=39),
        state="closed",
        closed_at=BEGUN + timedelta(days=60),
    )
    return version


def test_the_page_of_a_past_instant_shows_the_signals_of_then(client, excursion):
    client.force_login(UserFactory(permissions=["metrics.view_metric"]))

    def signals(days):
        return table(past_page(client, excursion, BEGUN + timedelta(days=days)), "Signals")

    assert signals(38) == []
    (first,) = signals(40)
    assert first.startswith("Worsening W6, 2 Feb R1 above: outside a limit 1 80.0 h not known then")
    (whole,) = signals(50)
    assert whole.startswith("Worsening W6, 2 Feb to W7 R1 R3 above")
    assert "2 90.0 h priority high 80 %" in whole
    assert signals(61)[0].startswith("Worsening, over")


def test_signals_as_of_cost_two_queries(excursion, django_assert_num_queries):
    with django_assert_num_queries(2):
        (row,) = list_episodes_as_of(excursion.metric, BEGUN + timedelta(days=40))

    assert (row.state, row.is_paging, row.last_on, len(row.points)) == ("open", True, date(2026, 2, 2), 1)


def test_open_signals_come_first_however_many_are_closed(excursion):
    baseline = SignalEpisode.objects.get().baseline
    for day in range(5):
        opened = date(2026, 4, 1) + timedelta(days=day)
        dates = {"opened_on": opened, "last_on": opened, "closed_at": BEGUN + timedelta(days=120)}
        SignalEpisodeFactory(baseline=baseline, state="closed", **dates)
    still = SignalEpisodeFactory(baseline=baseline, opened_on=date(2025, 1, 6), last_on=date(2025, 1, 6))

    assert list_episodes(excursion.metric, limit=1) == [still]


def test_standings_of_a_past_instant_have_the_signals_open_then(excursion):
    def is_open(days):
        at = BEGUN + timedelta(days=days)
        (standing,) = list_standings(at=at, keys=[excursion.metric.key], is_believed=True)
        return bool(standing.episodes)

    assert [is_open(days) for days in (38, 40, 59, 61)] == [False, True, True, False]


def test_the_page_of_a_past_instant_stays_there(client, excursion):
    client.force_login(UserFactory(permissions=["metrics.view_metric", "metrics.add_report"]))
    MetricVersionFactory(
        metric=excursion.metric, number=2, effective_from=BEGUN + timedelta(days=80), reason="a later change"
    )
    for days, reason in ((30, "first aim"), (70, "second aim")):
        TargetFactory(metric=excursion.metric, shape="level", reason=reason, set_at=BEGUN + timedelta(days=days))
    AnnotationFactory(metric=None, happened_on=date(2026, 2, 3), text="Told later", made_at=BEGUN + timedelta(days=70))

    soup = past_page(client, excursion, BEGUN + timedelta(days=50))

    words = soup.select_one("main").get_text(" ")
    assert "first aim" in words
    assert not any(later in words for later in ("a later change", "second aim", "Told later"))
    links = [link["href"] for link in soup.select(".actions a")] + [soup.select_one(".actions form")["action"]]
    asked = [link for link in links if "as_of=2026-02-20T00%3A00%3A00%2B00%3A00" in link]
    assert [link.partition("?")[0].rpartition("/")[2] for link in asked] == [
        f"{excursion.metric.key}.csv",
        f"{excursion.metric.key}.json",
        "",
    ]


def test_restatements_on_a_past_page(client):
    client.force_login(UserFactory(permissions=["metrics.view_metric"]))
    version = MetricVersionFactory(kind="count", effective_from=BEGUN)
    for day, value in ((9, 5.0), (20, 6.0)):
        stored = {"value": value, "n": 5, "computed_at": datetime(2026, 2, day, tzinfo=UTC)}
        ValueRevision.objects.create(version=version, grain="week", start=date(2026, 2, 2), **stored, edits=3)
    PeriodValue.objects.create(
        version=version, grain="week", start=date(2026, 2, 2), **stored, restated_at=stored["computed_at"]
    )

    before = past_page(client, version, datetime(2026, 2, 19, tzinfo=UTC))
    after = past_page(client, version, datetime(2026, 2, 21, tzinfo=UTC))

    assert before.select_one("#restated") is None
    (row,) = after.select("#restated tbody tr")
    assert " ".join(row.get_text(" ").split()) == "week 6 5.0 6.0 5 20 Feb 3"
    assert "as_of=2026-02-21" in row.a["href"]


def test_before_the_first_definition_the_page_says_so(client, excursion):
    client.force_login(UserFactory(permissions=["metrics.view_metric"]))

    soup = past_page(client, excursion, BEGUN - timedelta(days=1))

    words = " ".join(soup.main.get_text(" ").split())
    assert "Not defined on 31 Dec 2025 00:00" in words
    assert "in effect since 1 Jan 2026 00:00" in words
    assert [link["href"] for link in soup.select("section a")] == [excursion.metric.get_absolute_url()]
    assert client.get("/metrics/nothing/", {"as_of": "2026-01-01T00:00"}).status_code == 404
    assert client.get("/metrics/nothing/").status_code == 404
