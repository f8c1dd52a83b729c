"""Background work of operations: signs of life and housekeeping."""

from celery import shared_task
from django.utils import timezone

ROUNDS = 8  # Of 20 seconds at most, within the time limit of a task.


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


@shared_task(name="operations.drop_old_messages")
def drop_old_messages() -> None:
    """Delete messages and notifications that are over for long."""
    from operations.services.outbox_retention import drop_old_messages

    drop_old_messages(at=timezone.now())


@shared_task(name="operations.send_due_messages")
def send_due_messages() -> None:
    """Send what is due, round by round, for as long as rounds are full and the next run has not begun."""
    from operations.services.sending import AT_ONCE, send_due_messages

    for _ in range(ROUNDS):
        if send_due_messages(at=timezone.now()).claimed < AT_ONCE:
            return


@shared_task(name="operations.ping_deadman")
def ping_deadman() -> None:
    """Tell whoever watches us from outside that all is well, if it is."""
    from operations.services.deadman import ping_deadman

    ping_deadman(at=timezone.now())


@shared_task(name="operations.advance_escalations")
def advance_escalations() -> None:
    """Take the steps of escalations that are due."""
    from operations.services.escalation_steps import advance_due_escalations

    advance_due_escalations(at=timezone.now())


@shared_task(name="operations.escalate_signals")
def escalate_signals() -> None:
    """Raise the signals of metrics that ask for somebody, and end those that are over."""
    from operations.services.signal_escalations import escalate_signals

    escalate_signals(at=timezone.now())


@shared_task(name="operations.tell_run_steps")
def tell_run_steps() -> None:
    """Tell those who carry out playbooks what is ready, due or red."""
    from operations.services.playbook_notices import tell_run_steps

    tell_run_steps(at=timezone.now())
