"""Text without the control characters that neither XML nor any page can show; tabs and line ends are text."""

import re

from django.core.exceptions import ValidationError

from foundation.errors import InvalidInputError

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def has_control(text: str) -> bool:
    """Whether the text holds such a character."""
    return _CONTROL.search(text) is not None


def without_control(text: str) -> str:
    """The text without such characters."""
    return _CONTROL.sub("", text)


def refuse_control(text: str) -> None:
    """A validator of form fields: ValidationError for text with such a character."""
    if has_control(text):
        raise ValidationError("Must not hold control characters.", code="control_characters")


def check_text(field: str, text: str) -> None:
    """InvalidInputError naming the field, for text with such a character."""
    if has_control(text):
        raise InvalidInputError(field, "Must not hold control characters.")
