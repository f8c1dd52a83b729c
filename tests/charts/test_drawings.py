import itertools
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charts.bars import Bar, ValueMark, bars, histogram, share_bar
from charts.control import Break, ControlData, Fan, Flag, Goal, Mark, Phase, control
from charts.day_strip import Span, day_strip, interval_strip, state_key, worst
from charts.latency import Latency, latency
from charts.primitives import Caption, Markup
from charts.raster import Stretch, raster
from charts.six_twelve import Panel, six_twelve
from charts.spark import spark
from charts.state import SHAPES, assurance, shape, state, variation
from charts.table import details
from tests.charts.drawing import assert_inside, assert_words_apart, classes_of, read_drawings, words_of
from tests.charts.series import NUMBERS, POSITIVE, SERIES, Band, band_of

CAPTION = Caption("c", "Title", "Description")
STATES = st.sampled_from(["up", "degraded", "down", "unknown", "paused", "pending", "none"])
QUICK = settings(max_examples=60, deadline=None)


@QUICK
@given(SERIES, st.booleans(), st.booleans())
def test_spark_stays_inside(values, with_limits, with_path):
    limits = band_of(values) if with_limits else None
    marks = [Mark(i, "bad", up=True) for i, v in enumerate(values) if v is not None][:3]
    assert_inside(spark(values, CAPTION, limits=limits, path=values[::-1] if with_path else (), marks=marks))


def test_spark_without_values_says_no_data():
    assert words_of(spark([None, None], CAPTION)) == ["no data"]


def test_spark_rings_the_last_value_unless_it_signals():
    assert "pt-now" in classes_of(spark([1, 2, 3], CAPTION))
    marked = classes_of(spark([1, 2, 3], CAPTION, marks=[Mark(2, "good", up=True)]))
    assert ("pt-now" in marked, "f-good" in marked) == (False, True)


@QUICK
@given(SERIES, st.one_of(st.none(), NUMBERS), st.booleans(), st.booleans(), st.integers(-5, 200))
def test_control_stays_inside(values, partial, with_limits, from_zero, due):
    limits = band_of(values) if with_limits else None
    known = [v for v in values if v is not None]
    data = ControlData(
        values=values,
        ticks=[(i, f"W{i}") for i in range(0, len(values) + 20, 4)],
        unit="h",
        phases=[Phase(0, len(values) - 1, limits)] if limits else [],
        path=[(0.0, known[0]), (float(max(due, 1)), known[-1])] if known else [],
        goal=Goal(max(due, 1), known[-1], "target 8 h", "31 Jan", beyond="path to 8 h") if known else None,
        partial=partial,
        marks=[Mark(i, "bad", up=True) for i, v in enumerate(values) if v is not None][-2:],
        flags=[Flag(i, "A") for i, v in enumerate(values) if v is not None][:1],
        ranges=[None if v is None else abs(v) / 4 for v in values] if limits else [],
        range_limit=abs(known[0]) / 4 if limits else None,
        from_zero=from_zero,
    )
    for drawing in assert_inside(control(data, CAPTION)):
        assert drawing.width in {1000, 358}


