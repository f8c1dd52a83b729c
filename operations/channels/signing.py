"""Signatures of webhooks by Standard Webhooks: over id, time and body, so that nothing can be changed or replayed.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

PREFIX = "whsec_"
TOLERANCE = timedelta(minutes=5)
_SHORTEST, _LONGEST = 24, 64


class SecretFormatError(ValueError):
    """The secret is not `whsec_` and 24 to 64 bytes in base64."""


class SignatureError(ValueError):
    """The message was not signed with any of the secrets, or not now."""


def sign(*, secrets: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers. `secrets` has one secret or, while it is changed, several with spaces between."""
    timestamp = str(int(at.timestamp()))
    signatures = [_signature(secret, message_id, timestamp, body) for secret in secrets.split()]
    if not signatures:
        raise SecretFormatError("There is no secret.")
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": " ".join(signatures)}


def verify(*, secrets: str, headers: Mapping[str, str], body: bytes, at: datetime) -> None:
    """Raises SignatureError unless one of the secrets signed this, within five minutes of `at`."""
    named = {name.lower(): value for name, value in headers.items()}
    message_id, timestamp = named.get("webhook-id", ""), named.get("webhook-timestamp", "")
    if not message_id or not (timestamp.isascii() and timestamp.isdigit()):
        raise SignatureError("The headers are missing.")
    if abs(at.timestamp() - int(timestamp[:15])) > TOLERANCE.total_seconds():
        raise SignatureError("The time is not now.")
    given = [part.encode() for part in named.get("webhook-signature", "").split()]
    wanted = [_signature(secret, message_id, timestamp, body).encode() for secret in secrets.split()]
    if not any([hmac.compare_digest(one, other) for one in wanted for other in given]):  # noqa: C419 - all are compared
        raise SignatureError("No signature fits.")


def _signature(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(PREFIX) or not _SHORTEST <= len(key) <= _LONGEST:
        raise SecretFormatError("A secret is whsec_ and 24 to 64 bytes in base64.")
    return key
