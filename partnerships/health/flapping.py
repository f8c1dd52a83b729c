"""Checks that change their state again and again: said once, while the intervals go on telling the truth."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

FLAP_TRANSITIONS = 6
FLAP_WINDOW = timedelta(hours=1)


def flapping_since(
    transitions: Sequence[datetime], *, already: datetime | None, at: datetime, limit: int = FLAP_TRANSITIONS
) -> datetime | None:
    """Since when a check flaps that has just changed its state; None where it does not.

    It begins with the first of more than `limit` transitions within FLAP_WINDOW, and ends when there was none for as
    long. `transitions` are those of the window that ends now, the newest included, in any order.
    """
    recent = [moment for moment in transitions if at - FLAP_WINDOW < moment <= at]
    if already is not None:
        return already if len(recent) > 1 else None
    return min(recent) if len(recent) > limit else None