def realistic() -> ControlData:
    values = [27.4, 26.2, 28.9, 25.8, 27.9, 28.6, 26.0, 27.1, 31.0, 33.2, 32.4, 30.6, 33.9, 32.8, 31.5, 33.0]
    values += [25.8, 24.1, 26.3, 25.0, 23.6, 25.4, 34.6, 25.9, 24.4, 25.7, 23.9, 24.8, 23.9, 22.8, 21.6, 20.9]
    ranges = [None, *(abs(b - a) for a, b in itertools.pairwise(values))]
    return ControlData(
        values=values,
        ticks=[
            (i * 4, month)
            for i, month in enumerate(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov"])
        ],
        unit="h",
        phases=[
            Phase(0, 7, Band(27.2, 23.4, 31)),
            Phase(8, 15, Band(32.2, 28, 36.5)),
            Phase(16, 31, Band(25.8, 18.1, 33.5)),
        ],
        path=[(16, 32), (40, 8)],
        goal=Goal(40, 8, "target 8 h", "31 Jan"),
        partial=20.0,
        marks=[Mark(22, "bad", up=True), Mark(31, "good", up=False)],
        flags=[Flag(16, "A"), Flag(22, "B")],
        breaks=[Break(8, "v3: reopen counts", is_definition=True), Break(16, "limits rebased", is_definition=False)],
        ranges=ranges,
        range_limit=9.4,
        fan=Fan([(31, 20.9), (40, 18)], [(31, 20.9), (40, 13)], [(31, 20.9), (40, 23)], "on trend"),
    )


def test_control_labels_never_collide():
    for drawing in assert_inside(control(realistic(), CAPTION)):
        assert_words_apart(drawing)


def test_control_shows_what_it_was_given():
    wide, narrow = read_drawings(control(realistic(), CAPTION))
    words = {word.text for word in wide.words}
    assert {"mean 25.8", "target 8 h", "31 Jan", "on trend", "18.0 h", "20.9", "today", "A", "B", "limit 33.5"} <= words
    assert "target 8 h, 31 Jan" in {word.text for word in narrow.words}
    assert wide.classes.count("break") == 2
    assert "line-old" in wide.classes
    assert "pt-part" in wide.classes
    assert wide.classes.count("f-bad") == 1


def test_control_draws_no_limits_that_were_not_given():
    markup = control(ControlData(values=[1, None, 3]), CAPTION)
    assert {"band", "limit", "centre", "fan"}.isdisjoint(classes_of(markup))
    assert words_of(control(ControlData(values=[None]), CAPTION)) == ["no data", "no data"]


def test_control_names_a_path_that_runs_on():
    data = ControlData(
        values=[32.0, 31.0, 30.0] * 4,
        path=[(0, 32), (500, 8)],
        goal=Goal(500, 8, "target 8 h", "2036", beyond="path to 8 h"),
    )
    words = words_of(control(data, CAPTION))
    assert "path to 8 h" in words
    assert "goal" not in classes_of(control(data, CAPTION))


def test_control_cuts_its_axis_visibly():
    values = [99.9, 99.95, 99.93]
    assert "99.9" in words_of(control(ControlData(values=values, from_zero=False), CAPTION))
    assert classes_of(control(ControlData(values=values, from_zero=False), CAPTION)).count("zero") == 4
    assert classes_of(control(ControlData(values=values), CAPTION)).count("zero") == 0


@QUICK
@given(
    st.lists(st.one_of(st.none(), NUMBERS), min_size=0, max_size=6),
    st.lists(st.one_of(st.none(), NUMBERS), max_size=12),
)
def test_six_twelve_stays_inside(weeks, months):
    panels = (
        Panel("6 weeks", [f"W{i}" for i in range(len(weeks))], weeks, weeks, weeks),
        Panel("12 months", [f"M{i}" for i in range(len(months))], months, months, months),
    )
    assert_inside(six_twelve(panels, CAPTION))


@QUICK
@given(st.lists(STATES, max_size=120))
def test_day_strip_stays_inside(states):
    assert_inside(day_strip(states, CAPTION))


def test_day_strip_draws_the_worst_and_nothing_where_nothing_was_measured():
    assert [worst(states) for states in (["up", "down"], ["up", "unknown"], ["paused", "up"], [])] == [
        "down",
        "unknown",
        "paused",
        "none",
    ]
    assert classes_of(day_strip(["up", "down", "degraded", "unknown"], CAPTION))[-4:] == [
        "f-quiet",
        "f-bad",
        "f-watch",
        "f-none",
    ]


@QUICK
@given(st.lists(st.tuples(st.floats(-1, 2), st.floats(-1, 2), STATES), max_size=30))
def test_interval_strip_stays_inside_and_loses_no_outage(parts):
    spans = [Span(min(a, b), max(a, b), state) for a, b, state in parts]
    drawing = assert_inside(interval_strip(spans, CAPTION))[0]
    assert drawing.classes.count("f-bad") == sum(span.state == "down" for span in spans)


@QUICK
@given(st.lists(st.tuples(st.integers(-2, 92), st.floats(-1, 26), st.floats(-1, 26), STATES), max_size=40))
def test_raster_stays_inside(parts):
    stretches = [Stretch(day, min(a, b), max(a, b), state) for day, a, b, state in parts]
    labels = [(9, "Sep"), (39, "Oct"), (70, "Nov"), (89, "Dec")]
    for drawing in assert_inside(raster(stretches, CAPTION, days=90, labels=labels)):
        assert_words_apart(drawing)


@QUICK
@given(SERIES)
def test_bars_stay_inside(values):
    assert_inside(bars([Bar(f"W{i}", value) for i, value in enumerate(values)], CAPTION))


@QUICK
@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=40), st.lists(st.floats(-10, 500), max_size=4))
def test_histogram_stays_inside(counts, marks):
    labelled = [ValueMark(value, f"p{i} {value:.1f}") for i, value in enumerate(marks)]
    assert_inside(histogram(counts, CAPTION, bin_width=6, marks=labelled, unit="h"))


