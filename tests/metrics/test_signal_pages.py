"""What the page of a metric says about signals, limits and whether it gets there."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from metrics.models import AnnotationKind, Baseline, Direction, TargetShape
from metrics.selectors.values import calendar_for
from metrics.services.baselines import NewRebase, rebase_limits
from metrics.services.signals import judge_signals
from tests.factories import AnnotationFactory, MetricVersionFactory, PeriodValueFactory, TargetFactory, UserFactory
from tests.metrics.series import weekly_metric

STEADY = [20.0, 22.0, 21.0, 20.5] * 6 + [21.0, 22.0]

pytestmark = pytest.mark.django_db


@pytest.fixture
def at():
    return timezone.now()


@pytest.fixture
def coo(client):
    client.force_login(UserFactory(groups=["coo"]))
    return client


def page(client, version):
    response = client.get(version.metric.get_absolute_url())
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def words(node):
    return " ".join(node.get_text(" ").split())


def week(version, at, count):
    calendar = calendar_for(version)
    return calendar.period_start(calendar.day_of(at), "week") - timedelta(weeks=count)


def section(soup, heading):
    return next(s for s in soup.select("section.sec") if s.h2 and s.h2.get_text().startswith(heading))


def test_signals_are_listed_with_rules_and_false_alarms(coo, at):
    version = weekly_metric([*STEADY, 90.0], at=at, direction=Direction.DOWN)
    judge_signals(at=at)

    soup = page(coo, version)

    found = section(soup, "Signals")
    row = found.select_one("tbody tr")
    assert "Worsening" in words(row)
    assert "R1 R4 above: outside a limit, a jump beyond the range limit" in words(row)
    assert "90.0 h" in words(row)
    assert "within 24 weeks in 30 % of cases, R1 alone in 15 %" in words(found)
    assert "frozen on 26 weeks" in words(found) and "by the system" in words(found)
    assert "The change is real." in words(soup.select_one(".say"))


def test_provisional_limits_say_so(coo, at):
    version = weekly_metric(STEADY[:14], at=at)

    soup = page(coo, version)

    assert "provisional limits c ± 2.66 mR̄ from 14 of 26 weeks" in words(soup.select_one("figcaption"))
    assert "None so far." in words(section(soup, "Signals"))


def falling(rate, count=26):
    """A line with a ripple, so that the forecast has something to be unsure of."""
    return [40.0 - rate * i + (0.3, -0.4, 0.1)[i % 3] for i in range(count)]


def test_the_head_says_whether_it_gets_there(coo, at):
    version = weekly_metric(falling(0.5), at=at)
    today = calendar_for(version).day_of(at)
    due = today + timedelta(weeks=10)
    TargetFactory(
        metric=version.metric,
        baseline_value=40.0,
        target_value=8.0,
        start_on=today - timedelta(weeks=26),
        due_on=due,
        set_at=at,
    )

    soup = page(coo, version)

    said = words(soup.select_one(".say"))
    assert "behind the path." in said
    assert "a week from now; the last 8 weeks did −0.5." in said
    assert "On the trend of the last 26 weeks, −0.5 h a week, the target is met in" in said
    assert "under 1 % chance to hit it by" in said
    assert "fan: 80 % forecast" in words(soup.select_one("figcaption"))
    assert soup.select_one("svg.wide .fan") is not None


def test_too_few_weeks_have_no_forecast(coo, at):
    version = weekly_metric(falling(0.5, 6), at=at)
    today = calendar_for(version).day_of(at)
    TargetFactory(
        metric=version.metric, start_on=today - timedelta(weeks=5), due_on=today + timedelta(weeks=9), set_at=at
    )

    soup = page(coo, version)

    assert "No forecast: 6 of 8 weeks" in words(soup.select_one(".say"))
    assert soup.select_one(".fan") is None


def test_a_forecast_that_has_not_earned_it_hides(coo, at):
    version = weekly_metric([10.0, 10.1] * 10 + [50.0, 50.1] * 4, at=at)
    today = calendar_for(version).day_of(at)
    TargetFactory(
        metric=version.metric, start_on=today - timedelta(weeks=5), due_on=today + timedelta(weeks=9), set_at=at
    )

    soup = page(coo, version)

    assert "No forecast: past bands held" in words(soup.select_one(".say"))
    assert soup.select_one(".fan") is None


def test_phases_are_drawn_apart_with_their_reasons(coo, at):
    version = weekly_metric([*STEADY, *[11.0, 9.0] * 8], at=at)
    judge_signals(at=at)
    new = NewRebase(version, week(version, at, 16), "triage rota", wanted=16)
    rebase_limits(new=new, by=UserFactory(), at=at)

    drawing = page(coo, version).select_one("svg.wide")

    texts = [t.get_text() for t in drawing.select("text")]
    assert "limits rebased: triage rota" in texts
    assert len([t for t in texts if t.startswith("limit ")]) == 5  # Two a phase, and the range limit.
    assert len(drawing.select("rect.band")) == 2


def test_a_definition_break_is_a_double_line_with_its_reason(coo, at):
    version = weekly_metric([*STEADY, *[31.0, 30.0] * 7], at=at)
    began = week(version, at, 14)
    newer = MetricVersionFactory(
        metric=version.metric,
        number=2,
        kind=version.kind,
        source=version.source,
        formula=version.formula,
        reason="a reopen counts",
        effective_from=calendar_for(version).midnight(began),
    )
    for step in range(14):
        PeriodValueFactory(
            version=newer, grain="week", start=began + timedelta(weeks=step), value=30.0 + step % 2, computed_at=at
        )

    drawing = page(coo, version).select_one("svg.wide")

    assert "v2: a reopen counts" in [t.get_text() for t in drawing.select("text")]
    assert (len(drawing.select(".break")), len(drawing.select(".line-old"))) == (2, 1)


def test_what_happened_is_lettered_in_order(coo, at):
    version = weekly_metric(STEADY, at=at)
    AnnotationFactory(metric=version.metric, happened_on=week(version, at, 3), text="Macro ships", made_at=at)
    AnnotationFactory(
        metric=None, happened_on=week(version, at, 8), text="Outage", kind=AnnotationKind.INCIDENT, made_at=at
    )
    AnnotationFactory(metric=version.metric, happened_on=week(version, at, 90), text="Long ago", made_at=at)

    soup = page(coo, version)

    assert [words(li)[:1] for li in soup.select("ul.marks li")] == ["A", "B"]
    assert "Outage (incident)" in words(soup.select("ul.marks li")[0])
    assert "Long ago" not in words(soup)
    assert len(soup.select("svg.wide .flag")) == 2


@pytest.mark.parametrize(
    ("shape", "fields"),
    [
        (TargetShape.LINEAR, {}),
        (TargetShape.S_CURVE, {}),
        (TargetShape.STEP, {}),
        (TargetShape.LEVEL, {"baseline_value": None, "due_on": None}),
        (TargetShape.MILESTONES, {"milestones": "two"}),
    ],
)
def test_every_shape_is_drawn(coo, at, shape, fields):
    version = weekly_metric(STEADY, at=at)
    today = calendar_for(version).day_of(at)
    due = today + timedelta(weeks=6)
    if fields.get("milestones"):
        stones = [(today - timedelta(weeks=4), 18.0), (due, 8.0)]
        fields = {"milestones": [{"day": day.isoformat(), "value": value} for day, value in stones]}
    TargetFactory(
        metric=version.metric,
        shape=shape,
        set_at=at,
        **({"start_on": today - timedelta(weeks=20), "due_on": due} | fields),
    )

    drawing = page(coo, version).select_one("svg.wide")

    (path,) = drawing.select("path.path")
    assert path["d"].count("L") == {"linear": 1, "s_curve": 26, "step": 2, "level": 1, "milestones": 4}[shape]


def test_a_band_shows_both_ends(coo, at):
    version = weekly_metric(STEADY, at=at, direction=Direction.BAND)
    TargetFactory(
        metric=version.metric,
        shape=TargetShape.LEVEL,
        baseline_value=None,
        due_on=None,
        target_value=19.0,
        upper_value=23.0,
        set_at=at,
    )

    soup = page(coo, version)

    assert len(soup.select("svg.wide path.path")) == 2
    assert "Within its target band." in words(soup.select_one(".say"))


def test_capability_is_shown_where_it_may_be(coo, at):
    version = weekly_metric([20.0, 22.0, 21.0] * 12, at=at, lower_spec=15.0, upper_spec=27.0)

    soup = page(coo, version)

    assert "Cp 1.66, Cpk 1.66" in words(section(soup, "Signals"))
    assert "100.0 % of 36 weeks within specification" in words(section(soup, "Signals"))


def test_limits_are_rebased_from_the_page(coo, at):
    version = weekly_metric([*STEADY, *[11.0, 9.0] * 8], at=at)
    judge_signals(at=at)
    url = reverse("metrics:rebase", kwargs={"key": version.metric.key})
    day = week(version, at, 16)

    assert coo.get(url).status_code == 200
    wrong = coo.post(url, {"first_period": "2031-01-01", "wanted": 16, "method": "mean", "reason": "rota"})
    assert "Must not lie in the future." in wrong.content.decode()
    right = coo.post(url, {"first_period": day.isoformat(), "wanted": 16, "method": "median", "reason": "rota"})

    assert (right.status_code, right["Location"]) == (302, version.metric.get_absolute_url())
    row = Baseline.objects.order_by("pk").last()
    assert (row.first_period, row.n, row.method, row.frozen_by.is_active) == (day, 16, "median", True)
    assert "median ± 3.145" in words(page(coo, version).select_one("figcaption"))
