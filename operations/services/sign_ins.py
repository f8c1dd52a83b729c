"""Who signed in and who failed to: a structured log line, and an entry in the audit log where the account is known."""

import structlog
from auditlog.models import LogEntry

from operations.models import User

_log = structlog.get_logger("audit")


def record_sign_in(*, user: User) -> None:
    """Note that the user signed in."""
    _log.info("signed_in", user_id=user.pk)
    _add_entry(user, "signed_in", actor=user)


def record_sign_in_failure(*, email: str) -> None:
    """Note a failed attempt. The typed address is not logged: people type passwords into the wrong field."""
    user = User.objects.filter(email=email.strip().lower()).first()
    _log.warning("sign_in_failed", user_id=user.pk if user else None)
    if user:
        _add_entry(user, "sign_in_failed", actor=None)


def _add_entry(user: User, event: str, *, actor: User | None) -> None:
    LogEntry.objects.log_create(
        user,
        force_log=True,
        action=LogEntry.Action.ACCESS,
        changes={"event": ["", event]},
        actor=actor,
    )
