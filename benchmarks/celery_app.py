"""The product's Celery application with one more task: one check a message."""

from __future__ import annotations

from celery import shared_task

from config.celery import app

__all__ = ["app"]


@shared_task(name="benchmarks.poll_one_check", ignore_result=True)
def poll_one_check(check_id: int) -> None:
    """What most systems do: each check is a task of its own, here with the same engine and the same storing."""
    from partnerships.services.poll import get_engine
    from partnerships.services.poll_now import poll_checks_now

    poll_checks_now(check_ids=[check_id], engine=get_engine())
