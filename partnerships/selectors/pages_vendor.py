"""Our outages beside what the partner's own page said at the time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from partnerships.health.outages import Outage
from partnerships.health.uptime import Span

LATE_US = 30 * 60 * 1_000_000
_TROUBLE = frozenset({"degraded", "down"})
_SILENT = frozenset({"unknown", "pending", "paused"})


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether the partner's page told of one outage of ours. `said_at` is when it began to (µs since 1970), or None."""

    outage: Outage
    said_at: int | None

    @property
    def lead_us(self) -> int | None:
        """How much earlier we saw it; negative where they told first."""
        return None if self.said_at is None else self.said_at - self.outage.start


def list_admissions(outages: Sequence[Outage], feed: Sequence[Span], *, now: int) -> list[Admission]:
    """One for each outage during which the page could be read, in order.

    The page told of it if its trouble overlaps the outage and began at most 30 minutes after it.
    """
    found = []
    for outage in outages:
        end = now if outage.end is None else outage.end
        meanwhile = [span for span in feed if span.start < end and (span.end is None or span.end > outage.start)]
        if any(span.state not in _SILENT for span in meanwhile):
            said = [span.start for span in meanwhile if span.state in _TROUBLE]
            found.append(Admission(outage, min((at for at in said if at <= outage.start + LATE_US), default=None)))
    return found
