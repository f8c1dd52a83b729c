"""Filters of lists that refuse what they do not understand, where django-filter's own would ignore it or fail."""

from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django_filters import FilterSet, TypedChoiceFilter
from django_filters.fields import IsoDateTimeField
from django_filters.filters import IsoDateTimeFilter


class Filters(FilterSet):  # type: ignore[misc]
    """The filters of one list."""


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


class FlagFilter(TypedChoiceFilter):  # type: ignore[misc]
    """`true` or `false`; anything else is refused."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        choices = (("true", "Yes"), ("false", "No"))
        super().__init__(*args, choices=choices, coerce=lambda given: given == "true", **kwargs)
