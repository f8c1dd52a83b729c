from datetime import date
from zoneinfo import ZoneInfo

import pytest

from operations.business_time.rules import (
    RulesError,
    Week,
    Window,
    make_rules,
    parse_week,
    parse_window,
    parse_windows,
)

BAD = ["9:00-17:00", "09:00", "09:00-24:30", "24:00-09:00", "09:60-10:00", "", 7, None, "09:00–17:00", "٠٩:00-17:00"]


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("09:00-17:00", Window(540, 1020)),
        ("22:00-06:00", Window(1320, 1800)),
        ("00:00-24:00", Window(0, 1440)),
        ("08:00-08:00", Window(480, 1920)),
    ],
)
def test_window_is_read(text, window):
    assert parse_window(text) == window


@pytest.mark.parametrize("text", BAD, ids=repr)
def test_window_that_is_none_is_refused(text):
    with pytest.raises(RulesError):
        parse_window(text)


@pytest.mark.parametrize("windows", [[], "mon", {"monday": []}, {"mon": "09:00-17:00"}, {"mon": ["09:00-10:00"] * 13}])
def test_week_that_is_none_is_refused(windows):
    with pytest.raises(RulesError):
        parse_week(windows)


def test_day_follows_the_version_in_force_and_its_own_hours():
    early, late = parse_week({"mon": ["09:00-17:00"]}), parse_week({"mon": ["10:00-18:00"]})
    special = {date(2026, 3, 16): parse_windows(["09:00-12:00"])}
    weeks = [Week(date(2026, 3, 9), late), Week(date(2026, 1, 1), early)]
    rules = make_rules(ZoneInfo("UTC"), weeks, special)

    assert rules.windows_of(date(2025, 12, 29)) == (Window(540, 1020),), "before the first version it holds, too"
    assert rules.windows_of(date(2026, 3, 2)) == (Window(540, 1020),)
    assert rules.windows_of(date(2026, 3, 9)) == (Window(600, 1080),)
    assert rules.windows_of(date(2026, 3, 16)) == (Window(540, 720),)
    assert rules.windows_of(date(2026, 3, 10)) == ()
