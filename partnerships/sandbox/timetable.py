"""What goes wrong when: by the wall clock and a seed only, so that every run tells the same story.

Time is cut into slots of a minute; the slots repeat. Two in three integrations have a slot of trouble of their own
every ten minutes: at worst slow or limited where they are in production, of any kind where they are a trial. Every
four hours each partner has a slot in which all of its integrations are down, which its status page admits a little
late: with a dozen partners one of them is down about every twenty minutes.
"""

from __future__ import annotations

from enum import StrEnum
from hashlib import blake2b

SLOT_SECONDS = 60
SLOTS = 10
PARTNER_SLOTS = 240
ADMITS_AFTER = 15.0  # seconds that a status page is behind
HEALTHY_SHARE = 3  # one integration in so many has no trouble of its own
TRIALS = "beta/"  # how the paths of what is no more than tried out begin


class Trouble(StrEnum):
    """The ways in which an endpoint can be unwell."""

    NONE = "none"
    ERROR = "error"  # HTTP 500
    UNAVAILABLE = "unavailable"  # HTTP 503, with the whole partner
    SLOW = "slow"
    HANGING = "hanging"
    LIMITED = "limited"  # HTTP 429
    WRONG = "wrong"  # HTTP 200 and a body that says otherwise


_MILD = (Trouble.SLOW, Trouble.LIMITED)
_ANY = (Trouble.ERROR, Trouble.SLOW, Trouble.LIMITED, Trouble.HANGING, Trouble.WRONG, Trouble.ERROR)


class Timetable:
    """The troubles of one seed."""

    def __init__(self, seed: int = 1) -> None:
        self._seed = seed

    def trouble(self, partner: str, integration: str, now: float) -> Trouble:
        """How this endpoint is at the instant (seconds since 1970)."""
        if self.is_partner_down(partner, now):
            return Trouble.UNAVAILABLE
        number = self._number(partner, integration)
        if number % HEALTHY_SHARE == 0 or self._slot(now) != number // HEALTHY_SHARE % SLOTS:
            return Trouble.NONE
        kinds = _ANY if integration.startswith(TRIALS) else _MILD
        return kinds[number // HEALTHY_SHARE // SLOTS % len(kinds)]

    def is_partner_down(self, partner: str, now: float) -> bool:
        """Whether everything of this partner is down."""
        return int(now // SLOT_SECONDS) % PARTNER_SLOTS == self._number(partner) % PARTNER_SLOTS

    def admits(self, partner: str, now: float) -> bool:
        """Whether the partner's status page tells of its trouble."""
        return self.is_partner_down(partner, now - ADMITS_AFTER)

    def began_at(self, now: float) -> float:
        """When the slot began whose trouble a status page tells of."""
        told = now - ADMITS_AFTER
        return told - told % SLOT_SECONDS

    def _slot(self, now: float) -> int:
        return int(now // SLOT_SECONDS) % SLOTS

    def _number(self, *names: str) -> int:
        text = "/".join([str(self._seed), *names])
        return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
