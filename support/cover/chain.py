"""Following substitutes of substitutes until somebody is there."""

from collections.abc import Mapping


def find_substitute(owner: int, substitutes: Mapping[int, int | None]) -> int | None:
    """The first person along the chain from the absent owner who is there; None where it ends or goes in a circle.

    `substitutes` maps everybody who is out to who stands in for them; whoever is not in it is there.
    """
    seen, one = {owner}, substitutes.get(owner)
    while one is not None and one in substitutes:
        if one in seen:
            return None
        seen.add(one)
        one = substitutes[one]
    return None if one == owner else one
