from hypothesis import given, settings
from hypothesis import strategies as st

from charts.cover_strip import CoverDay, CoverHour, cover_strip
from charts.primitives import Caption
from tests.charts.drawing import assert_inside, assert_words_apart, classes_of, read_drawings, words_of

CAPTION = Caption("c", "Title", "Description")
AGENTS = st.floats(0, 60)


def strip(days, hours=(8, 20)):
    return cover_strip(days, CAPTION, hours=hours)


def day(number, values, words="covered"):
    hours = [CoverHour(8 + place, there, needed, there < needed) for place, (there, needed) in enumerate(values)]
    return CoverDay(f"Fri {number}", hours, words, is_short="−" in words)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.tuples(AGENTS, AGENTS), max_size=12), min_size=1, max_size=14), st.booleans())
def test_strip_stays_inside_with_its_words_apart(values, is_short):
    words = "−12 h" if is_short else "covered"
    for drawing in assert_inside(strip([day(10 + n, one, words) for n, one in enumerate(values)])):
        assert_words_apart(drawing)
        assert sum(word.text == words for word in drawing.words) == len(values)


def test_lacking_hours_are_filled_from_who_is_there_to_who_is_needed():
    wide, _ = read_drawings(strip([day(1, [(4, 2), (1, 4), (4, 4)], "−1 h")], hours=(8, 11)))

    (hour,) = [_box(node) for node in wide.node.iter("rect") if node.get("class") == "f-bad"]
    third = (1000 - 13 * 8) / 14 / 3
    assert [round(one, 1) for one in hour] == [round(third, 1), 18, round(third, 1), 48]


def _box(node):
    return [float(node.get(name)) for name in ("x", "y", "width", "height")]


def test_an_hour_that_does_not_exist_is_passed_over():
    hours = [CoverHour(1, 2, 3, is_lacking=True), CoverHour(3, 3, 3)]
    wide, _ = read_drawings(strip([CoverDay("Sun 8", hours, "−1 h", is_short=True)], hours=(1, 4)))

    (hour,) = [_box(node) for node in wide.node.iter("rect") if node.get("class") == "f-bad"]
    assert round(hour[2], 1) == round(64 * 2 / 3, 1)


def test_fourteen_days_are_one_line_or_two_weeks():
    wide, narrow = read_drawings(strip([day(n, [(1, 1)]) for n in range(10, 24)]))

    tops = [{round(word.box.top) for word in drawing.words if "Fri" in word.text} for drawing in (wide, narrow)]
    assert [len(one) for one in tops] == [1, 2]
    assert narrow.height > 2 * wide.height


def test_today_stands_out_and_a_short_day_has_its_shape():
    drawn = strip([day(1, [(1, 1)]), day(2, [(0, 1)], "−1 h")])

    classes = classes_of(drawn)
    assert (classes.count("t-ink"), classes.count("t-bad")) == (2, 2)
    assert "f-bad" in classes


def test_days_without_hours_and_no_days():
    assert "closed" in words_of(strip([CoverDay("Sun 1", [], "closed")]))
    assert words_of(strip([])) == ["no data", "no data"]
