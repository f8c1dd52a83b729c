"""Text without the control characters that neither XML nor any page can show; tabs and line ends are text."""

import re
import unicodedata

from django.core.exceptions import ValidationError

from foundation.errors import InvalidInputError

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LINE_BREAK = re.compile(r"[\n\r\u2028\u2029]")
_BLANK = frozenset({"\u115f", "\u1160", "\u2800", "\u3164", "\uffa0"})
"""Letters and patterns that are drawn as nothing."""

_NO_CONTROL = "Must not hold control characters."
_ONE_LINE = "Must be one line."


def has_control(text: str) -> bool:
    """Whether the text holds such a character."""
    return _CONTROL.search(text) is not None


def without_control(text: str) -> str:
    """The text without such characters."""
    return _CONTROL.sub("", text)


def is_invisible(text: str) -> bool:
    """Whether nothing of the text can be seen: spaces, characters of no width and such letters only."""
    return all(char.isspace() or char in _BLANK or unicodedata.category(char) in {"Cf", "Mn"} for char in text)


def one_line(text: str) -> str:
    """The text on one line without control characters; empty where nothing of it can be seen."""
    words = without_control(_LINE_BREAK.sub(" ", text)).strip()
    return "" if is_invisible(words) else words


def refuse_control(text: str) -> None:
    """A validator of form fields: ValidationError for text with such a character."""
    if has_control(text):
        raise ValidationError(_NO_CONTROL, code="control_characters")


def refuse_line_breaks(text: str) -> None:
    """A validator of form fields: ValidationError for text of several lines."""
    if _LINE_BREAK.search(text):
        raise ValidationError(_ONE_LINE, code="line_breaks")


def check_text(field: str, text: str) -> None:
    """InvalidInputError naming the field, for text with such a character."""
    if has_control(text):
        raise InvalidInputError(field, _NO_CONTROL)


def check_line(field: str, text: str) -> None:
    """InvalidInputError naming the field, for text with such a character or of several lines."""
    check_text(field, text)
    if _LINE_BREAK.search(text):
        raise InvalidInputError(field, _ONE_LINE)
