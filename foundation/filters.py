"""Filters of lists that refuse what they do not understand, where django-filter's own would ignore it or fail."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django_filters import CharFilter, FilterSet, NumberFilter, TypedChoiceFilter
from django_filters.fields import IsoDateTimeField
from django_filters.filters import IsoDateTimeFilter
from drf_spectacular.utils import extend_schema_field

MAX_ID = 2**63 - 1


class Filters(FilterSet):  # type: ignore[misc]
    """The filters of one list."""


@extend_schema_field({"type": "string", "pattern": "^[^\\u0000]*$"})
class TextFilter(CharFilter):  # type: ignore[misc]
    """Rows whose text is, or contains, the given one; an empty one asks for nothing."""


class WholeField(forms.IntegerField):
    """A whole number in plain digits; Django's own would take 72.0 for 72."""

    def to_python(self, value: Any) -> int | None:
        """The number; ValidationError for anything but digits."""
        if value not in self.empty_values and not (str(value).isascii() and str(value).isdigit()):
            raise ValidationError("Enter a whole number.", code="invalid")
        return super().to_python(value)


@extend_schema_field({"type": "integer", "minimum": 0, "maximum": MAX_ID})
class ReferenceFilter(NumberFilter):  # type: ignore[misc]
    """Rows that refer to the row with this number; to one that does not exist, none do."""

    field_class = WholeField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, min_value=0, max_value=MAX_ID, **kwargs)

    def get_max_validator(self) -> None:
        """None besides the field's own: NumberFilter's is about decimals."""


class InstantField(IsoDateTimeField):  # type: ignore[misc]
    """An ISO 8601 instant; one without an offset is UTC."""

    def to_python(self, value: Any) -> datetime | None:
        """The instant in UTC; ValidationError where the calendar ends before it does."""
        try:
            parsed: datetime | None = super().to_python(value)
            return parsed.astimezone(UTC) if parsed else None
        except (OverflowError, ValueError) as error:
            raise ValidationError("This instant is out of range.", code="invalid") from error


class InstantFilter(IsoDateTimeFilter):  # type: ignore[misc]
    """Rows at, from or before an instant, as `lookup_expr` says."""

    field_class = InstantField


@extend_schema_field({"type": "boolean"})
class FlagFilter(TypedChoiceFilter):  # type: ignore[misc]
    """`true` or `false`; anything else is refused."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        choices = (("true", "Yes"), ("false", "No"))
        super().__init__(*args, choices=choices, coerce=lambda given: given == "true", **kwargs)
