"""Day columns: the sorted values of one day, stored so that percentiles of any period are exact.

Sorted values are stored as differences, compressed; with minute-like data that is about two bytes a value.
"""

import zlib
from collections.abc import Iterable

import numpy as np

from metrics.frame import Integers


def pack_column(values: Integers) -> bytes:
    """The values, sorted, as bytes; the empty column is b""."""
    if not len(values):
        return b""
    ordered = np.sort(values)
    return zlib.compress(np.diff(ordered, prepend=np.int64(0)).astype("<i8").tobytes(), 1)


def unpack_column(data: bytes) -> Integers:
    """The sorted values that `pack_column` stored."""
    if not data:
        return np.empty(0, dtype=np.int64)
    return np.cumsum(np.frombuffer(zlib.decompress(bytes(data)), dtype="<i8")).astype(np.int64)


def merge_columns(columns: Iterable[bytes]) -> Integers:
    """All values of several columns, in no particular order."""
    parts = [unpack_column(data) for data in columns]
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
