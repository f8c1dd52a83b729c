"""How far days and instants from outside may reach, so that all that is computed of them stays on the calendar."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models

from foundation.errors import InvalidInputError

FIRST_YEAR, LAST_YEAR = 1970, 2200
FIRST_DAY, LAST_DAY = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
_REFUSAL = f"Must be in {FIRST_YEAR} to {LAST_YEAR}."


def is_sane(value: date) -> bool:
    """Whether the day or instant is in the years that anything here is about."""
    return FIRST_YEAR <= value.year <= LAST_YEAR


def refuse_far(value: date) -> None:
    """A validator of form fields: ValidationError for a day or instant out of the years."""
    if not is_sane(value):
        raise ValidationError(_REFUSAL, code="out_of_range")


def check_day(field: str, value: date) -> None:
    """InvalidInputError naming the field, for a day or instant out of the years."""
    if not is_sane(value):
        raise InvalidInputError(field, _REFUSAL)


def check_days(row: models.Model) -> None:
    """InvalidInputError naming the first day or instant of the row that is out of the years."""
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(value, date):
            check_day(field.name, value)
