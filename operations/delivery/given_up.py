"""Who wants to know that a message was given up: apps register in their `given_up.py` for the events they send."""

from collections.abc import Callable
from datetime import datetime

import structlog
from django.db import transaction

from operations.models import OutboxMessage

Tell = Callable[[OutboxMessage, datetime], None]
_TELLERS: dict[str, Tell] = {}
_log = structlog.get_logger("notifications")


def register_given_up(prefix: str, tell: Tell) -> None:
    """Call `tell` for each message that is given up whose event begins so, in the transaction that gives it up."""
    _TELLERS[prefix] = tell


def tell_given_up(message: OutboxMessage, *, at: datetime) -> None:
    """Tell whoever registered for it; a fault of theirs is logged and keeps no message from being given up."""
    for prefix, tell in _TELLERS.items():
        if message.event.startswith(prefix):
            try:
                with transaction.atomic():
                    tell(message, at)
            except Exception:  # noqa: BLE001 - whatever is wrong there, the message stays given up
                _log.exception("given_up_not_told", uuid=str(message.uuid))
