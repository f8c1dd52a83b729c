"""Changes: what is done about an insight, what is expected of it, and when it shipped."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from foundation.errors import InvalidInputError, RefusedTransitionError
from foundation.words import local
from operations.models import User
from support.models import MOST_CHANGE, Change, InsightState
from support.selectors.outcomes import check_measure
from support.services.insights import enter_state, lock_insight
from support.services.people import check_person

MAX_DAYS = 366
_TAKES_CHANGES = (InsightState.VALIDATED, InsightState.PLANNED, InsightState.SHIPPED)
_EDITED = frozenset(
    {
        *("kind", "title", "statement", "metric", "hypothesis", "before_start_on", "before_end_on"),
        *("direction", "expected_change", "check_on", "owner", "reference"),
    }
)


def plan_change(*, insight_id: int, fields: Mapping[str, Any], by: User | None, at: datetime) -> Change:
    """A change with what is expected of it; the insight is planned from then on.

    Raises RefusedTransitionError where the insight is not validated or is measured already, InvalidInputError naming
    the field that is wrong.
    """
    with transaction.atomic():
        insight = lock_insight(insight_id)
        if insight.state not in _TAKES_CHANGES:
            allowed = [state.value for state in _TAKES_CHANGES]
            raise RefusedTransitionError(insight.state, "planned", allowed, field="insight")
        change = Change(insight=insight, created_at=at, created_by=by)
        _set(change, fields, at=at)
        change.save()
        if insight.state == InsightState.VALIDATED:
            enter_state(insight, InsightState.PLANNED, by=by, at=at, reason=change.title)
    return change


def edit_change(*, change_id: int, fields: Mapping[str, Any], at: datetime) -> Change:
    """The change, planned differently; InvalidInputError once it has shipped: what was expected is fixed."""
    with transaction.atomic():
        change = _locked(change_id)
        _refuse_shipped(change)
        _set(change, fields, at=at)
        _saved(change)
    return change


def ship_change(*, change_id: int, by: User, at: datetime) -> Change:
    """It is with customers now; the insight has shipped with its first change.

    InvalidInputError where it shipped before, or where its dates leave nothing to compare.
    """
    with transaction.atomic():
        insight = lock_insight(Change.objects.get(pk=change_id).insight_id)
        change = _locked(change_id)
        _refuse_shipped(change)
        today = local(at).date()
        if change.before_end_on > today:
            raise InvalidInputError("before_end_on", "The window before must end before it ships.")
        if change.check_on <= today + timedelta(days=1):
            raise InvalidInputError("check_on", "Move the check date: a day after shipping must be over by then.")
        if insight.state not in {InsightState.PLANNED.value, InsightState.SHIPPED.value}:
            raise RefusedTransitionError(insight.state, InsightState.SHIPPED, [InsightState.PLANNED], field="insight")
        change.shipped_by, change.shipped_at = by, at
        _saved(change)
        if insight.state == InsightState.PLANNED:
            enter_state(insight, InsightState.SHIPPED, by=by, at=at, reason=change.title)
    return change


def _set(change: Change, fields: Mapping[str, Any], *, at: datetime) -> None:
    """Take the fields over and check the whole."""
    for name, value in fields.items():
        if name not in _EDITED:
            raise InvalidInputError(name, "Cannot be changed this way.")
        if name == "owner" and value.pk != change.owner_id:
            check_person(name, value)
        setattr(change, name, value.strip() if isinstance(value, str) else value)
    _check_plan(change, today=local(at).date())
    check_measure(change)


def _check_plan(change: Change, *, today: date) -> None:
    for name in ("title", "statement"):
        if not getattr(change, name):
            raise InvalidInputError(name, "Must not be empty.")
    if not 0 < change.expected_change <= MOST_CHANGE:
        raise InvalidInputError("expected_change", "Say by how much it moves, above 0 and at most 10¹².")
    if change.before_end_on < change.before_start_on:
        raise InvalidInputError("before_end_on", "Must be no earlier than the first day.")
    if change.before_end_on - change.before_start_on >= timedelta(days=MAX_DAYS):
        raise InvalidInputError("before_start_on", f"The window is at most {MAX_DAYS} days long.")
    if change.check_on <= max(change.before_end_on, today):
        raise InvalidInputError("check_on", "Must lie ahead, and after the window before.")


def _refuse_shipped(change: Change) -> None:
    if change.shipped_at is not None:
        raise InvalidInputError("change", "It has shipped: what was expected of it is fixed.")


def _locked(change_id: int) -> Change:
    return Change.objects.select_for_update(of=("self",)).get(pk=change_id)


def _saved(change: Change) -> None:
    change.version += 1
    change.save()
