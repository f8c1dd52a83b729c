"""Serializers of rows: what the model and its database constraints refuse is refused here, with the field named."""

import copy
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, ClassVar, cast

from django.core.exceptions import ValidationError as ModelValidationError
from django.db import models
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import get_error_detail

from foundation.bounds import refuse_far
from foundation.plain_text import has_control
from foundation.refusals import NO_FIELD

_SURROGATES = range(0xD800, 0xE000)


def refuse_unstorable_text(data: Any) -> None:
    """Raise ValidationError naming each member that holds text that no database stores or no page shows."""
    members = data if isinstance(data, dict) else {}
    wrong = [name for name, value in members.items() if not (_is_storable(name) and _is_storable(value))]
    if wrong:
        refusal = "Must not hold control or surrogate characters."
        raise serializers.ValidationError({ascii(name)[1:-1]: [refusal] for name in wrong}, code="unstorable_text")


def _is_storable(value: Any) -> bool:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            stack.extend((*item, *item.values()))
        elif isinstance(item, list):
            stack.extend(item)
        elif isinstance(item, str) and (has_control(item) or any(ord(char) in _SURROGATES for char in item)):
            return False
    return True


def refuse_unknown_members(data: Any, known: Mapping[str, Any]) -> None:
    """Raise ValidationError naming each member that does not exist: ignoring a misspelt one would look like success."""
    unknown = sorted(str(name) for name in data if name not in known) if isinstance(data, dict) else []
    if unknown:
        raise serializers.ValidationError({name: ["There is no such field."] for name in unknown}, code="unknown")


class TextField(serializers.CharField):
    """Text that is text, in rows within lists: a number is refused rather than written down as one."""

    def to_internal_value(self, data: Any) -> str:
        """The text; ValidationError for anything else."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


def refuse_numbers_as_text(data: Any, known: Mapping[str, Any]) -> None:
    """Raise ValidationError naming each member that has a number where text is expected: it is not made one."""
    members = data if isinstance(data, dict) else {}
    texts = [name for name, value in members.items() if isinstance(value, int | float) and _is_text(known.get(name))]
    if texts:
        raise serializers.ValidationError({name: ["Not a valid string."] for name in texts}, code="invalid")


def _is_text(field: Any) -> bool:
    return isinstance(field, serializers.CharField) and not field.read_only


class NumberField(serializers.FloatField):
    """A number that is one: true and false are refused rather than taken as 1 and 0."""

    def to_internal_value(self, data: Any) -> float:
        """The number; ValidationError for anything else."""
        if isinstance(data, bool):
            self.fail("invalid")
        return float(super().to_internal_value(data))


class DayField(serializers.DateField):
    """A day in the years that anything here is about."""

    def to_internal_value(self, value: Any) -> date:
        """The day; ValidationError for anything else."""
        day = super().to_internal_value(value)
        refuse_far(day)
        return day


class InstantField(serializers.DateTimeField):
    """An instant in the years that anything here is about."""

    def to_internal_value(self, value: Any) -> datetime:
        """The instant; ValidationError for anything else."""
        instant = super().to_internal_value(value)
        refuse_far(instant)
        return instant


class AskedDayField(serializers.DateField):
    """A day in a question, in any year: what lies far away is asked for in vain and stored nowhere."""


class AskedInstantField(serializers.DateTimeField):
    """An instant in a question, in any year."""


@extend_schema_field({"type": "object", "additionalProperties": {}})
class ObjectField(serializers.JSONField):
    """A JSON object."""

    def to_internal_value(self, data: Any) -> Any:
        """The object; ValidationError for any other JSON."""
        if not isinstance(data, dict):
            raise serializers.ValidationError("Must be an object.", code="not_an_object")
        return super().to_internal_value(data)


class RowSerializer(serializers.ModelSerializer[Any]):
    """A model serializer that refuses unknown members and whatever the model's validators and constraints refuse."""

    serializer_field_mapping: ClassVar = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.FloatField: NumberField,
        models.DateField: DayField,
        models.DateTimeField: InstantField,
    }

    def to_internal_value(self, data: Any) -> Any:
        """The parsed members; read-only ones may be sent back as they were read, but not changed."""
        refuse_unstorable_text(data)
        refuse_unknown_members(data, self.fields)
        refuse_numbers_as_text(data, self.fields)
        if isinstance(data, dict):
            self._refuse_changed_read_only(data)
        return super().to_internal_value(data)

    def _refuse_changed_read_only(self, data: dict[str, Any]) -> None:
        sent = [name for name in data if self.fields[name].read_only]
        if not sent:
            return
        present = self.to_representation(self.instance) if self.instance is not None else {}
        changed = [name for name in sent if name not in present or data[name] != present[name]]
        if changed:
            raise serializers.ValidationError({name: ["Cannot be set here."] for name in changed}, code="read_only")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The members as they came, once a row made of them passes its model's rules."""
        model = cast("type[models.Model]", self.Meta.model)
        row = copy.copy(self.instance) if isinstance(self.instance, models.Model) else model()
        many = {field.name for field in model._meta.many_to_many}
        for name, value in attrs.items():
            if name not in many:
                setattr(row, name, value)
        written = {field.source for field in self.fields.values() if not field.read_only}
        excluded = {field.name for field in model._meta.fields} - written
        try:
            row.full_clean(exclude=excluded, validate_unique=False, validate_constraints=False)
        except ModelValidationError as error:
            raise serializers.ValidationError(get_error_detail(error)) from error
        check_constraints(row, excluded)
        return attrs


def check_constraints(row: models.Model, excluded: set[str]) -> None:
    """Raise ValidationError, with the first written field it is about, for each constraint that the row breaks."""
    problems: dict[str, list[str]] = {}
    for constraint in row._meta.constraints:
        try:
            constraint.validate(type(row), row, exclude=excluded)
        except ModelValidationError as error:
            problems.setdefault(_field_of(constraint, excluded), []).extend(error.messages)
    if problems:
        raise serializers.ValidationError(problems)


def _field_of(constraint: models.BaseConstraint, excluded: set[str]) -> str:
    if isinstance(constraint, models.CheckConstraint) and isinstance(constraint.condition, models.Q):
        names = sorted(cast("Any", constraint.condition).referenced_base_fields)
    else:
        names = list(getattr(constraint, "fields", ()))
    return next((name for name in names if name not in excluded), NO_FIELD)
