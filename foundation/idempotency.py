"""Idempotency-Key: a POST repeated with its key gets the first answer again and does nothing.

The record is written in the transaction of the request, so that answer and effect are stored together or not at all. Of
two requests at once the second waits for the first (unique index on PostgreSQL, IMMEDIATE transaction on SQLite).
"""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any, cast

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.refusals import ConflictError

HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_KEPT_HEADERS = ("ETag", "Location")


def answer_once(request: Request, handler: Callable[[], Response]) -> Response:
    """The handler's response, or the stored one of the same user, key, path and body.

    Raises ConflictError when the key was used for something else, ValidationError when it is no key. A refusal rolls
    everything back and is not stored.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return handler()
    if not _KEY.fullmatch(key):
        raise ValidationError({HEADER: ["Must be 1 to 200 printable ASCII characters without spaces."]})
    digest = _digest(request)
    with transaction.atomic():
        record, is_new = _records().get_or_create(
            user=request.user,
            key=key,
            defaults={"path": request.path[:300], "body_hash": digest, "status": 0, "created_at": timezone.now()},
        )
        if not is_new:
            return _stored_answer(record, request.path, digest)
        response = handler()
        record.status = response.status_code
        record.response = {
            "body": json.loads(JSONRenderer().render(response.data) or "null"),
            "headers": {name: response[name] for name in _KEPT_HEADERS if name in response},
        }
        record.save(update_fields=["status", "response"])
        return response


def _records() -> Any:
    """The manager of the records' model, which a higher app owns; a setting names it, as with the user model."""
    return cast("Any", apps.get_model(settings.IDEMPOTENCY_MODEL)).objects


def _digest(request: Request) -> str:
    """A hash of the parsed body: spaces and the order of members do not matter."""
    return hashlib.sha256(json.dumps(request.data, sort_keys=True).encode()).hexdigest()


def _stored_answer(record: Any, path: str, digest: str) -> Response:
    if (record.path, record.body_hash) != (path[:300], digest):
        raise ConflictError(f"This {HEADER} was used for another request.", code="idempotency_key_reused")
    stored = record.response
    return Response(stored["body"], status=record.status, headers={**stored["headers"], "Idempotent-Replayed": "true"})
