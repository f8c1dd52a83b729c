"""Where a page of a list begins, as one word in a URL."""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Self

_LONGEST_WORD = 4000
_BIGGEST = 2**63


@dataclass(frozen=True)
class Cursor:
    """The row beside which a page lies: its value in the order of the list, and its key."""

    side: Literal["before", "after"]
    value: Any
    pk: int

    def encode(self) -> str:
        value = ["t", self.value.isoformat()] if isinstance(self.value, datetime) else ["v", self.value]
        packed = json.dumps([self.side, *value, self.pk], separators=(",", ":"), ensure_ascii=False)
        return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, word: str, *, like: type) -> Self | None:
        """The cursor of a URL whose value is of the type; None, which means the first page, if it is none of ours."""
        try:
            packed = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)) if len(word) < _LONGEST_WORD else b""
            side, kind, value, pk = json.loads(packed)
            value = _read_instant(value) if kind == "t" else value
        except (ValueError, TypeError, RecursionError, OverflowError):
            return None
        is_ours = side in ("before", "after") and type(pk) is int and abs(pk) < _BIGGEST
        return cls(side, value, pk) if is_ours and type(value) is like and _is_storable(value) else None


def _read_instant(word: str) -> datetime:
    """In UTC, as databases keep it; ValueError or OverflowError for what they cannot."""
    found = datetime.fromisoformat(word)
    if found.tzinfo is None:
        raise ValueError(word)
    return found.astimezone(UTC)


def _is_storable(value: Any) -> bool:
    """Whether a database takes the value."""
    if isinstance(value, datetime):
        return True
    if isinstance(value, int):
        return abs(value) < _BIGGEST
    return "\0" not in value and value.encode("utf-8", "ignore").decode() == value
