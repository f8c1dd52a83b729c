"""What open tickets weigh, and whose turn it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from support.models import Priority

WEIGHTS: Mapping[str, int] = {Priority.URGENT: 4, Priority.HIGH: 3, Priority.NORMAL: 2, Priority.LOW: 1}
"""What one open ticket counts towards its owner's cap."""

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Candidate:
    """Somebody who could take the ticket: what they have, what they may have, when they were last given one."""

    user_id: int
    profile_id: int
    load: int
    cap: int
    last_assigned_at: datetime | None


def choose(candidates: Iterable[Candidate], *, weight: int) -> Candidate | None:
    """Of those who stay within their cap the least loaded, then whoever has waited longest; None if nobody does."""
    able = [one for one in candidates if one.load + weight <= one.cap]
    return min(able, key=lambda one: (one.load, one.last_assigned_at or _NEVER, one.profile_id), default=None)
