from datetime import timedelta

import pytest
from django.core.cache import cache

from metrics.models import TargetShape
from partnerships.models import CheckState, Tier
from support.models import Priority, TicketState
from tests.charts.drawing import assert_inside
from tests.dashboards.pages import read, section, words
from tests.factories import (
    HealthCheckFactory,
    IntegrationFactory,
    StatusIntervalFactory,
    TargetFactory,
    TicketFactory,
    UserFactory,
)
from tests.metrics.series import weekly_metric

STEADY = [20.0, 22.0] * 13

pytestmark = pytest.mark.django_db


def watched(at, state=CheckState.UP, *, since=None, **integration):
    """An integration with one check that has been in this state since a moment, and measured for 40 days."""
    since = since or at - timedelta(days=40)
    check = HealthCheckFactory(
        integration=IntegrationFactory(**integration),
        state=state,
        state_since=since,
        monitored_from=at - timedelta(days=40),
        last_result_at=at,
        stale_at=at + timedelta(hours=1),
    )
    if since > at - timedelta(days=40):
        StatusIntervalFactory(
            health_check=check, state=CheckState.UP, started_at=at - timedelta(days=40), ended_at=since
        )
    StatusIntervalFactory(health_check=check, state=state, started_at=since)
    return check


def test_overview_asks_to_sign_in(client):
    response = client.get("/")

    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=/")


def test_overview_of_somebody_without_a_role_says_what_to_do(sign_in, alive):
    soup = read(sign_in(), "/")

    assert "No section is open to you yet" in words(soup.main)
    assert [words(link) for link in soup.select("#nav a")] == ["Overview"]


def test_overview_with_nothing_wrong_is_calm(executive, at, alive):
    weekly_metric(STEADY, at=at)
    watched(at)

    soup = read(executive, "/")

    assert words(soup.select_one(".lede b")) == "Nothing needs attention."
    assert section(soup, "Off path") is None
    assert words(section(soup, "Quiet").select_one(".count")) == "1"
    assert not soup.select("main > .note")


def test_overview_counts_what_needs_attention(executive, at, alive):
    weekly_metric([*STEADY, 40.0], at=at)
    weekly_metric(STEADY, at=at)
    watched(at, CheckState.DOWN, since=at - timedelta(hours=3, minutes=6))
    watched(at, CheckState.DEGRADED, since=at - timedelta(minutes=24))
    watched(at)
    TicketFactory(priority=Priority.URGENT)
    TicketFactory(priority=Priority.URGENT, assignee=UserFactory())
    TicketFactory(priority=Priority.URGENT, state=TicketState.SOLVED, resolved_at=at)

    soup = read(executive, "/")

    lede = words(soup.select_one(".lede"))
    assert lede.startswith(
        "Four things need attention. 1 integration down, 1 integration degraded, 1 metric off path or signalling, "
        "1 urgent ticket with nobody."
    )
    assert [words(cell) for cell in soup.select("tbody .st-bad, tbody .st-watch")] == [
        "Down 3 h 06 min",
        "Degraded 24 min",
    ]
    assert "2 of 3 need attention" in words(section(soup, "Integrations"))


def test_loud_tile_says_why_and_opens(executive, at, alive):
    version = weekly_metric(STEADY, at=at, name="Ticket resolution")
    start = at.date() - timedelta(days=150)
    TargetFactory(metric=version.metric, start_on=start, due_on=start + timedelta(days=200), set_at=at)

    (tile,) = section(read(executive, "/"), "Off path").select("article")

    assert tile["class"] == ["tile", "tile-watch"]
    assert tile.select_one("h3 a")["href"] == version.metric.get_absolute_url()
    assert words(tile.select_one(".val b")) == "22.0 h"
    assert words(tile.select_one(".val span")).startswith("path ")
    assert "behind the path." in words(tile.select_one(".why"))
    assert "n = 40" in words(tile.select_one(".by"))
    assert [svg["aria-label"] for svg in tile.select(".mdc svg")] == ["Common cause: no signal", "Behind the path"]


def test_level_target_is_written_once(executive, at, alive):
    version = weekly_metric(STEADY, at=at)
    TargetFactory(
        metric=version.metric, shape=TargetShape.LEVEL, baseline_value=None, due_on=None, target_value=30, set_at=at
    )

    (tile,) = section(read(executive, "/"), "Quiet").select("article")

    assert words(tile.select_one(".by")).startswith("target 30 h · week")


def test_too_few_weeks_are_said(executive, at, alive):
    weekly_metric(STEADY[:4], at=at)

    (tile,) = section(read(executive, "/"), "Quiet").select("article")

    assert "4 of 12 weeks for limits" in words(tile)


