"""Series that charts must survive: gaps, one point, equal values, huge and tiny ones."""

from dataclasses import dataclass

from hypothesis import strategies as st

NUMBERS = st.one_of(
    st.floats(min_value=-1e15, max_value=1e15, allow_nan=False, allow_infinity=False),
    st.integers(min_value=-(10**9), max_value=10**9).map(float),
    st.sampled_from([0.0, 1.0, 99.99, 1e-9, 1e300, -1e300]),
)
SERIES = st.one_of(
    st.lists(st.one_of(st.none(), NUMBERS), max_size=60),
    st.tuples(NUMBERS, st.integers(1, 60)).map(lambda pair: [pair[0]] * pair[1]),
)
POSITIVE = st.lists(st.one_of(st.none(), st.floats(min_value=0, max_value=1e9)), max_size=90)


@dataclass(frozen=True)
class Band:
    centre: float
    lower: float
    upper: float


def band_of(values) -> Band | None:
    """Some limits around the known values."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    low, high = min(known), max(known)
    return Band(low / 2 + high / 2, low, high)
