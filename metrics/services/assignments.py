"""Assignment of units to arms: it follows from the salt, so that every server and every repetition agree."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import accumulate

from django.db import transaction

from foundation.bulk_rows import insert_missing_rows
from foundation.errors import InvalidInputError, ServiceError
from metrics.models import Assignment, Experiment, ExperimentArm, ExperimentState
from metrics.services.ingestion import check_text

LIMIT = 1000


class NotRunningError(ServiceError):
    """The experiment takes nothing in this state."""

    code = "not_running"


@dataclass(frozen=True)
class Assigned:
    """Which arm a unit is in, and whether this call put it there."""

    unit: str
    arm: ExperimentArm
    assigned_at: datetime
    is_new: bool


def assign_units(*, experiment: Experiment, units: Sequence[str], at: datetime) -> list[Assigned]:
    """The arm of each unit, in the order given; a unit that has one keeps it, whoever asks and how often.

    Raises NotRunningError where a new unit asks an experiment that does not run, InvalidInputError naming the row.
    """
    if not 1 <= len(units) <= LIMIT:
        raise InvalidInputError("units", f"Give 1 to {LIMIT} units.")
    for place, unit in enumerate(units):
        check_text(f"units.{place}", unit, 120)
    with transaction.atomic():
        known = _stored(experiment, units)
        missing = sorted(set(units) - set(known))
        if missing:
            _store(experiment, missing, at=at)
        stored = _stored(experiment, units) if missing else known
    return [Assigned(unit, stored[unit].arm, stored[unit].assigned_at, is_new=unit not in known) for unit in units]


def assign_unit(*, experiment: Experiment, unit: str, at: datetime) -> Assigned:
    """The arm of one unit."""
    return assign_units(experiment=experiment, units=[unit], at=at)[0]


def arms_of(experiment: Experiment, units: Sequence[str]) -> dict[str, ExperimentArm]:
    """The arm that the salt gives each unit."""
    arms = [arm for arm in sorted(experiment.arms.all(), key=lambda arm: arm.key) if arm.weight]
    ends = list(accumulate(arm.weight for arm in arms))
    return {unit: arms[bisect_right(ends, bucket_of(experiment.salt, unit, ends[-1]))] for unit in units}


def bucket_of(salt: str, unit: str, buckets: int) -> int:
    """The bucket of a unit, 0 to `buckets` - 1: SHA-256 of "salt:unit" as a whole number, scaled without rounding."""
    number = int.from_bytes(sha256(f"{salt}:{unit}".encode()).digest())
    return number * buckets >> 256


def _store(experiment: Experiment, units: Sequence[str], *, at: datetime) -> None:
    # The state is read under a lock that starting and ending take too: no unit joins after the end.
    state = Experiment.objects.select_for_update(of=("self",)).values_list("state", flat=True).get(pk=experiment.pk)
    if state != ExperimentState.RUNNING:
        raise NotRunningError(f"{experiment.key} is {ExperimentState(state).label.lower()} and takes no new units.")
    arms = arms_of(experiment, units)
    rows = [(experiment.pk, unit, arms[unit].pk, at) for unit in units]
    insert_missing_rows(
        Assignment, ("experiment_id", "unit", "arm_id", "assigned_at"), rows, unique=("experiment_id", "unit")
    )


def _stored(experiment: Experiment, units: Sequence[str]) -> dict[str, Assignment]:
    rows = Assignment.objects.filter(experiment=experiment, unit__in=set(units)).select_related("arm")
    return {row.unit: row for row in rows}
