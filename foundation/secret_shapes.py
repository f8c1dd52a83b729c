"""Text that looks like a credential, so that none is kept where a fingerprint is wanted."""

import re

from django.core.exceptions import ValidationError

_SHAPES = re.compile(
    r"""
    gh[pousr]_[A-Za-z0-9]{16,} | github_pat_[A-Za-z0-9_]{16,} | glpat-[\w-]{16,}
    | xox[a-z]-[A-Za-z0-9-]{10,} | xapp-[A-Za-z0-9-]{10,}
    | [sr]k_(?:live|test)_[A-Za-z0-9]{10,} | whsec_[A-Za-z0-9+/=]{10,} | sk-[A-Za-z0-9_-]{20,}
    | (?:AKIA|ASIA)[A-Z0-9]{16} | AIza[\w-]{30,} | ya29\.[\w-]{20,}
    | eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]* | -----BEGIN[ ][A-Z ]*PRIVATE[ ]KEY
    | (?i:bearer|basic)[ ][A-Za-z0-9+/=._~-]{16,}
    | (?<![:/\w-])[0-9a-f]{32,}(?![\w-])
    """,
    re.VERBOSE,
)
_LONG_WORD = re.compile(r"(?<![\w:/.-])[A-Za-z0-9+=_-]{28,}(?![\w./-])")


def looks_like_secret(text: str) -> bool:
    """True for the forms tokens are issued in, for long hexadecimal, and for long words mixing cases and digits."""
    return bool(_SHAPES.search(text)) or any(_is_mixed(word) for word in _LONG_WORD.findall(text))


def refuse_secret(text: str) -> None:
    """A validator: ValidationError where the text holds what looks like a credential."""
    if looks_like_secret(text):
        raise ValidationError("This looks like a secret. Keep secrets out of here; a fingerprint is enough.", "secret")


def _is_mixed(word: str) -> bool:
    kinds = (str.islower, str.isupper, str.isdigit)
    return all(any(kind(char) for char in word) for kind in kinds)
