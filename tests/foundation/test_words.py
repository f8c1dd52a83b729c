from datetime import UTC, datetime, timedelta

import pytest

from foundation.words import duration, figure, instant, joined, moment, signed, spelled, zone_name


@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [(None, 1, "no data"), (0, 1, "0.0"), (-0.04, 1, "0.0"), (1234.56, 1, "1,234.6"), (-7.25, 2, "−7.25"), (3, 0, "3")],
)
def test_figure(value, decimals, written):
    assert figure(value, decimals) == written


@pytest.mark.parametrize(
    ("value", "written"), [(None, "no data"), (0.0, "0.0"), (0.04, "0.0"), (1.2, "+1.2"), (-1.2, "−1.2")]
)
def test_signed(value, written):
    assert signed(value) == written


@pytest.mark.parametrize(
    ("span", "written"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3600, "1 h 00 min"),
        (timedelta(hours=3, minutes=6, seconds=59), "3 h 06 min"),
        (timedelta(hours=47, minutes=59), "47 h 59 min"),
        (timedelta(days=2, hours=4), "2 d 4 h"),
        (timedelta(minutes=-5), "−5 min"),
    ],
)
def test_duration(span, written):
    assert duration(span) == written


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (datetime(2026, 11, 20, 13, 12, tzinfo=UTC), "08:12"),
        (datetime(2026, 11, 20, 2, 0, tzinfo=UTC), "Thu 21:00"),
        (datetime(2026, 11, 9, 15, 10, tzinfo=UTC), "9 Nov 10:10"),
        (datetime(2025, 11, 9, 15, 10, tzinfo=UTC), "9 Nov 2025"),
        (datetime(2026, 11, 25, 15, 10, tzinfo=UTC), "25 Nov 10:10"),
    ],
)
def test_moment_is_on_the_organisations_clock(settings, at, written):
    settings.ORGANISATION_TIME_ZONE = "America/New_York"

    assert moment(at, now=datetime(2026, 11, 20, 14, 0, tzinfo=UTC)) == written


def test_zone_name_is_a_place(settings):
    settings.ORGANISATION_TIME_ZONE = "America/New_York"

    assert zone_name() == "New York"


def test_instant_is_on_the_organisations_clock(settings):
    settings.ORGANISATION_TIME_ZONE = "Europe/Berlin"

    assert instant(datetime(2026, 7, 9, 23, 5, tzinfo=UTC)) == "10 Jul 2026 01:05"


@pytest.mark.parametrize(("number", "written"), [(0, "no"), (1, "one"), (12, "twelve"), (13, "13"), (1200, "1,200")])
def test_spelled(number, written):
    assert spelled(number) == written


@pytest.mark.parametrize(
    ("parts", "written"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_joined(parts, written):
    assert joined(parts) == written
