"""Fields of the forms of pages: words that a page can show, days and instants that anything here is about."""

from typing import Any

from django import forms

from foundation.bounds import refuse_far
from foundation.plain_text import is_invisible, refuse_control, refuse_line_breaks


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


class TextField(forms.CharField):
    """Words: one line, or several in a text area. Those that nobody could see are none."""

    def to_python(self, value: Any) -> Any:
        """The words; the empty value where there is nothing to see."""
        words = super().to_python(value)
        return self.empty_value if not words or is_invisible(words) else words

    def validate(self, value: Any) -> None:
        """Refuses what no page can show, and line breaks where one line is asked for."""
        super().validate(value)
        words = value or ""
        refuse_control(words)
        if not isinstance(self.widget, forms.Textarea):
            refuse_line_breaks(words)
