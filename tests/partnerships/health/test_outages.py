from hypothesis import given
from hypothesis import strategies as st

from partnerships.health.outages import Outage, OutageFigures, list_outages, outage_figures
from partnerships.health.uptime import Accounting, Span, Window, tally
from tests.partnerships.health.test_uptime import DAY, HOUR, SECOND, maintenances, timelines, windows

SPANS = [
    Span(0, 10 * HOUR, "up"),
    Span(10 * HOUR, 11 * HOUR, "down"),
    Span(11 * HOUR, 15 * HOUR, "up"),
    Span(15 * HOUR, 15 * HOUR + 30 * SECOND, "down"),
    Span(15 * HOUR + 30 * SECOND, 20 * HOUR, "degraded"),
    Span(20 * HOUR, None, "down"),
]
WINDOW = Window(0, DAY, 23 * HOUR, 0)


def test_outages_and_their_figures():
    found = list_outages(SPANS, WINDOW)

    assert found == [Outage(10 * HOUR, 11 * HOUR), Outage(15 * HOUR, 15 * HOUR + 30 * SECOND), Outage(20 * HOUR, None)]
    assert outage_figures(found, tally(SPANS, WINDOW), WINDOW) == OutageFigures(
        count=3,
        mttr=(HOUR + 30 * SECOND) // 2,
        mtbf=(14 * HOUR + 5 * HOUR - 30 * SECOND) // 3,
        longest=3 * HOUR,
    )


def test_a_short_gap_is_no_outage_where_the_profile_says_so():
    minute = Accounting(min_outage_us=60 * SECOND)

    assert list_outages(SPANS, WINDOW, accounting=minute) == [Outage(10 * HOUR, 11 * HOUR), Outage(20 * HOUR, None)]
    assert tally(SPANS, WINDOW, accounting=minute) == tally(SPANS, WINDOW)


def test_an_outage_that_a_window_cuts_stays_whole_and_is_counted_once():
    early, late = Window(0, 10 * HOUR + HOUR // 2, DAY), Window(10 * HOUR + HOUR // 2, DAY, DAY)

    assert list_outages(SPANS[:3], early) == list_outages(SPANS[:3], late) == [Outage(10 * HOUR, 11 * HOUR)]
    counts = [
        outage_figures(list_outages(SPANS[:3], window), tally(SPANS, window), window).count for window in (early, late)
    ]
    assert counts == [1, 0]


def test_maintenance_cuts_an_outage():
    planned = [(10 * HOUR, 10 * HOUR + 20 * 60 * SECOND)]

    assert list_outages(SPANS[:3], WINDOW, maintenance=planned) == [Outage(10 * HOUR + 20 * 60 * SECOND, 11 * HOUR)]
    assert list_outages(SPANS[:3], WINDOW, maintenance=planned, accounting=Accounting(maintenance="measured")) == [
        Outage(10 * HOUR, 11 * HOUR)
    ]


def test_unknown_joins_an_outage_only_in_a_strict_contract():
    spans = [Span(0, HOUR, "down"), Span(HOUR, 2 * HOUR, "unknown"), Span(2 * HOUR, None, "up")]

    assert list_outages(spans, WINDOW) == [Outage(0, HOUR)]
    assert list_outages(spans, WINDOW, accounting=Accounting(unknown="down")) == [Outage(0, 2 * HOUR)]


def test_no_outage_has_no_figures():
    assert outage_figures([], tally([], WINDOW), WINDOW) == OutageFigures(0, None, None, None)


@given(timelines(), windows, maintenances, st.sampled_from(["exclude", "measured"]))
def test_outages_cut_to_the_window_are_its_downtime(spans, window, maintenance, rule):
    accounting = Accounting(maintenance=rule)
    start, end = window.effective

    found = list_outages(spans, window, maintenance=maintenance, accounting=accounting)

    cut = sum(min(end if o.end is None else o.end, end) - max(o.start, start) for o in found)
    assert cut == tally(spans, window, maintenance=maintenance, accounting=accounting).down
