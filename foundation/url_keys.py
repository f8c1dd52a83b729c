"""Numbers of rows in addresses: one that no database holds leads nowhere, as 404."""


class KeyConverter:
    """`<key:pk>`: a whole number of at most 18 digits, which every database's 64 bits hold."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        """The number."""
        return int(value)

    def to_url(self, value: int) -> str:
        """Its digits."""
        return str(value)
