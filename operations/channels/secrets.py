"""Secrets of endpoints are named in their rows and read from the environment when a message is sent.

NOTIFY_SECRET_NAME holds the value. The prefix keeps an endpoint from naming any other variable, such as the database's
address, and sending it out.
"""

import os
import re

PREFIX = "NOTIFY_SECRET_"
NAME = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
REFERENCE = re.compile(r"\{secret:([^{}]*)\}")


class MissingSecretError(LookupError):
    """The environment holds no secret of this name."""


def read_secret(name: str) -> str:
    """The named secret; MissingSecretError when it is not set."""
    value = os.environ.get(PREFIX + name, "") if NAME.fullmatch(name) else ""
    if not value:
        raise MissingSecretError(f"{PREFIX}{name} is not set.")
    return value


def fill_secrets(url: str) -> str:
    """The address with each `{secret:NAME}` replaced; MissingSecretError when one is not set."""
    return REFERENCE.sub(lambda match: read_secret(match[1]), url)
