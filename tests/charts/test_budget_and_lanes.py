import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charts.budget import Remaining, budget
from charts.lanes import Gap, Lane, Stay, lanes
from charts.primitives import Caption
from tests.charts.drawing import assert_inside, assert_words_apart, classes_of, read_drawings, words_of

CAPTION = Caption("c", "Title", "Description")
QUICK = settings(max_examples=60, deadline=None)
SHARES = st.floats(0, 1)
STATES = st.sampled_from(["up", "degraded", "down", "unknown", "paused", "pending"])
STAYS = st.lists(st.builds(Stay, SHARES, SHARES, STATES, st.sampled_from(["", "37 min", "2 d 4 h"])), max_size=8)


@QUICK
@given(st.lists(st.floats(-5000, 43.2), min_size=1, max_size=31), st.floats(0.1, 5000))
def test_budget_stays_inside(left, total):
    labels = [(0, "22 Oct"), (len(left) // 2, "6 Nov"), (len(left) - 1, "today")]
    assert_inside(budget(Remaining(left, total, labels, now_label="−15.3 min"), CAPTION))


def test_budget_without_days_says_no_data():
    assert words_of(budget(Remaining([], 43.2), CAPTION)) == ["no data", "no data"]


def test_an_overspent_budget_goes_below_zero():
    wide, _ = read_drawings(budget(Remaining([43.2, 43.2, -15.3], 43.2, now_label="−15.3 min"), CAPTION))

    words = {word.text: word.box for word in wide.words}
    assert words["−15.3 min"].top > words["0"].top
    assert {"at risk below 20 %", "−20"} <= set(words)


@QUICK
@given(st.lists(STAYS, min_size=1, max_size=4), SHARES, SHARES)
def test_lanes_stay_inside(rows, start, end):
    drawn = [Lane(f"A check with a rather long name {i}", "Check", stays) for i, stays in enumerate(rows)]
    low, high = sorted((start, end))
    ticks = [(number / 6, f"{number:02d}:00") for number in range(7)]
    for drawing in assert_inside(lanes(drawn, CAPTION, ticks=ticks, gap=Gap(low, high, "19 min lead"))):
        names = [word for word in drawing.words if word.box.left < 60]
        assert names


def test_lanes_cut_long_names_and_keep_ticks_apart():
    rows = [Lane("Our measurement of everything", "Measurement of all", [Stay(0, 1, "up")])]

    drawings = read_drawings(lanes(rows, CAPTION, ticks=[(0.5, "12:00"), (0.51, "12:10")]))

    assert [word.text for word in drawings[0].words] == ["12:00", "Our measurement…"]
    for drawing in drawings:
        assert_words_apart(drawing)


@pytest.mark.parametrize(
    ("state", "cls"),
    [("up", "f-quiet"), ("down", "f-bad"), ("degraded", "f-watch"), ("paused", "s-hatch"), ("unknown", "f-none")],
)
def test_each_state_has_its_mark_and_none_is_too_thin_to_see(state, cls):
    drawing = lanes([Lane("Ours", "Ours", [Stay(0.5, 0.5001, state)])], CAPTION)

    assert cls in classes_of(drawing)
    assert all(box.right - box.left >= 1 for one in read_drawings(drawing) for box in one.shapes if state != "paused")


def test_words_show_only_where_they_fit():
    wide = lanes([Lane("Ours", "Ours", [Stay(0.1, 0.6, "down", "37 min"), Stay(0.7, 0.71, "down", "2 min")])], CAPTION)

    assert ("37 min" in words_of(wide), "2 min" in words_of(wide)) == (True, False)


def test_no_lanes_say_no_data():
    assert words_of(lanes([], CAPTION)) == ["no data", "no data"]
