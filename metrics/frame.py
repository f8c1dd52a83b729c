"""Source rows of a stretch of time as columns, so that a day is folded without a Python loop over its rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Integers = npt.NDArray[np.int64]


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

    `blobs` holds one object a row where a measure is no number, such as a histogram.
    """

    at: Integers
    measures: Mapping[str, Integers]
    dimensions: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)
    blobs: Sequence[Any] = ()

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
        )

    def between(self, start: datetime, end: datetime) -> "Frame":
        """The rows with start ≤ at < end."""
        return self.pick((self.at >= microsecond_of(start)) & (self.at < microsecond_of(end)))

    def where(self, conditions: Mapping[str, Any]) -> "Frame":
        """The rows whose dimensions have the given word, or one of the given words."""
        frame = self
        for key, wanted in conditions.items():
            words = wanted if isinstance(wanted, list) else [wanted]
            frame = frame.pick(np.isin(frame.dimensions[key].astype(str), words))
        return frame

    def segments(self, dimension: str) -> list[str]:
        """The words that occur in a dimension, sorted."""
        return sorted({str(word) for word in self.dimensions[dimension]})


def empty_frame(measures: Iterable[str], dimensions: Iterable[str]) -> Frame:
    """A frame without rows."""
    none = np.empty(0, dtype=np.int64)
    return Frame(
        at=none,
        measures=dict.fromkeys(measures, none),
        dimensions={k: np.empty(0, object) for k in dimensions},
    )
