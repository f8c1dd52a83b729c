"""A month's sorted values in small blocks with an index, so that a long period's percentile reads only a few of them.

The index says from which value on each block holds how many. Combined over months it brackets the wanted order
statistics; only blocks that reach into the bracket are read. An edit replaces the blocks whose values changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from metrics.frame import Integers

BLOCK = 512
_HEAD = 8
_HALF = 0.5
Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Index:
    """The blocks of one sorted column, in order: their row ids, least values and sizes; `top` is the greatest value."""

    ids: Integers
    mins: Integers
    counts: Integers
    top: int

    @cached_property
    def n(self) -> int:
        return int(self.counts.sum())

    @property
    def maxs(self) -> Integers:
        """An upper bound of each block: where the next one begins."""
        return np.append(self.mins[1:], self.top)[: len(self.mins)]  # None for a column without values.

    def pack(self) -> bytes:
        """The index as bytes; none for the empty column."""
        if not len(self.ids):
            return b""
        return self.top.to_bytes(_HEAD, "little", signed=True) + b"".join(
            part.astype("<i8").tobytes() for part in (self.ids, self.mins, self.counts)
        )


def unpack_index(data: bytes) -> Index:
    """The index that `Index.pack` stored."""
    if not data:
        none = np.empty(0, dtype=np.int64)
        return Index(none, none, none, 0)
    body = np.frombuffer(data, dtype="<i8", offset=_HEAD).reshape(3, -1)
    return Index(body[0], body[1], body[2], int.from_bytes(data[:_HEAD], "little", signed=True))


def cut_blocks(ordered: Integers, bounds: Integers) -> Integers:
    """Where the blocks of a sorted column begin: at the known bounds, so that a small change moves few of them.

    A block that has grown to twice its size is cut anew, unless all its values are equal; many small ones are joined by
    cutting everything anew.
    """
    if not len(ordered):
        return np.empty(0, dtype=np.int64)
    starts = np.unique(np.append(0, np.searchsorted(ordered, bounds)))
    starts = starts[starts < len(ordered)]
    if len(starts) > 16 + 4 * len(ordered) // BLOCK:
        starts = np.zeros(1, dtype=np.int64)
    ends = np.append(starts[1:], len(ordered))
    big = np.flatnonzero((ends - starts > 2 * BLOCK) & (ordered[starts] != ordered[ends - 1]))
    cuts = [_cut(ordered, int(starts[i]), int(ends[i])) for i in big]
    return np.unique(np.concatenate([starts, *cuts])).astype(np.int64)


def _cut(ordered: Integers, start: int, end: int) -> Integers:
    """Cuts of one block at every 512th value, moved to where equal values begin, and behind long runs of equal ones."""
    part = ordered[start:end]
    steps = part[BLOCK::BLOCK]
    begins, behind = np.searchsorted(part, steps), np.searchsorted(part, steps, side="right")
    cuts = np.concatenate([begins, behind[behind - begins > BLOCK]])
    return start + cuts[cuts < len(part)]


def hash_blocks(ordered: Integers, starts: Integers) -> Hashes:
    """A 64-bit hash of each block's values, by which an unchanged block is known."""
    if not len(ordered):
        return np.empty(0, dtype=np.uint64)
    mixed = ordered.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(32)
    return np.asarray(np.add.reduceat(mixed, starts), dtype=np.uint64)


def pack_block(values: Integers) -> bytes:
    """Sorted values as distances from the least, in the fewest bytes that hold the greatest."""
    span = int(values[-1]) - int(values[0])
    width = next(size for size in (1, 2, 4, 8) if span < 1 << (8 * size))
    return (values.astype(np.uint64) - np.uint64(int(values[0]) % (1 << 64))).astype(f"<u{width}").tobytes()


def unpack_block(data: bytes, least: int, count: int) -> Integers:
    """The sorted values that `pack_block` stored."""
    far = np.frombuffer(data, dtype=f"<u{len(data) // count}").astype(np.int64)
    return np.asarray(far + np.int64(least), dtype=np.int64)


@dataclass(frozen=True)
class Bracket:
    """Which blocks hold the order statistics `rank` and `rank` + 1 of several columns, and how many values lie below.

    `wanted` are (column, block) positions.
    """

    rank: int
    n: int
    below: int
    wanted: Sequence[tuple[int, int]]


class Together:
    """The indexes of several columns taken together and sorted once, for any number of order statistics."""

    def __init__(self, columns: Sequence[Index]) -> None:
        self._mins, self._maxs, self._counts = (
            np.concatenate([np.empty(0, dtype=np.int64), *(getattr(column, part) for column in columns)])
            for part in ("mins", "maxs", "counts")
        )
        self._sizes = [len(column.ids) for column in columns]
        self.n = int(self._counts.sum())
        self._from_below = _Thresholds(self._maxs, self._counts)
        self._from_above = _Thresholds(-self._mins, self._counts)

    def bracket(self, rank: int) -> Bracket:
        """The blocks to read for the order statistics `rank` and `rank` + 1, counted from 0."""
        low, high = -self._from_above.holding(self.n - rank), self._from_below.holding(min(rank + 2, self.n))
        taken = np.flatnonzero((self._maxs >= low) & (self._mins <= high))
        owner = np.repeat(np.arange(len(self._sizes)), self._sizes)
        first = np.cumsum([0, *self._sizes[:-1]])
        wanted = [(int(owner[i]), int(i - first[owner[i]])) for i in taken]
        return Bracket(rank, self.n, int(self._counts[self._maxs < low].sum()), wanted)


class _Thresholds:
    """How many values the blocks hold that lie wholly up to each bound."""

    def __init__(self, bounds: Integers, counts: Integers) -> None:
        order = np.argsort(bounds, kind="stable")
        self._bounds, self._held = bounds[order], np.cumsum(counts[order])

    def holding(self, wanted: int) -> int:
        """The least bound up to which blocks hold the wanted number of values between them."""
        return int(self._bounds[np.searchsorted(self._held, wanted)])


def pick_pair(found: Bracket, blocks: Mapping[tuple[int, int], Integers]) -> tuple[int, int]:
    """The two order statistics from the blocks that were read; at the top both are the greatest value."""
    values = np.concatenate([blocks[place] for place in found.wanted])
    at = found.rank - found.below
    after = min(at + 1, found.n - 1 - found.below)
    values.partition(sorted({at, after}))
    return int(values[at]), int(values[after])


def quantile_rank(n: int, quantile: float) -> tuple[int, float]:
    """Between which order statistics the quantile of n values lies: the lower one's rank and the weight of the next."""
    place = (n - 1) * quantile
    rank = min(int(place), n - 1)
    return rank, place - rank if rank < n - 1 else 0.0


def interpolate(low: int, high: int, weight: float, scale: float) -> float:
    """Between two neighbouring values exactly as numpy.quantile does it (its `_lerp`), in the metric's unit."""
    below, above = float(low) / float(scale), float(high) / float(scale)
    apart = above - below
    return above - apart * (1 - weight) if weight >= _HALF else below + apart * weight


def quantile_of(values: Integers, quantile: float, scale: float) -> float:
    """numpy.quantile(values / scale, quantile) to the last bit, without dividing them all."""
    rank, weight = quantile_rank(len(values), quantile)
    after = min(rank + 1, len(values) - 1)
    placed = np.partition(values, sorted({rank, after}))
    return interpolate(int(placed[rank]), int(placed[after]), weight, scale)
