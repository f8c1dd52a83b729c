"""Absences: written down with who stands in, begun and ended when their time comes."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction

from foundation.bounds import check_days
from foundation.claims import take_advisory_lock
from foundation.errors import InvalidInputError, ServiceError
from operations.models import User
from support.models import Absence
from support.selectors.absences import list_overlapping
from support.services.absence_steps import begin_next, end_next
from support.services.people import check_person

_log = structlog.get_logger("cover")
_MOMENT = timedelta(microseconds=1)
_CHANGEABLE = ("kind", "starts_at", "ends_at", "substitute", "handover", "is_given_back")


class AbsenceOverError(ServiceError):
    """An absence that is over or cancelled stays as it was."""

    code = "absence_over"

    def __init__(self) -> None:
        super().__init__("This absence is over.")


def create_absence(*, absence: Absence, at: datetime, by: User | None) -> Absence:
    """Store the absence, which begins when its time comes; InvalidInputError names what is wrong with it."""
    check_person("user", absence.user)
    with transaction.atomic():
        take_advisory_lock(["absences", str(absence.user_id)])
        _check(absence, at=at)
        absence.created_at, absence.created_by, absence.next_step_at = at, by, absence.starts_at
        absence.save()
    return absence


def change_absence(*, absence_id: int, values: Mapping[str, Any], at: datetime) -> Absence:
    """Change what is given of it; once it has begun its begin stays. Raises InvalidInputError and AbsenceOverError."""
    with transaction.atomic():
        absence = _lock_running(absence_id)
        take_advisory_lock(["absences", str(absence.user_id)])
        if "starts_at" in values and values["starts_at"] != absence.starts_at and absence.starts_at <= at:
            raise InvalidInputError("starts_at", "It has begun.")
        for name in _CHANGEABLE:
            if name in values:
                setattr(absence, name, values[name])
        _check(absence, at=at)
        absence.next_step_at = absence.ends_at if absence.begun_at else absence.starts_at
        absence.version += 1
        absence.save()
    return absence


def cancel_absence(*, absence_id: int, by: User, at: datetime) -> Absence:
    """Call it off, or end it now if it has begun; what was handed over goes back as at any end. AbsenceOverError."""
    with transaction.atomic():
        absence = _lock_running(absence_id)
        if absence.starts_at >= at and absence.begun_at is None:
            absence.cancelled_at, absence.cancelled_by, absence.next_step_at = at, by, None
        else:
            absence.ends_at = min(absence.ends_at, max(at, absence.starts_at + _MOMENT))
            absence.next_step_at = absence.ends_at if absence.begun_at else absence.starts_at
        absence.version += 1
        absence.save()
    return absence


def _lock_running(absence_id: int) -> Absence:
    rows = Absence.objects.select_for_update(of=("self",), no_key=True)
    absence = rows.get(pk=absence_id)
    if absence.is_cancelled or absence.over_at is not None:
        raise AbsenceOverError
    return absence


def _check(absence: Absence, *, at: datetime) -> None:
    check_days(absence)
    if absence.ends_at <= absence.starts_at:
        raise InvalidInputError("ends_at", "It ends after it begins.")
    if absence.ends_at <= at:
        raise InvalidInputError("ends_at", "That is over already.")
    if absence.substitute_id is not None:
        if absence.substitute_id == absence.user_id:
            raise InvalidInputError("substitute", "Nobody stands in for themselves.")
        check_person("substitute", absence.substitute)
    others = list_overlapping(absence.starts_at, absence.ends_at, users=[absence.user_id]).exclude(pk=absence.pk)
    if others.exists():
        raise InvalidInputError("starts_at", f"{absence.user} is out for a part of this time already.")


def advance_absences(*, at: datetime) -> int:
    """Begin and end the absences whose time has come; how many steps were finished.

    Each ticket is one transaction, so that a worker that dies in the middle leaves the rest for the next one, and
    nothing twice. Any number of workers may run it; one absence that fails holds up no other.
    """
    done = 0
    due = Absence.objects.filter(next_step_at__lte=at).order_by("next_step_at", "pk")
    for pk in list(due.values_list("pk", flat=True)):
        try:
            done += _advance(pk, at=at)
        except Exception:  # noqa: BLE001 - one that fails holds up no other
            _log.exception("absence_not_advanced", pk=pk)
    return done


def _advance(pk: int, *, at: datetime) -> int:
    """Carry out what is due of one absence, ticket by ticket; how many steps were finished."""
    done = after = 0
    while True:
        with transaction.atomic():
            rows = Absence.objects.select_for_update(of=("self",), no_key=True).select_related("user")
            absence = rows.filter(pk=pk, next_step_at__lte=at).first()
            if absence is None:
                return done
            if absence.begun_at is None:
                done += begin_next(absence, at=at)
            else:
                after = end_next(absence, after=after, at=at)
                done += absence.over_at is not None
