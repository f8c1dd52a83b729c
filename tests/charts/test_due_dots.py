from hypothesis import given, settings
from hypothesis import strategies as st

from charts.due_dots import DotRow, dots_key, due_dots
from charts.primitives import Caption
from tests.charts.drawing import _shape, assert_inside, assert_words_apart, read_drawings

CAPTION = Caption("c", "Title", "Description")
DOTS = st.lists(st.tuples(st.floats(-2, 8), st.sampled_from(["bad", "watch", "open"])), max_size=60)
ROWS = st.lists(DOTS, min_size=1, max_size=4)


def draw(*rows):
    named = [DotRow(name, dots) for name, dots in zip(("Urgent", "High", "Normal", "Low"), rows, strict=False)]
    return due_dots(named, CAPTION, hours=(-2, 8))


def marks(drawing):
    """The boxes of the marks by class."""
    return [(node.get("class"), _shape(child)) for node in drawing.node.iter("g") for child in node]


def numbers(drawing):
    return [int(word.text[1:].replace(",", "")) for word in drawing.words if word.text.startswith("+")]


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_every_dot_is_drawn_or_counted_and_none_covers_another(rows):
    for drawing in assert_inside(draw(*rows)):
        boxes = [box for _, box in marks(drawing)]

        assert len(boxes) + sum(numbers(drawing)) == sum(map(len, rows))
        for index, one in enumerate(boxes):
            for other in boxes[index + 1 :]:
                beside = one.right <= other.left or other.right <= one.left
                assert beside or one.bottom <= other.top or other.bottom <= one.top
        assert_words_apart(drawing)


def test_dots_lie_at_their_hours_in_shape_and_colour_of_their_tone():
    wide, narrow = read_drawings(draw([(-1, "bad"), (0, "watch"), (4, "open")]))

    for drawing in (wide, narrow):
        found = {cls: (box.left + box.right) / 2 for cls, box in marks(drawing)}
        per_hour = (drawing.width - 66) / 10
        assert [round(found[cls] - 58) for cls in ("f-bad", "f-watch", "pt-now")] == [
            round(per_hour),
            round(2 * per_hour),
            round(6 * per_hour),
        ]
    assert sorted(child.tag for node in wide.node.iter("g") for child in node) == ["circle", "path", "path"]


def test_what_falls_on_one_spot_stands_one_above_the_other_and_the_rest_is_a_number():
    wide, _ = read_drawings(draw([(3, "open")] * 200, [(3, "open")]))

    assert (len(marks(wide)), numbers(wide)) == (9, [192])
    assert wide.height < 200


def test_numbers_at_the_end_stay_inside():
    for drawing in assert_inside(draw([(8, "open")] * 1500)):
        assert numbers(drawing) == [1492]


def test_an_empty_row_keeps_its_place():
    wide, _ = read_drawings(draw([], [(1, "bad")]))

    assert {"Urgent", "High", "now", "−2 h", "8 h"} <= {word.text for word in wide.words}


def test_key_has_each_mark_with_its_words():
    key = dots_key([("bad", "past <due>"), ("open", "in time")])

    assert "past &lt;due&gt;" in key
    assert key.count("<svg") == 2
