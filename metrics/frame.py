"""Source rows of a stretch of time as columns, so that a day is folded without a Python loop over its rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Integers = npt.NDArray[np.int64]
MISSING = int(np.iinfo(np.int64).min)
"""What a measure holds in a row that has no value of it. It meets no condition, and kinds leave the row out."""
_COMPARISONS: Mapping[str, Any] = {"lt": np.less, "lte": np.less_equal, "gt": np.greater, "gte": np.greater_equal}


def to_microseconds(moments: Iterable[datetime]) -> Integers:
    """Aware datetimes as whole microseconds since 1970-01-01 UTC; exact, no floating point."""
    naive = [moment.astimezone(UTC).replace(tzinfo=None) for moment in moments]
    return np.array(naive, dtype="datetime64[us]").astype(np.int64)


def microsecond_of(moment: datetime) -> int:
    """One aware datetime as whole microseconds since 1970-01-01 UTC."""
    delta = moment - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


@dataclass(frozen=True)
class Frame:
    """Rows of a source: when each happened (µs since 1970 UTC), its measures (integers) and its dimensions (words).

    `keys` are the rows' primary keys, by which a source describes them. `blobs` holds one object a row where a measure
    is no number, such as a histogram.
    """

    at: Integers
    measures: Mapping[str, Integers]
    dimensions: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)
    blobs: Sequence[Any] = ()
    keys: Integers = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def __len__(self) -> int:
        return len(self.at)

    def pick(self, mask: npt.NDArray[Any]) -> "Frame":
        """The rows where `mask` (booleans or positions) holds."""
        positions = np.flatnonzero(mask) if mask.dtype == np.bool_ else mask
        return Frame(
            at=self.at[positions],
            measures={key: values[positions] for key, values in self.measures.items()},
            dimensions={key: values[positions] for key, values in self.dimensions.items()},
            blobs=[self.blobs[int(i)] for i in positions] if len(self.blobs) else (),
            keys=self.keys[positions] if len(self.keys) else self.keys,
        )

    def between(self, start: datetime, end: datetime) -> "Frame":
        """The rows with start ≤ at < end."""
        return self.pick((self.at >= microsecond_of(start)) & (self.at < microsecond_of(end)))

    def where(self, conditions: Mapping[str, Any]) -> "Frame":
        """The rows that meet every condition.

        A dimension's condition is a word, a list of words (one of them) or {"not": [words]} (none of them). A
        measure's is {"lt" | "lte" | "gt" | "gte": whole number in the measure's base unit}, one or more.
        """
        frame = self
        for name, wanted in conditions.items():
            frame = frame.pick(frame.meets(name, wanted))
        return frame

    def meets(self, name: str, wanted: Any) -> npt.NDArray[np.bool_]:
        """Which rows meet one condition."""
        if name in self.measures:
            values = self.measures[name]
            passed = [values != MISSING, *(_COMPARISONS[sign](values, bound) for sign, bound in wanted.items())]
            everything: npt.NDArray[np.bool_] = np.logical_and.reduce(passed)
            return everything
        words = self.dimensions[name]
        if isinstance(wanted, Mapping):
            return ~_any_of(words, wanted["not"])
        return _any_of(words, wanted if isinstance(wanted, list) else [wanted])

    def segments(self, dimension: str) -> list[str]:
        """The words that occur in a dimension, sorted."""
        return sorted({str(word) for word in self.dimensions[dimension]})


def _any_of(words: npt.NDArray[Any], wanted: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which words are one of the wanted ones."""
    met = np.zeros(len(words), dtype=np.bool_)
    for word in wanted:
        met |= np.asarray(words == word, dtype=np.bool_)
    return met


def join_frames(first: Frame, second: Frame) -> Frame:
    """The rows of two frames with the same measures and dimensions, one after the other; blobs are left behind."""
    return Frame(
        at=np.concatenate([first.at, second.at]),
        measures={key: np.concatenate([values, second.measures[key]]) for key, values in first.measures.items()},
        dimensions={key: np.concatenate([words, second.dimensions[key]]) for key, words in first.dimensions.items()},
        keys=np.concatenate([first.keys, second.keys]),
    )


def empty_frame(measures: Iterable[str], dimensions: Iterable[str]) -> Frame:
    """A frame without rows."""
    none = np.empty(0, dtype=np.int64)
    return Frame(
        at=none,
        measures=dict.fromkeys(measures, none),
        dimensions={k: np.empty(0, object) for k in dimensions},
    )
