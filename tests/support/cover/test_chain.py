from hypothesis import given
from hypothesis import strategies as st

from support.cover.chain import find_substitute

PEOPLE = range(7)


def reachable_by_hand(owner, substitutes):
    """Brute force: look at every walk of every length and take where the shortest one that ends with somebody there ends."""
    for length in range(1, len(PEOPLE) + 1):
        one = owner
        for step in range(length):
            if one not in substitutes or substitutes[one] is None:
                break
            one = substitutes[one]
            if step == length - 1 and one not in substitutes:
                return one
    return None


@given(
    st.dictionaries(st.sampled_from(PEOPLE), st.none() | st.sampled_from(PEOPLE)).map(
        lambda found: {one: None if found[one] == one else found[one] for one in found}
    )
)
def test_the_chain_ends_with_whom_a_search_of_all_walks_finds(substitutes):
    for owner in substitutes:
        assert find_substitute(owner, substitutes) == reachable_by_hand(owner, substitutes)


def test_a_circle_and_an_end_lead_to_nobody():
    assert find_substitute(1, {1: 2, 2: 3, 3: 2}) is None
    assert find_substitute(1, {1: 2, 2: 1}) is None
    assert find_substitute(1, {1: 2, 2: None}) is None
    assert find_substitute(1, {1: 2, 2: 3}) == 3
