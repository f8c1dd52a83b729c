"""Numbers of rows in addresses and in what people send: one that no database holds leads nowhere."""

import re

_KEY = re.compile("[0-9]{1,18}")


def key_of(words: str) -> int | None:
    """The number that the words are, of at most 18 plain digits; None for anything else."""
    return int(words) if _KEY.fullmatch(words) else None


class KeyConverter:
    """`<key:pk>`: a whole number of at most 18 digits, which every database's 64 bits hold."""

    regex = _KEY.pattern

    def to_python(self, value: str) -> int:
        """The number."""
        return int(value)

    def to_url(self, value: int) -> str:
        """Its digits."""
        return str(value)
