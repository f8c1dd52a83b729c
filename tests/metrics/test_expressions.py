import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.errors import InvalidInputError
from metrics.expressions import FIELD, parse_expression

NAMES = ("revenue", "cost", "n")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(revenue - cost) / revenue", 0.25),
        ("revenue - cost * 2 + 1.5", -8.5),
        ("-cost", -15.0),
        ("min(revenue, cost, 3) + max(1, n) + abs(-2)", 3 + 4 + 2.0),
        ("100 * revenue / (cost + 5)", 100.0),
    ],
)
def test_value(text, value):
    found = parse_expression(text).evaluate({"revenue": 20.0, "cost": 15.0, "n": 4.0})

    assert found == value


def test_names_in_order_once():
    assert parse_expression("cost + revenue / cost").names == ("cost", "revenue")


@pytest.mark.parametrize("values", [{"a": 1.0, "b": 0.0}, {"a": 1.0, "b": None}, {"a": 1.0}, {"a": 1e308, "b": 1e-300}])
def test_no_value_where_there_can_be_none(values):
    assert parse_expression("a / b").evaluate(values) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Write an expression"),
        (None, "Write an expression"),
        (7, "Write an expression"),
        ("a +", "at character"),
        ("a ** b", "At character 1"),
        ("a % b", "At character 1"),
        ("1 + a.b", "At character 5"),
        ("a[0]", "At character 1"),
        ("__import__('os')", "At character 1"),
        ("eval(a)", "At character 1"),
        ("'x' + a", "At character 1"),
        ("a + True", "At character 5"),
        ("a + 1j", "At character 5"),
        ("a if b else c", "At character 1"),
        ("lambda: a", "At character 1"),
        ("[a]", "At character 1"),
        ("a and b", "At character 1"),
        ("a < b", "At character 1"),
        ("min(a)", "two or more"),
        ("abs(a, b)", "one argument"),
        ("max(*a)", "two or more"),
        ("min(a, b=1)", "two or more"),
        ("a + min", "parentheses"),
        ("1 + 2", "Names no metric"),
        ("a + 1e999", "too large"),
        ("a + " + "9" * 400, "too large"),
        ("(" * 240 + "a" + ")" * 240, "Cannot be read"),
        ("a" + " + a" * 120, "too long"),
        ("a" * 501, "at most 500"),
        ("a\0b", "Cannot be read"),
        ("a; b", "at character"),
    ],
)
def test_what_is_refused_says_why(text, words):
    with pytest.raises(InvalidInputError) as refusal:
        parse_expression(text)

    assert refusal.value.field == FIELD
    assert words in refusal.value.message


@settings(deadline=None)
@given(st.text(alphabet="ab01.+-*/() minaxs,_[]='\"\\\n", max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        expression = parse_expression(text)
    except InvalidInputError:
        return
    expression.evaluate(dict.fromkeys(expression.names, 2.0))


TREES = st.recursive(
    st.sampled_from(NAMES) | st.integers(0, 9).map(str),
    lambda inner: st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
    max_leaves=12,
)


@settings(deadline=None)
@given(text=TREES, numbers=st.tuples(*[st.integers(-5, 5).map(float)] * 3))
def test_equals_python_itself(text, numbers):
    values = dict(zip(NAMES, numbers, strict=True))
    try:
        wanted = float(eval(text, {}, values))
    except ZeroDivisionError:
        wanted = None
    if not any(name in text for name in NAMES):
        return

    assert parse_expression(text).evaluate(values) == wanted
