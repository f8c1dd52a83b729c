"""Percentiles of months read a few blocks only and still equal numpy's to the last bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.column_blocks import (
    BLOCK,
    Index,
    Together,
    cut_blocks,
    hash_blocks,
    interpolate,
    pack_block,
    pick_pair,
    quantile_of,
    quantile_rank,
    unpack_block,
    unpack_index,
)

NONE = np.empty(0, dtype=np.int64)
SHAPES = {
    "ties": lambda rng, n: rng.integers(-3, 3, n),
    "wide": lambda rng, n: rng.integers(-(2**61), 2**61, n),
    "waiting times": lambda rng, n: rng.exponential(1e11, n).astype(np.int64),
    "mostly zero": lambda rng, n: np.where(rng.random(n) < 0.7, 0, rng.integers(0, 10**9, n)),
}


def column(values, bounds=NONE):
    """The index and the blocks of a column, through their bytes."""
    ordered = np.sort(values.astype(np.int64))
    starts = cut_blocks(ordered, bounds)
    ends = np.append(starts[1:], len(ordered))
    index = Index(np.arange(1, len(starts) + 1), ordered[starts], ends - starts, int(ordered[-1]))
    index = unpack_index(index.pack())
    parts = [ordered[a:b] for a, b in zip(starts, ends, strict=True)]
    blocks = [unpack_block(pack_block(part), int(part[0]), len(part)) for part in parts]
    assert all(np.array_equal(a, b) for a, b in zip(parts, blocks, strict=True))
    return index, blocks


@given(
    shape=st.sampled_from(sorted(SHAPES)),
    sizes=st.lists(st.integers(1, 3 * BLOCK), min_size=1, max_size=6),
    quantile=st.one_of(st.sampled_from([0.0, 0.5, 0.9, 0.95, 1.0]), st.floats(0, 1)),
    scale=st.sampled_from([1, 1000, 3_600_000_000, 0.7]),
    seed=st.integers(0, 10_000),
)
@settings(max_examples=150, deadline=None)
def test_a_quantile_from_blocks_is_numpys(shape, sizes, quantile, scale, seed):
    rng = np.random.default_rng(seed)
    columns = [SHAPES[shape](rng, n).astype(np.int64) for n in sizes]
    cut = [column(values) for values in columns]
    everything = np.concatenate(columns)

    rank, weight = quantile_rank(len(everything), quantile)
    found = Together([index for index, _ in cut]).bracket(rank)
    low, high = pick_pair(found, {(c, b): cut[c][1][b] for c, b in found.wanted})

    assert interpolate(low, high, weight, scale) == np.quantile(everything / scale, quantile)
    assert quantile_of(everything, quantile, scale) == np.quantile(everything / scale, quantile)


def test_a_long_period_reads_few_of_its_blocks():
    rng = np.random.default_rng(1)
    cut = [column(SHAPES["waiting times"](rng, 20_000)) for _ in range(36)]

    found = Together([index for index, _ in cut]).bracket(quantile_rank(36 * 20_000, 0.5)[0])

    assert len(found.wanted) <= 4 * 36
    assert sum(len(index.ids) for index, _ in cut) > 1000


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_one_more_value_changes_few_blocks(shape):
    rng = np.random.default_rng(7)
    values = SHAPES[shape](rng, 20_000).astype(np.int64)
    ordered = np.sort(values)
    starts = cut_blocks(ordered, NONE)
    before = set(hash_blocks(ordered, starts).tolist())

    more = np.sort(np.append(values, values[3] + 1))
    again = cut_blocks(more, ordered[starts])
    after = set(hash_blocks(more, again).tolist())

    assert len(after - before) <= 2


def test_blocks_are_cut_anew_when_they_grow_and_joined_when_many_are_small():
    rng = np.random.default_rng(3)
    small = np.sort(rng.integers(0, 10**9, BLOCK))
    grown = np.sort(np.concatenate([small, rng.integers(0, 10**9, 40 * BLOCK)]))
    sizes = np.diff(np.append(cut_blocks(grown, small[cut_blocks(small, NONE)]), len(grown)))
    assert sizes.max() <= 2 * BLOCK

    crumbs = cut_blocks(small, small[::3])
    assert len(crumbs) <= 16 + 4


def test_every_number_of_64_bits_can_be_stored():
    ends = np.array([-(2**63), -1, 0, 2**63 - 1])
    assert np.array_equal(unpack_block(pack_block(ends), -(2**63), 4), ends)
