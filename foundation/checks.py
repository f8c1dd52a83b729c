"""System checks that refuse an unsafe or broken installation."""

import sys
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import connections

from foundation.triggers import missing_triggers

_MIN_KEY_LENGTH = 32
_MIN_KEY_CHARACTERS = 8


def check_triggers(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """An error per declared trigger that the database lacks; metrics and event logs depend on them.

    Not before migrate, which puts them in place: a release with new triggers could never be installed.
    """
    messages: list[CheckMessage] = []
    if sys.argv[1:2] == ["migrate"]:
        return messages
    for alias in databases or ():
        for name in missing_triggers(connections[alias]):
            messages.append(
                Error(
                    f"Database trigger {name} is missing.",
                    hint="Run manage.py migrate.",
                    id="fieldlight.E001",
                )
            )
    return messages


def check_safe_configuration(**_: Any) -> list[CheckMessage]:
    """Errors for settings that must not meet the internet."""
    messages: list[CheckMessage] = []
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        messages.append(
            Error("ALLOWED_HOSTS is empty or allows any host.", hint="Name the hosts people use.", id="fieldlight.E004")
        )
    if settings.LOCAL:
        return messages
    if settings.DEBUG:
        messages.append(
            Error("DEBUG is on while ALLOWED_HOSTS names other hosts.", hint="Unset DEBUG.", id="fieldlight.E002")
        )
    if settings.DEMO:
        messages.append(
            Error("DEMO is on while ALLOWED_HOSTS names other hosts.", hint="Unset DEMO.", id="fieldlight.E005")
        )
    key = settings.SECRET_KEY
    if len(key) < _MIN_KEY_LENGTH or "insecure" in key or len(set(key)) < _MIN_KEY_CHARACTERS:
        messages.append(
            Error(
                "SECRET_KEY is unsafe.",
                hint=f"Set {_MIN_KEY_LENGTH} or more random characters.",
                id="fieldlight.E003",
            )
        )
    return messages
