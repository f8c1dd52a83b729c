"""System checks that refuse an unsafe or broken installation."""

import sys
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from foundation.triggers import missing_triggers
from foundation.zones import list_zones

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


def check_squashed_migrations(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """An error per squashed migration of which the database has a part and we no longer have the rest.

    Django leaves such a migration out without a word, and so would never make the tables that are still missing.
    """
    messages: list[CheckMessage] = []
    loader = MigrationLoader(None, load=False)
    for alias in databases or ():
        loader.load_disk()
        applied = MigrationRecorder(connections[alias]).applied_migrations()
        for (app, name), migration in sorted((loader.disk_migrations or {}).items()):
            missing = [old for old in migration.replaces if old not in applied]
            if len(missing) < len(migration.replaces) and any(old not in loader.disk_migrations for old in missing):
                messages.append(
                    Error(
                        f"The database has some of what {app}.{name} stands for, but lacks {app}.{missing[0][1]}.",
                        hint="Run manage.py migrate of the last version that has this migration, then of this version.",
                        id="fieldlight.E006",
                    )
                )
    return messages


def check_safe_configuration(**_: Any) -> list[CheckMessage]:
    """Errors for settings that must not meet the internet."""
    messages: list[CheckMessage] = []
    if settings.ORGANISATION_TIME_ZONE not in list_zones():
        hint = "Name a zone of the IANA database, such as Europe/Berlin."
        messages.append(Error("ORGANISATION_TIME_ZONE is no time zone.", hint=hint, id="fieldlight.E007"))
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
