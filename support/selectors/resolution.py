"""How long solved tickets took: the distribution behind the mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from django.core.cache import cache

from metrics.selectors.targets import expected_at, get_current_targets
from metrics.selectors.values import get_current_versions
from support.models import Ticket, TicketState

METRIC = "ticket_resolution_hours_mean"
BIN_HOURS = 6
BINS = 16
WINDOW = timedelta(days=28)
MANY = 5_000
"""From so many tickets on a distribution is kept for a while: reading them takes longer than the page around it."""
_KEPT = "support.resolution"
_KEPT_SECONDS = 600
_LEFT_OUT = (TicketState.MERGED, TicketState.SPAM)


@dataclass(frozen=True)
class Resolution:
    """Calendar hours from opening to the last solve; the last bin holds all beyond. At n = 0 figures are None."""

    n: int
    bins: Sequence[int]
    mean: float | None
    median: float | None
    p90: float | None
    beyond: int


def get_resolution_target(*, day: date) -> float | None:
    """What the mean should be on a day, in hours, by the metric's newest target; None without one; two queries."""
    version = get_current_versions([METRIC]).get(METRIC)
    target = get_current_targets([version.metric]).get(version.metric_id) if version else None
    return expected_at(target, day) if target else None


def get_resolution(*, at: datetime) -> Resolution:
    """The tickets whose last solve lies in the window before `at`, merged ones and spam left out.

    Percentiles are linear between the two nearest values, as in the metrics. Of many tickets it is as of up to ten
    minutes ago.
    """
    kept: Resolution | None = cache.get(_KEPT)
    if kept is not None:
        return kept
    found = _read_resolution(at)
    if found.n >= MANY:
        cache.set(_KEPT, found, _KEPT_SECONDS)
    return found


def _read_resolution(at: datetime) -> Resolution:
    rows = (
        Ticket.objects.filter(resolved_at__gt=at - WINDOW, resolved_at__lte=at)
        .exclude(state__in=_LEFT_OUT)
        .values_list("opened_at", "resolved_at")
    )
    hours = np.array([(resolved - opened).total_seconds() / 3600 for opened, resolved in rows if resolved])
    if not len(hours):
        return Resolution(0, [0] * BINS, None, None, None, 0)
    places = np.minimum(hours // BIN_HOURS, BINS - 1).astype(int)
    median, p90 = np.percentile(hours, [50, 90])
    return Resolution(
        n=len(hours),
        bins=[int(count) for count in np.bincount(places, minlength=BINS)],
        mean=float(hours.mean()),
        median=float(median),
        p90=float(p90),
        beyond=int((hours >= BIN_HOURS * BINS).sum()),
    )
