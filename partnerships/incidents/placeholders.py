"""What a template may name of an incident. Nothing else is filled in, and nothing is ever executed."""

import re
from collections.abc import Mapping

PLACEHOLDERS: Mapping[str, str] = {
    "reference": "INC-12",
    "title": "what it is called",
    "severity": "SEV1 to SEV4",
    "state": "declared, investigating …",
    "integrations": "what is affected",
    "partner": "whose product it is",
    "began": "when it began",
    "lasted": "how long it is, or was",
    "summary": "what is known",
    "next_update": "by when the audience hears more",
}
_NAMED = re.compile(r"\{([^{}]*)\}")


def list_unknown(text: str) -> list[str]:
    """The placeholders in a text that there are none of, sorted."""
    return sorted({name for name in _NAMED.findall(text) if name not in PLACEHOLDERS})


def fill_in(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders replaced, once: braces in a value stay what they are."""
    return _NAMED.sub(lambda found: values.get(found[1], found[0]), text)