@QUICK
@given(POSITIVE)
def test_latency_stays_inside(p95):
    p50 = [None if value is None else value / 2 for value in p95]
    data = Latency(
        p50, p95, [(0, "23 Aug"), (max(len(p95) - 1, 0), "Nov")], promise=800, promise_label="p95 promise 800 ms"
    )
    assert_inside(latency(data, CAPTION))


def test_latency_without_results_says_no_data():
    assert words_of(latency(Latency([None], [None]), CAPTION)) == ["no data", "no data"]


@pytest.mark.parametrize("share", [-1, 0, 0.4, 1, 7])
def test_share_bar_is_well_formed_and_hidden_from_readers(share):
    assert 'aria-hidden="true"' in share_bar(share, ticks=[0.5])


def test_every_drawing_is_deterministic():
    assert control(realistic(), CAPTION) == control(realistic(), CAPTION)
    assert spark([1, 2], CAPTION) == spark([1, 2], CAPTION)


def test_ids_come_from_the_caption():
    wide, narrow = read_drawings(control(realistic(), Caption("mine", "T")))
    assert (wide.node.get("aria-labelledby"), narrow.node.get("aria-labelledby")) == (
        "mine-w-t mine-w-d",
        "mine-n-t mine-n-d",
    )


def test_states_are_shape_and_word():
    assert state("bad", "<Down>") == f'<span class="st st-bad">{shape("bad")}&lt;Down&gt;</span>'
    assert 'class="st st-good"' in state("done", "x")
    assert 'class="st st-none"' in state("never heard of", "x")
    assert len({shape(tone) for tone in SHAPES}) == len(SHAPES)


def test_icons_say_what_they_mean():
    icons = [variation("common"), variation("none"), variation("high-bad"), assurance("fail"), assurance("mixed")]
    labels = [ET.fromstring(icon).get("aria-label") for icon in icons]
    assert labels == [
        "Common cause: no signal",
        "Too few points for limits",
        "Special cause, high: concern",
        "Behind the path",
        "Path in doubt",
    ]


def test_table_escapes_its_cells():
    markup = details("A <b>", ["Week", "Hours"], [["W1", "<i>"], ["W2", None]])
    assert "<i>" not in markup
    assert markup.count("<tr>") == 3


def test_key_has_an_entry_a_state():
    assert state_key(note="grey").count("<li>") == 6


def test_table_escapes_all_but_markup_and_sets_words_left():
    table = details("A <b>", ("Day", "Hours", "Said"), [("<i>", None, Markup("<a>x</a>"))], words=(2,))

    assert '<th scope="col">Day</th><th scope="col" class="num">Hours</th><th scope="col">Said</th>' in table
    assert '<th scope="row">&lt;i&gt;</th><td class="num"></td><td><a>x</a></td>' in table
    assert "A &lt;b&gt;" in table
