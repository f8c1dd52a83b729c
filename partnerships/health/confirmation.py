"""Whether somebody else saw an outage too: a probe at another place, or the partner by its own status page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from partnerships.health.uptime import Span

FEED_LAG_US = 30 * 60 * 1_000_000
"""Partners admit an outage later than it begins: trouble that they tell of within this time is the same."""
TROUBLED = frozenset({"down", "degraded"})


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Who else saw it: names of probes, and whether the partner's page told of trouble."""

    probes: tuple[str, ...] = ()
    by_partner: bool = False

    @property
    def is_confirmed(self) -> bool:
        """False: suspected, since only our own probe saw it."""
        return bool(self.probes) or self.by_partner


def confirm(
    outage: Span, *, fails: Iterable[tuple[int, str]], feeds: Iterable[Sequence[Span]], now: int, slack: int
) -> Confirmation:
    """What else speaks for the outage, of (instant, probe) of failures elsewhere and timelines of status pages.

    A failure counts from `slack` microseconds before the outage, which is how long probes may lie apart, until its end.
    """
    end = now if outage.end is None else outage.end
    seen = {probe for moment, probe in fails if outage.start - slack <= moment < end}
    told_until = max(end, outage.start + FEED_LAG_US)
    by_partner = any(
        span.state in TROUBLED and span.start < told_until and (span.end is None or span.end > outage.start)
        for feed in feeds
        for span in feed
    )
    return Confirmation(tuple(sorted(seen)), by_partner)
