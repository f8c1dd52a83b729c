"""What a maintenance is planned by, and which plans are refused."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from foundation.errors import InvalidInputError
from partnerships.health.maintenance import WEEKDAYS, cron_problem, read_zone
from partnerships.models import (
    LONGEST_SECONDS,
    SHORTEST_SECONDS,
    HealthCheck,
    Integration,
    MaintenanceKind,
    MaintenanceSource,
    Partner,
)

LOOK_BACK = timedelta(days=31)
"""No plan reaches further into the past: what was reported long ago is corrected by adjustments, each with a reason."""
LOOK_AHEAD = timedelta(days=5 * 366)
MOST_NAMED = 500


@dataclass(frozen=True)
class NewMaintenance:
    """What is planned; see the model for the fields. At least one check, integration or partner is named."""

    title: str
    time_zone: str
    starts_at: datetime
    duration_seconds: int
    kind: str = MaintenanceKind.ONCE
    source: str = MaintenanceSource.OURS
    ends_at: datetime | None = None
    weekdays: Sequence[str] = ()
    local_start: time | None = None
    cron: str = ""
    partner: Partner | None = None
    integrations: Collection[Integration] = ()
    checks: Collection[HealthCheck] = ()
    reason: str = ""


TOO_OLD = f"Must not lie more than {LOOK_BACK.days} days back; propose an adjustment instead."


def refuse_impossible(new: NewMaintenance, *, at: datetime) -> None:
    """Raises InvalidInputError for the first field that is wrong."""
    if not new.title.strip():
        raise InvalidInputError("title", "Say what is done.")
    if read_zone(new.time_zone) is None:
        raise InvalidInputError("time_zone", "There is no such time zone; Europe/Berlin is one.")
    if not SHORTEST_SECONDS <= new.duration_seconds <= LONGEST_SECONDS:
        raise InvalidInputError("duration_seconds", f"Must be between {SHORTEST_SECONDS} and {LONGEST_SECONDS}.")
    _refuse_bounds(new, at=at)
    _refuse_rule(new)
    named = len(new.integrations) + len(new.checks)
    if not named and new.partner is None:
        raise InvalidInputError("checks", "Name a check, an integration or a partner.")
    if named > MOST_NAMED:
        raise InvalidInputError("checks", f"Name {MOST_NAMED} at most; a partner names all of its own.")


def _refuse_bounds(new: NewMaintenance, *, at: datetime) -> None:
    if new.starts_at < at - LOOK_BACK:
        raise InvalidInputError("starts_at", TOO_OLD)
    if new.starts_at > at + LOOK_AHEAD:
        raise InvalidInputError("starts_at", "Must lie within the next five years.")
    if new.ends_at is not None and new.ends_at <= new.starts_at:
        raise InvalidInputError("ends_at", "Must be after the start.")


def _refuse_rule(new: NewMaintenance) -> None:
    if new.kind not in MaintenanceKind.values:
        raise InvalidInputError("kind", f"Must be one of: {', '.join(MaintenanceKind.values)}.")
    _refuse_of_others(new)
    if new.kind == MaintenanceKind.WEEKLY:
        if not new.weekdays or not set(new.weekdays) <= set(WEEKDAYS):
            raise InvalidInputError("weekdays", f"Choose of: {', '.join(WEEKDAYS)}.")
        if new.local_start is None:
            raise InvalidInputError("local_start", "Say when it begins.")
    if new.kind == MaintenanceKind.CRON and (problem := cron_problem(" ".join(new.cron.split()))):
        raise InvalidInputError("cron", problem)


def _refuse_of_others(new: NewMaintenance) -> None:
    if new.kind != MaintenanceKind.WEEKLY and (new.weekdays or new.local_start is not None):
        name = "weekdays" if new.weekdays else "local_start"
        raise InvalidInputError(name, "Only a weekly maintenance has this.")
    if new.kind != MaintenanceKind.CRON and new.cron:
        raise InvalidInputError("cron", "Only a maintenance by a cron expression has one.")
    if new.kind == MaintenanceKind.ONCE and new.ends_at is not None:
        raise InvalidInputError("ends_at", "One that happens once ends by its duration.")
