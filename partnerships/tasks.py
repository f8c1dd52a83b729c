"""Periodic work of partnerships. All of it is due by rows: a message may be lost, doubled or late."""

from typing import Any

from celery import shared_task
from celery.signals import worker_process_shutdown, worker_shutdown, worker_shutting_down
from django.utils import timezone


@shared_task(name="partnerships.poll_due_checks", ignore_result=True)
def poll_due_checks() -> None:
    from partnerships.services.poll import get_poller

    get_poller().take_turn()


@worker_shutting_down.connect
def hurry_polling(**_: Any) -> None:
    """A worker without child processes that is told to stop waits for its turn to end."""
    from partnerships.services.poll import ask_to_stop

    ask_to_stop()


@worker_process_shutdown.connect
@worker_shutdown.connect  # of workers without child processes
def stop_polling(**_: Any) -> None:
    """What is under way is given back, so that it need not wait for its lease to lapse."""
    from partnerships.services.poll import close_engine

    close_engine()


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


@shared_task(name="partnerships.judge_slos", ignore_result=True)
def judge_slos() -> None:
    from partnerships.services.slo_judgement import judge_slos as judge

    judge(at=timezone.now())


@shared_task(name="partnerships.ensure_default_slos", ignore_result=True)
def ensure_default_slos() -> None:
    from partnerships.services.slos import ensure_default_slos as ensure

    ensure(at=timezone.now())


@shared_task(name="partnerships.read_result_headers", ignore_result=True)
def read_result_headers() -> None:
    from partnerships.services.result_headers import read_result_headers as read

    read(at=timezone.now())


@shared_task(name="partnerships.notice_ledger_dates", ignore_result=True)
def notice_ledger_dates() -> None:
    from partnerships.services.ledger_notices import notice_ledger_dates as notice

    notice(at=timezone.now())


@shared_task(name="partnerships.watch_outages", ignore_result=True)
def watch_outages() -> None:
    from partnerships.services.incidents.watch import watch_outages as watch

    watch(at=timezone.now())


@shared_task(name="partnerships.watch_incidents", ignore_result=True)
def watch_incidents() -> None:
    from partnerships.services.incidents.evidence import propose_links
    from partnerships.services.incidents.overdue import (
        tell_overdue_actions,
        tell_overdue_post_mortems,
        tell_overdue_updates,
    )

    propose_links(at=timezone.now())
    tell_overdue_updates(at=timezone.now())
    tell_overdue_post_mortems(at=timezone.now())
    tell_overdue_actions(at=timezone.now())


@shared_task(name="partnerships.plan_obligation_reviews", ignore_result=True)
def plan_obligation_reviews() -> None:
    from partnerships.services.obligations import plan_obligation_reviews as plan

    plan(at=timezone.now())
