"""Signed webhooks by Standard Webhooks: `webhook-id` is the message's uuid, the same in every attempt."""

import json

from operations.channels.base import Outgoing, TransportError
from operations.channels.posting import post
from operations.channels.secrets import MissingSecretError, read_secret
from operations.channels.signing import SecretFormatError, sign


def send_webhook(message: Outgoing) -> None:
    """Post the signed message; TransportError when it was not taken."""
    body = body_of(message)
    try:
        secrets = read_secret(message.secret_name)
        headers = sign(secrets=secrets, message_id=str(message.uuid), at=message.attempted_at, body=body)
    except (MissingSecretError, SecretFormatError) as error:
        raise TransportError(str(error)) from error
    post(message.address, body=body, headers=headers, at=message.attempted_at)


def body_of(message: Outgoing) -> bytes:
    """The body, the same in every attempt."""
    data = {name: getattr(message, name) for name in ("title", "text", "url", "severity", "level", "answers")}
    document = {"type": message.event, "timestamp": message.created_at.isoformat(), "data": data}
    return json.dumps(document, separators=(",", ":")).encode()
