"""Periodic work of partnerships. All of it is due by rows: a message may be lost, doubled or late."""

from celery import shared_task
from django.utils import timezone


@shared_task(name="partnerships.poll_due_checks", ignore_result=True)
def poll_due_checks() -> None:
    from partnerships.services.poll import AHEAD, get_engine
    from partnerships.services.poll import poll_due_checks as poll

    poll(engine=get_engine(), ahead=AHEAD)


@shared_task(name="partnerships.sweep_stale_checks", ignore_result=True)
def sweep_stale_checks() -> None:
    from partnerships.services.events import sweep_stale_checks as sweep

    sweep(at=timezone.now())


@shared_task(name="partnerships.drop_old_results", ignore_result=True)
def drop_old_results() -> None:
    from partnerships.services.retention import drop_old_results as drop

    drop(at=timezone.now())


@shared_task(name="partnerships.annotate_outages", ignore_result=True)
def annotate_outages() -> None:
    from partnerships.services.outages import annotate_outages as annotate

    annotate(at=timezone.now())
