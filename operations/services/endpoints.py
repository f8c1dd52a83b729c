"""Endpoints that are switched off, by their own word or a person's, and on again."""

from datetime import datetime

from django.db import transaction

from operations.models import MessageState, OutboxMessage, WebhookEndpoint

DISABLED = "The endpoint is disabled."


def disable_endpoint(*, endpoint_id: int, reason: str, at: datetime) -> None:
    """Send nothing there any more. What waits is given up, and can be sent again once the endpoint is enabled."""
    with transaction.atomic():
        endpoint = WebhookEndpoint.objects.select_for_update().get(pk=endpoint_id)
        if endpoint.disabled_at is None:
            endpoint.disabled_at, endpoint.disabled_reason = at, reason
            endpoint.version += 1
            endpoint.save(update_fields=["disabled_at", "disabled_reason", "version"])
        waiting = OutboxMessage.objects.filter(endpoint=endpoint, state=MessageState.PENDING)
        waiting.update(state=MessageState.DEAD, next_attempt_at=None, last_error=DISABLED)


def enable_endpoint(*, endpoint_id: int) -> None:
    """Send there again."""
    with transaction.atomic():
        endpoint = WebhookEndpoint.objects.select_for_update().get(pk=endpoint_id)
        endpoint.disabled_at, endpoint.disabled_reason = None, ""
        endpoint.version += 1
        endpoint.save(update_fields=["disabled_at", "disabled_reason", "version"])
