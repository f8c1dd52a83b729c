"""Taking in what units saw and did: whole batches or nothing, each row once by its key, refusals by row."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet

from foundation.bulk_rows import insert_missing_rows
from foundation.errors import InvalidInputError, ServiceError
from metrics.models import Experiment, ExperimentState, Exposure, ProductEvent, UnitOutcome

LIMIT = 1000
CLOCK_SKEW = timedelta(minutes=5)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
MAX_PROPERTIES = 4096


class RowConflictError(ServiceError):
    """A key was used for other content; says which row."""

    code = "key_reused"


class ClosedError(ServiceError):
    """The experiment is not started yet, or its result is frozen."""

    code = "not_running"


@dataclass(frozen=True)
class Taken:
    """How many rows were new and how many were known already, with the same content."""

    stored: int
    known: int


def record_exposures(*, experiment: Experiment, rows: Sequence[Mapping[str, Any]], at: datetime) -> Taken:
    """Store exposures {unit, arm, at, key}; `arm` left out is the one that the salt gives the unit.

    All or nothing. Raises InvalidInputError naming the row and field, RowConflictError for a key with other content,
    ClosedError for an experiment that does not take rows.
    """
    from metrics.services.assignments import arms_of  # noqa: PLC0415 - assignments store through this module

    _check_open(experiment)
    _check_size("exposures", rows)
    arms = {arm.key: arm.pk for arm in experiment.arms.all()}
    for place, row in enumerate(rows):
        _check_row(f"exposures.{place}", row, at=at)
        if row.get("arm") and row["arm"] not in arms:
            raise InvalidInputError(f"exposures.{place}.arm", f"Must be one of: {', '.join(arms)}.")
        if experiment.started_at and row["at"] < experiment.started_at - CLOCK_SKEW:
            raise InvalidInputError(f"exposures.{place}.at", "Lies before the start of the experiment.")
    given = {unit: arm.pk for unit, arm in arms_of(experiment, [row["unit"] for row in rows]).items()}
    return _take(
        "exposures",
        Exposure,
        ("experiment_id", "unit", "arm_id", "exposed_at", "key"),
        [
            (experiment.pk, row["unit"], arms.get(row.get("arm") or "", given[row["unit"]]), row["at"], row["key"])
            for row in rows
        ],
        Exposure.objects.filter(experiment=experiment),
    )


def record_outcomes(*, experiment: Experiment, rows: Sequence[Mapping[str, Any]], at: datetime) -> Taken:
    """Store outcomes {unit, name, value, denominator, at, key}; refusals as for exposures."""
    _check_open(experiment)
    _check_size("outcomes", rows)
    for place, row in enumerate(rows):
        field = f"outcomes.{place}"
        _check_row(field, row, at=at)
        check_text(f"{field}.name", row["name"], 80)
        _check_number(f"{field}.value", row.get("value", 1.0))
        _check_number(f"{field}.denominator", row.get("denominator") or 0.0)
    return _take(
        "outcomes",
        UnitOutcome,
        ("experiment_id", "unit", "name", "value", "denominator", "happened_at", "key"),
        [
            (
                experiment.pk,
                row["unit"],
                row["name"],
                float(row.get("value", 1.0)),
                None if row.get("denominator") is None else float(row["denominator"]),
                row["at"],
                row["key"],
            )
            for row in rows
        ],
        UnitOutcome.objects.filter(experiment=experiment),
    )


def record_events(*, rows: Sequence[Mapping[str, Any]], at: datetime) -> Taken:
    """Store product events {unit, name, at, properties, key}; refusals as for exposures."""
    _check_size("events", rows)
    for place, row in enumerate(rows):
        field = f"events.{place}"
        _check_row(field, row, at=at)
        check_text(f"{field}.name", row["name"], 80)
        if len(json.dumps(row.get("properties") or {})) > MAX_PROPERTIES:
            raise InvalidInputError(f"{field}.properties", f"At most {MAX_PROPERTIES} characters of JSON.")
    return _take(
        "events",
        ProductEvent,
        ("unit", "name", "happened_at", "properties", "key"),
        [(row["unit"], row["name"], row["at"], dict(row.get("properties") or {}), row["key"]) for row in rows],
        ProductEvent.objects.all(),
    )


def check_text(field: str, value: str, longest: int) -> None:
    """Raise InvalidInputError for text that is empty, blank or too long."""
    if not value.strip() or len(value) > longest:
        raise InvalidInputError(field, f"Must be 1 to {longest} characters.")


def _check_open(experiment: Experiment) -> None:
    if experiment.state not in {ExperimentState.RUNNING, ExperimentState.ENDED}:
        label = ExperimentState(experiment.state).label.lower()
        raise ClosedError(f"{experiment.key} is {label}; rows are taken from its start until it is decided.")


def _check_size(field: str, rows: Sequence[Any]) -> None:
    if not 1 <= len(rows) <= LIMIT:
        raise InvalidInputError(field, f"Give 1 to {LIMIT} rows.")


def _check_row(field: str, row: Mapping[str, Any], *, at: datetime) -> None:
    check_text(f"{field}.unit", row["unit"], 120)
    check_text(f"{field}.key", row["key"], 120)
    if not EARLIEST <= row["at"] <= at + CLOCK_SKEW:
        raise InvalidInputError(f"{field}.at", "Must lie between the year 2000 and now.")


def _check_number(field: str, value: float) -> None:
    if not math.isfinite(value) or abs(value) > 1e15:  # noqa: PLR2004 - sums of squares stay finite and useful
        raise InvalidInputError(field, "Must be a number of at most 1e15.")


def _take(
    field: str, model: type[Model], names: Sequence[str], rows: Sequence[tuple[Any, ...]], stored: QuerySet[Any]
) -> Taken:
    """Store what is new. Of two calls at once with the same keys one stores and the other finds them stored."""
    key = names.index("key")
    wanted: dict[str, tuple[Any, ...]] = {}
    for place, row in enumerate(rows):
        _refuse_other(field, place, row, wanted.setdefault(row[key], row))
    unique = ("experiment_id", "key") if names[0] == "experiment_id" else ("key",)
    with transaction.atomic():
        # Sorted, so that two calls lock the same keys in the same order and neither waits for the other in a ring.
        count = insert_missing_rows(model, names, [wanted[name] for name in sorted(wanted)], unique=unique)
        if count < len(wanted):
            found = {row[key]: row for row in stored.filter(key__in=wanted).values_list(*names)}
            for place, row in enumerate(rows):
                _refuse_other(field, place, row, found[row[key]])
    return Taken(count, len(rows) - count)


def _refuse_other(field: str, place: int, row: tuple[Any, ...], other: tuple[Any, ...]) -> None:
    if row != other:
        raise RowConflictError(f"{field}.{place}: the key {row[-1]} was used for other content.")
