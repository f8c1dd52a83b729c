from celery import shared_task
from django.utils import timezone


@shared_task(name="metrics.recompute_marked_days", time_limit=240)
def recompute_marked_days() -> None:
    """Recompute what is marked; a lost or doubled run harms nothing, the marks wait in the database."""
    from metrics.services.recompute import recompute_pending

    recompute_pending(at=timezone.now(), max_batches=20)


@shared_task(name="metrics.judge_signals", time_limit=240)
def judge_signals() -> None:
    """Freeze limits that are due and bring signals in line with the values; repeating it harms nothing."""
    from metrics.services.signals import judge_signals as judge

    judge(at=timezone.now())


@shared_task(name="metrics.check_stored_numbers", time_limit=3000)
def check_stored_numbers() -> None:
    """Compare a sample of stored numbers with their rows, once a night; a lost run is made up for the next hour."""
    from metrics.services.self_check import run_nightly_checks

    run_nightly_checks(at=timezone.now())


@shared_task(name="metrics.follow_unsettled_rows", time_limit=240)
def follow_unsettled_rows() -> None:
    """Follow durations that still run on to the last midnight; for the rest of the day there is nothing to do."""
    from metrics.services.follow_ups import follow_unsettled_rows as follow

    follow(at=timezone.now())