def test_integrations_are_grouped_by_tier_with_pooled_and_worst(executive, at, alive):
    watched(at, name="Good", tier=Tier.PRODUCTION)
    bad = watched(at, CheckState.DOWN, since=at - timedelta(days=3), name="Bad", tier=Tier.PRODUCTION)
    watched(at, name="Trial", tier=Tier.EXPERIMENTAL)

    groups = section(read(executive, "/"), "Integrations").select("tbody")

    assert "94.99 % pooled, worst member Bad 89.99 %" in words(groups[0])
    assert [words(link) for link in groups[0].select("a.subj")] == ["Bad", "Good"]
    assert words(groups[1].select("td.num")[0]) == "100"
    assert groups[0].select_one("a.subj")["href"] == bad.integration.get_absolute_url()


def test_outages_of_the_last_week_are_listed_newest_first(executive, at, alive):
    watched(at, CheckState.DOWN, since=at - timedelta(days=20), name="Long ago and still")
    watched(at, CheckState.DOWN, since=at - timedelta(hours=1), name="Just now")
    check = watched(at, CheckState.UP, since=at - timedelta(days=39), name="Over")
    check.intervals.filter(ended_at=None).update(ended_at=at - timedelta(days=2))
    StatusIntervalFactory(
        health_check=check,
        state=CheckState.DOWN,
        started_at=at - timedelta(days=2),
        ended_at=at - timedelta(days=2, hours=-1),
    )

    rows = section(read(executive, "/"), "Outages").select("li")

    assert [words(row.a) for row in rows] == ["Just now", "Over", "Long ago and still"]
    assert [words(row.select_one(".due")) for row in rows] == ["down 1 h 00 min", "over, 1 h 00 min", "down 20 d 0 h"]


def test_support_names_the_urgent_and_the_oldest(executive, at, alive):
    urgent = TicketFactory(priority=Priority.URGENT, subject="All is lost", opened_at=at - timedelta(hours=2))
    TicketFactory(subject="Old", opened_at=at - timedelta(days=40), reopen_count=1, assignee=UserFactory())

    rows = section(read(executive, "/"), "Support").select("li")

    assert [words(row.a) for row in rows] == [
        "All is lost",
        "Old",
        "1 open ticket reopened before",
        "1 open ticket with nobody",
    ]
    assert rows[0].a["href"] == urgent.get_absolute_url()
    assert [words(row.select_one(".due")) for row in rows] == ["urgent, nobody’s", "oldest", "reopened", "unassigned"]


def test_stale_figures_are_marked(executive, at, alive):
    alive.seen_at = at - timedelta(minutes=92)
    alive.save()

    soup = read(executive, "/")

    assert "the worker has been silent for 1 h 32 min" in words(soup.select_one("main > .note"))
    assert words(soup.select_one(".lede b")) == "One thing needs attention."


@pytest.mark.parametrize(
    ("permission", "sections"),
    [
        ("metrics.view_metric", {"Quiet"}),
        ("support.view_ticket", {"Support"}),
        ("partnerships.view_integration", {"Integrations", "Outages"}),
    ],
)
def test_sections_are_for_those_who_may_see_them(sign_in, at, alive, permission, sections):
    weekly_metric(STEADY, at=at)
    watched(at)
    TicketFactory()

    soup = read(sign_in(permission), "/")

    shown = {name for name in ("Quiet", "Support", "Integrations", "Outages") if section(soup, name)}
    assert shown == sections


def test_queries_do_not_grow_with_rows(executive, at, alive, django_assert_num_queries):
    cache.clear()

    def add():
        weekly_metric([*STEADY, 40.0], at=at)
        watched(at, CheckState.DOWN, since=at - timedelta(hours=1))
        TicketFactory(priority=Priority.URGENT)

    add()
    with django_assert_num_queries(31):
        read(executive, "/")
    add()
    add()
    with django_assert_num_queries(31):
        read(executive, "/")


def test_a_full_overview_travels_light(executive, at, alive):
    for _ in range(30):
        watched(at, CheckState.DEGRADED, since=at - timedelta(days=9))
    for _ in range(10):
        weekly_metric([*STEADY, 40.0], at=at)

    response = executive.get("/", headers={"accept-encoding": "gzip"})

    assert response["Content-Encoding"] == "gzip"
    assert len(response.content) < 30_000


def test_drawings_and_ids_are_sound(executive, at, alive):
    for _ in range(3):
        weekly_metric([*STEADY, 40.0], at=at)
        watched(at, CheckState.DEGRADED, since=at - timedelta(hours=1))

    soup = read(executive, "/")

    drawings = [str(svg).replace("viewbox", "viewBox") for svg in soup.select(".spark svg")]
    assert len(drawings) == 6
    for drawing in drawings:
        assert_inside(drawing)
    ids = [node["id"] for node in soup.select("[id]")]
    assert len(ids) == len(set(ids))
    assert not soup.select("[style], style, script:not([src]), [onclick]")
