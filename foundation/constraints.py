"""Builders of named database constraints, so that models stay short and the database enforces what the code assumes."""

from collections.abc import Iterable
from typing import Any

from django.db.models import CheckConstraint, F, Q, TextChoices, UniqueConstraint


def one_of(field: str, choices: type[TextChoices], *, model: str) -> CheckConstraint:
    """A check that the field holds one of the choices' values."""
    return CheckConstraint(
        name=f"{model}_{field}_valid",
        condition=Q(**{f"{field}__in": list(choices.values)}),
        violation_error_message=f"{field} must be one of: {', '.join(choices.values)}.",
    )


def ordered(earlier: str, later: str, *, model: str, strict: bool = True) -> CheckConstraint:
    """A check that `later` is after `earlier` (or equal, when not strict); an empty one passes."""
    lookup = "gt" if strict else "gte"
    return CheckConstraint(
        name=f"{model}_{later}_after_{earlier}"[:60],
        condition=Q(**{f"{later}__isnull": True})
        | Q(**{f"{earlier}__isnull": True})
        | Q(**{f"{later}__{lookup}": F(earlier)}),
        violation_error_message=f"{later} must be {'after' if strict else 'no earlier than'} {earlier}.",
    )


def in_range(field: str, low: Any, high: Any | None, *, model: str) -> CheckConstraint:
    """A check that the field lies in [low, high]; `high` None means unbounded; an empty field passes."""
    condition = Q(**{f"{field}__gte": low})
    if high is not None:
        condition &= Q(**{f"{field}__lte": high})
    bounds = f"between {low} and {high}" if high is not None else f"at least {low}"
    return CheckConstraint(
        name=f"{model}_{field}_in_range",
        condition=Q(**{f"{field}__isnull": True}) | condition,
        violation_error_message=f"{field} must be {bounds}.",
    )


def paired(first: str, second: str, *, model: str) -> CheckConstraint:
    """A check that two nullable fields are both set or both empty."""
    return CheckConstraint(
        name=f"{model}_{first}_with_{second}"[:60],
        condition=Q(**{f"{first}__isnull": True, f"{second}__isnull": True})
        | Q(**{f"{first}__isnull": False, f"{second}__isnull": False}),
        violation_error_message=f"{first} and {second} must be given together.",
    )


def not_blank(field: str, *, model: str) -> CheckConstraint:
    """A check that a text field is not empty."""
    return CheckConstraint(
        name=f"{model}_{field}_not_blank",
        condition=~Q(**{field: ""}),
        violation_error_message=f"{field} must not be empty.",
    )


def one_open(fields: Iterable[str], *, model: str, end: str = "ended_at") -> UniqueConstraint:
    """At most one row per `fields` whose `end` is empty."""
    names = list(fields)
    return UniqueConstraint(
        fields=names,
        condition=Q(**{f"{end}__isnull": True}),
        name=f"{model}_one_open_per_{'_'.join(names)}"[:60],
        violation_error_message=f"There is already an open {model} for this {' and '.join(names)}.",
    )
