"""Recurring work on tickets."""

from celery import shared_task
from django.utils import timezone


@shared_task(name="support.move_due_tickets")
def move_due_tickets() -> None:
    """Wake tickets on hold and close settled ones."""
    from support.services.due_tickets import close_settled_tickets, wake_due_tickets

    wake_due_tickets(at=timezone.now())
    close_settled_tickets(at=timezone.now())
