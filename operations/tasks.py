"""Background work of operations: signs of life and housekeeping."""

from celery import shared_task
from django.utils import timezone


@shared_task(name="operations.record_heartbeat")
def record_heartbeat() -> None:
    """The scheduler and a worker are alive, since this was sent and is carried out."""
    from operations.services import housekeeping

    housekeeping.record_heartbeat(name="beat", at=timezone.now())


@shared_task(name="operations.forget_served")
def forget_served() -> None:
    """Delete stored answers of idempotent requests and expired tokens."""
    from operations.services import housekeeping, tokens

    housekeeping.drop_old_idempotency_records(at=timezone.now())
    tokens.drop_expired_tokens(at=timezone.now())
