"""Fields of forms in which people type days and instants: those in the years that anything here is about."""

from typing import Any

from django import forms

from foundation.bounds import refuse_far


class DayInput(forms.DateInput):
    """The browser's own calendar, which takes a day as ISO 8601 only."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DayField(forms.DateField):
    """A day."""

    widget = DayInput
    default_validators = [refuse_far]


class InstantField(forms.DateTimeField):
    """An instant."""

    default_validators = [refuse_far]
