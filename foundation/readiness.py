"""Whether the platform can do its work: apps declare checks in their `readiness.py`, one endpoint asks them all."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError


@dataclass(frozen=True)
class Finding:
    """What a part answered: `detail` is for people, `seconds` how long or how late, where that says something."""

    is_ok: bool
    detail: str
    seconds: float | None = None


Check = Callable[[datetime], Finding]
_checks: dict[str, Check] = {}


def register_check(name: str, check: Check) -> None:
    """Declare a part; declaring the same name again replaces it."""
    _checks[name] = check


def ask_all(*, at: datetime) -> dict[str, Finding]:
    """The finding of every part, by name. A part that cannot reach what it needs fails and leaves the others be."""
    return {name: _ask(check, at) for name, check in sorted(_checks.items())}


def ask_some(names: Iterable[str], *, at: datetime) -> dict[str, Finding]:
    """The findings of the named parts; those that were not declared are left out."""
    return {name: _ask(_checks[name], at) for name in names if name in _checks}


def _ask(check: Check, at: datetime) -> Finding:
    try:
        return check(at)
    except (DatabaseError, OSError) as error:
        return Finding(is_ok=False, detail=type(error).__name__)


def lateness(due_at: datetime | None, *, at: datetime, limit: timedelta) -> Finding:
    """The finding about the oldest waiting work: nothing waits, or since when."""
    if due_at is None or due_at > at:
        return Finding(is_ok=True, detail="nothing waits", seconds=0.0)
    late = at - due_at
    detail = f"oldest waits since {due_at:%Y-%m-%dT%H:%M:%SZ}"
    return Finding(is_ok=late <= limit, detail=detail, seconds=late.total_seconds())
