"""When to try again, as Standard Webhooks recommends."""

import hashlib
from datetime import timedelta
from uuid import UUID

SCHEDULE = tuple(timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400))
MAX_ATTEMPTS = len(SCHEDULE) + 1
_JITTER = 0.1


def retry_delay(*, uuid: UUID, attempts: int, retry_after: timedelta | None = None) -> timedelta | None:
    """How long after its failed attempt, counted from 1, the message is tried again; None when it is given up.

    Up to a tenth later than the schedule says, so that what failed together is not repeated together: the same for a
    message and attempt always. Never before the receiver wants it.
    """
    if attempts >= MAX_ATTEMPTS:
        return None
    wait = SCHEDULE[max(attempts, 1) - 1]
    chance = int.from_bytes(hashlib.sha256(uuid.bytes + bytes([attempts])).digest()[:4], "big") / 2**32
    return max(wait * (1 + _JITTER * chance), retry_after or timedelta(0))
