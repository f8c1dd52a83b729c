import itertools
import math
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charts.axis import clip, decimate, short, spread, thin, value_axis
from charts.primitives import (
    Caption,
    Markup,
    Scale,
    coordinate,
    element,
    figure,
    hatch,
    line,
    no_data,
    rect,
    steps,
    svg,
    text,
    text_width,
)
from tests.charts.drawing import assert_inside, read_drawings
from tests.charts.series import NUMBERS, SERIES

HOSTILE = '<script>alert("x")</script> & "quotes" \'too\''


def test_coordinate_keeps_one_decimal_and_no_idle_zero():
    assert [coordinate(v) for v in (1, 1.04, 1.25, -0.01, 100.0, 12.96)] == ["1", "1", "1.2", "0", "100", "13"]


def test_element_carries_class_and_light_look():
    assert element("path", "axis", d="M0 0") == '<path class="axis" fill="none" stroke="#bdb9b0" d="M0 0"/>'
    assert rect(0, 1, -5, 2, "f-bad") == '<rect class="f-bad" fill="#c8321f" x="0" y="1" width="0" height="2"/>'


def test_line_breaks_at_gaps_and_shows_a_lone_point():
    assert 'd="M0 0L1 1M3 3h0"' in line([(0, 0), (1, 1), None, (3, 3)], "line")
    assert line([None, None], "line") == ""


def test_steps_hold_each_value_until_the_next():
    assert steps([(0, 1), (2, 5)]) == [(0, 1), (2, 1), (2, 5)]


def test_hatch_stays_in_its_box():
    assert_inside(svg(20, 10, hatch(0, 0, 20, 10, 3), Caption("h", "Hatched")), slack=0.05)


def test_text_is_escaped_everywhere():
    markup = svg(200, 20, text(0, 12, HOSTILE), Caption('id"<', HOSTILE, HOSTILE))
    drawing = read_drawings(markup)[0]
    assert drawing.words[0].text == HOSTILE
    assert drawing.node.find("title").text == HOSTILE
    assert drawing.node.find("desc").text == HOSTILE
    assert "<script" not in markup
    assert "<script" not in figure(HOSTILE, HOSTILE, "", size='x"')


def test_markup_is_shown_as_it_is_by_templates():
    from django.template import Context, Template

    drawn = svg(10, 10, "", Caption("a", "Title"))
    assert isinstance(drawn, Markup)
    assert Template("{{ drawn }}").render(Context({"drawn": drawn})) == drawn


def test_no_data_says_so():
    body, height = no_data(200, 40)
    assert (height, [word.text for word in read_drawings(svg(200, 40, body, Caption("n", "None")))[0].words]) == (
        40,
        ["no data"],
    )


@given(NUMBERS, NUMBERS, st.floats(0, 1))
def test_scale_keeps_inside_its_range(a, b, share):
    low, high = sorted((a, b))
    at = Scale(low, high, 0, 100)(low + (high - low) * share if math.isfinite(high - low) else low)
    assert -1e-6 <= at <= 100 + 1e-6


def test_scale_puts_a_single_value_in_the_middle():
    assert Scale(5, 5, 0, 100)(5) == 50


@pytest.mark.parametrize(
    ("values", "from_zero", "ticks"),
    [
        ([20, 40], True, (0, 10, 20, 30, 40)),
        ([], True, (0, 0.25, 0.5, 0.75, 1)),
        ([99.9, 99.98], False, (99.9, 99.92, 99.94, 99.96, 99.98)),
        ([-30, 10], True, (-30, -20, -10, 0, 10)),
        ([0, 0], True, (0, 0.25, 0.5, 0.75, 1)),
    ],
)
def test_value_axis_is_round(values, from_zero, ticks):
    assert value_axis(values, from_zero=from_zero, count=4).ticks == pytest.approx(ticks)


@given(SERIES, st.booleans())
def test_value_axis_holds_all_values(values, from_zero):
    axis = value_axis(values, from_zero=from_zero)
    known = [v for v in values if v is not None]
    tolerance = (axis.high - axis.low) * 1e-6
    assert axis.low < axis.high
    assert all(axis.low - tolerance <= v <= axis.high + tolerance for v in known)
    assert 2 <= len(axis.ticks) <= 14
    assert axis.is_cut is (axis.low > 0 or axis.high < 0)


def test_short_labels():
    values = [0, 2.5, -3, 1200, 12_000, 1_500_000, 2e9, 5e13, 0.00002, 99.95]
    assert [short(v) for v in values] == ["0", "2.5", "−3", "1200", "12k", "1.5M", "2bn", "5e+13", "2.0e−05", "99.95"]


@given(st.lists(st.floats(0, 1000), max_size=60).map(sorted))
def test_thinned_labels_never_touch(places):
    kept = thin([(at, f"label {at:.0f}") for at in places])
    for (a, left), (b, right) in itertools.pairwise(kept):
        assert b - a >= (text_width(left) + text_width(right)) / 2
    assert bool(kept) is bool(places)


@given(st.lists(st.floats(0, 200), max_size=6))
def test_spread_labels_keep_their_distance(wanted):
    tops = spread(wanted, [14.0] * len(wanted), 0, 200)
    ordered = sorted(tops)
    assert all(b - a >= 14 - 1e-9 for a, b in itertools.pairwise(ordered))
    assert all(-1e-9 <= top <= 186 + 1e-9 for top in tops)


def test_clip_cuts_on_the_line():
    assert clip([(0, 0), (10, 10)], 2, 5) == [(2, 2), (5, 5)]
    assert clip([(0, 0), (4, 4), (10, 4)], 2, 12) == [(2, 2), (4, 4), (10, 4)]
    assert clip([(0, 0), (1, 1)], 2, 5) == []


def test_decimate_keeps_extremes_and_gaps():
    points = [(i / 100, float((i * 7919) % 1000)) for i in range(10_000)]
    points[5000] = None
    kept = decimate(points, limit=500)
    known = [p for p in kept if p]
    assert len(known) <= 4 * 102
    assert None in kept
    assert {min(p[1] for p in known), max(p[1] for p in known)} == {0.0, 999.0}
    assert decimate(points[:100], limit=500) == points[:100]


def test_malformed_markup_is_noticed_by_the_reader():
    with pytest.raises(ET.ParseError):
        read_drawings("<svg>")
