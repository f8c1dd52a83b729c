"""Results of probes elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from foundation.errors import InvalidInputError
from operations.models import User
from partnerships.models import OWN_PROBE, HealthCheck, Outcome, VantageResult

LATEST = timedelta(minutes=1)  # clocks elsewhere may be a little ahead
OLDEST = timedelta(days=7)


@dataclass(frozen=True)
class Sighting:
    """What the probe of that name saw of one check."""

    check: HealthCheck
    probe: str
    observed_at: datetime
    outcome: Outcome
    reason: str = ""
    detail: str = ""


def record_sighting(*, seen: Sighting, by: User, at: datetime) -> tuple[VantageResult, bool]:
    """The stored row, and whether it is new: a probe saw one thing of a check at an instant, which is never changed.

    It moves no state and no uptime. InvalidInputError for the name of our own probe, an instant that lies ahead or more
    than a week back, or another outcome than the one known.
    """
    if not seen.probe.strip() or seen.probe == OWN_PROBE:
        raise InvalidInputError("probe", f"Name the probe; {OWN_PROBE} is our own.")
    if not at - OLDEST <= seen.observed_at <= at + LATEST:
        raise InvalidInputError("observed_at", "Must lie within the last seven days.")
    with transaction.atomic():
        row, is_new = VantageResult.objects.get_or_create(
            health_check=seen.check,
            probe=seen.probe,
            observed_at=seen.observed_at,
            defaults={
                "outcome": seen.outcome,
                "reason": seen.reason,
                "detail": seen.detail,
                "recorded_by": by,
                "recorded_at": at,
            },
        )
    if row.outcome != seen.outcome:
        raise InvalidInputError("outcome", f"This probe has said {row.outcome} of this instant.")
    return row, is_new
