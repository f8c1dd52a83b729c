"""Excusing a breach: it stays one, with the reason why nobody is to blame."""

from datetime import datetime

from django.db import IntegrityError, transaction

from foundation.errors import InvalidInputError
from operations.models import User
from support.clocks.rules import BREACH
from support.models import BreachExcuse, ClockCrossing


def excuse_breach(*, crossing: ClockCrossing, reason: str, by: User, at: datetime) -> BreachExcuse:
    """Note why nobody is blamed for the breach; InvalidInputError for no reason, another share, a second excuse."""
    words = reason.strip()
    if not words:
        raise InvalidInputError("reason", "Say why nobody is to blame.")
    if crossing.share != BREACH:
        raise InvalidInputError("crossing", "Only a breach, a share of 100, can be excused.")
    try:
        with transaction.atomic():
            return BreachExcuse.objects.create(crossing=crossing, reason=words, excused_at=at, excused_by=by)
    except IntegrityError:
        raise InvalidInputError("crossing", "This breach is excused already.") from None
