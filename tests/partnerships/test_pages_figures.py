"""What the pages' figures are made of: shares rounded down, budgets, days, silence and admissions."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from partnerships.health.outages import Outage
from partnerships.health.slo import budget_of
from partnerships.health.uptime import Accounting, Span, Tally, Window, to_us
from partnerships.models import CheckState
from partnerships.selectors.pages_figures import Figures, figures_in, figures_in_tier, list_windows
from partnerships.selectors.pages_timelines import StateNow, day_parts, day_states, silent_since, state_of, worst_of
from partnerships.selectors.pages_vendor import LATE_US, list_admissions
from partnerships.views.words import HOURS, MINUTES, budget_words, percent, profile_words, target_words, unit_of
from tests.factories import HealthCheckFactory

MINUTE_US, DAY_US = 60_000_000, 86_400_000_000
STANDARD = Accounting()
SLO = Fraction("0.999")
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


def figures(**minutes):
    return Figures(Tally(**{state: length * MINUTE_US for state, length in minutes.items()}), STANDARD)


def test_shares_are_rounded_down_and_only_a_whole_one_is_100():
    assert percent(Fraction(999_996, 1_000_000)) == "99.99"
    assert percent(Fraction(1)) == "100"
    assert percent(Fraction(949_999, 1_000_000), 1) == "94.9"
    assert percent(None) == "no data"


def test_a_target_is_written_without_idle_decimals():
    assert [target_words(Fraction(words)) for words in ("0.999", "0.95", "0.9995")] == ["99.9 %", "95 %", "99.95 %"]


def test_a_figure_is_quotable_from_95_percent_coverage_on():
    assert figures(up=95, unknown=5).is_quotable
    assert not figures(up=9499, unknown=501).is_quotable
    assert not figures().is_quotable


def granted(*, up=0, down=0, slo=SLO):
    return budget_of(slo, counted_us=(up + down) * MINUTE_US, lost_us=down * MINUTE_US)


def test_a_budget_is_written_rounded_down_with_its_sign():
    # 30 days grant 43.2 minutes at 99.9 %
    whole = 30 * 1440

    assert budget_words(granted(up=whole)) == "100%"
    assert budget_words(granted(up=whole - 37, down=37)) == "14%"
    assert budget_words(granted(up=whole - 150, down=150)) == "−248%"
    assert budget_words(None) == "no data"


def test_budgets_of_ten_hours_and_more_are_told_in_hours():
    small, large = granted(up=43_200), granted(up=43_200, slo=Fraction("0.95"))

    assert (unit_of(small), small and MINUTES.words(small.total_us)) == (MINUTES, "43.2 min")
    assert (unit_of(large), HOURS.words(large.total_us)) == (HOURS, "36.0 h")
    assert MINUTES.write(-MINUTE_US // 100) == "−0.1"


def test_a_promotion_splits_the_window():
    spans = [Span(0, 5 * DAY_US, "down"), Span(5 * DAY_US, None, "up")]
    tiers = [Span(0, 5 * DAY_US, "experimental"), Span(5 * DAY_US, None, "production")]
    window = Window(0, 10 * DAY_US, 10 * DAY_US, 0)

    before = figures_in_tier(spans, tiers, "experimental", window, STANDARD)
    after = figures_in_tier(spans, tiers, "production", window, STANDARD)

    assert (before.uptime, after.uptime) == (0, 1)
    assert before.tally + after.tally == figures_in(spans, window, STANDARD).tally


def test_months_are_cut_in_the_organisation_zone(settings):
    settings.ORGANISATION_TIME_ZONE = "America/New_York"

    *_, this, last = list_windows(datetime(2026, 4, 1, 3, tzinfo=UTC))  # still 31 March there

    assert (this.name, last.name) == ("March", "February")
    assert last.end == this.start == datetime(2026, 3, 1, 5, tzinfo=UTC)


def test_days_show_their_worst_state_and_ignore_short_blindness():
    midnight = to_us(AT.replace(hour=0))
    spans = [
        Span(midnight - 2 * DAY_US, midnight - DAY_US + 30 * MINUTE_US, "up"),
        Span(midnight - DAY_US + 30 * MINUTE_US, midnight - DAY_US + 60 * MINUTE_US, "unknown"),
        Span(midnight - DAY_US + 60 * MINUTE_US, midnight + MINUTE_US, "up"),
        Span(midnight + MINUTE_US, midnight + 2 * MINUTE_US, "down"),
        Span(midnight + 2 * MINUTE_US, None, "up"),
    ]

    assert day_states(spans, days=4, at=AT) == ("none", "up", "up", "down")
    assert day_states([Span(midnight, None, "unknown")], days=1, at=AT) == ("unknown",)


def test_day_parts_are_cut_at_local_midnight_and_blind_before_measuring():
    midnight = to_us(AT.replace(hour=0))
    spans = [
        Span(midnight - 120 * MINUTE_US, midnight + 60 * MINUTE_US, "down"),
        Span(midnight + 60 * MINUTE_US, None, "up"),
    ]

    parts = day_parts(spans, days=2, at=AT, measured_from=midnight - 120 * MINUTE_US)

    assert [(part.day, part.start, part.end, part.state) for part in parts] == [
        (0, 0.0, 22.0, "unknown"),
        (0, 22.0, 24.0, "down"),
        (1, 0.0, 1.0, "down"),
    ]


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (["up", "down"], "down"),
        (["up", "unknown"], "unknown"),
        (["paused", "up"], "up"),
        (["paused"], "paused"),
        ([], "none"),
    ],
)
def test_the_worst_of_several_states_counts(states, expected):
    assert worst_of(StateNow(state, AT) for state in states).state == expected


def test_a_check_that_nobody_swept_is_unknown_since_its_missed_probe():
    last = AT - timedelta(minutes=10)
    check = HealthCheckFactory.build(
        pk=1,
        state=CheckState.UP,
        state_since=AT - timedelta(days=3),
        interval_seconds=60,
        stale_at=last + timedelta(minutes=3),
    )

    assert silent_since(check, last + timedelta(minutes=2)) is None
    assert state_of(check, AT) == StateNow("unknown", last + timedelta(minutes=1))


def test_admissions_need_a_page_that_could_be_read_and_speak_within_half_an_hour():
    hour = 60 * MINUTE_US
    feed = [
        Span(0, hour, "unknown"),
        Span(hour, 3 * hour, "up"),
        Span(3 * hour, 4 * hour, "degraded"),
        Span(4 * hour, None, "up"),
    ]
    unread, unsaid = Outage(0, hour // 2), Outage(hour, 2 * hour)
    said, late = Outage(3 * hour - 10 * MINUTE_US, 4 * hour), Outage(3 * hour - LATE_US - 1, 4 * hour)

    found = list_admissions([unread, unsaid, said, late], feed, now=9 * hour)

    assert [(one.outage, one.lead_us) for one in found] == [(unsaid, None), (said, 10 * MINUTE_US), (late, None)]


def test_a_profile_is_told_in_words():
    strict = Accounting(unknown="down", degraded_weight=Decimal("0.5"), min_outage_us=MINUTE_US)

    assert profile_words(STANDARD) == "maintenance and unknown excluded, degraded counts as up"
    assert profile_words(strict) == (
        "maintenance excluded, unknown counted as down, degraded counts 50 % as down, outages from 1 min"
    )
