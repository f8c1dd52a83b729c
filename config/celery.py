"""The Celery application: transport, queues and the schedule. Business time lives in rows, never in messages."""

import contextlib
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings

app = Celery("fieldlight")
app.conf.update(
    task_default_queue="default",
    task_routes={"partnerships.poll_*": {"queue": "poll"}, "metrics.*": {"queue": "metrics"}},
    task_ignore_result=True,
    task_acks_late=False,
    task_track_started=False,
    task_time_limit=300,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_max_memory_per_child=400_000,
    broker_connection_retry_on_startup=True,
    timezone="UTC",
    task_serializer="json",
    accept_content=["json"],
)
if settings.REDIS_URL:
    app.conf.update(broker_url=settings.REDIS_URL)
else:
    folder = settings.BROKER_DIR
    for name in ("queue", "control"):
        with contextlib.suppress(OSError):  # Whoever runs the worker says it better than an import can.
            (folder / name).mkdir(parents=True, exist_ok=True)
    app.conf.update(
        broker_url="filesystem://",
        broker_transport_options={
            "data_folder_in": str(folder / "queue"),
            "data_folder_out": str(folder / "queue"),
            "control_folder": str(folder / "control"),
        },
    )


def _every(task: str, seconds: float, **kwargs: Any) -> dict[str, Any]:
    """A schedule entry whose message expires with its tick: a late one is worth nothing, the next does its work."""
    return {"task": task, "schedule": seconds, "kwargs": kwargs, "options": {"expires": max(seconds, 5)}}


app.conf.beat_schedule = {
    "beat": _every("operations.record_heartbeat", 5),
    "send": _every("operations.send_due_messages", 5),
    "deadman": _every("operations.ping_deadman", 60),
    "escalations": _every("operations.advance_escalations", 15),
    "escalate_signals": _every("operations.escalate_signals", 60),
    "run_steps": _every("operations.tell_run_steps", 300),
    "forget": _every("operations.forget_served", 3600),
    "old_messages": _every("operations.drop_old_messages", 3600),
    "poll": _every("partnerships.poll_due_checks", 2),
    "stale": _every("partnerships.sweep_stale_checks", 30),
    "outages": _every("partnerships.annotate_outages", 300),
    "burn": _every("partnerships.judge_slos", 60),
    "objectives": _every("partnerships.ensure_default_slos", 300),
    "incidents": _every("partnerships.watch_outages", 15),
    "incident_news": _every("partnerships.watch_incidents", 30),
    "retention": _every("partnerships.drop_old_results", 3600),
    "result_headers": _every("partnerships.read_result_headers", 60),
    "ledger": _every("partnerships.notice_ledger_dates", 300),
    "obligations": _every("partnerships.plan_obligation_reviews", 3600),
    "recompute": _every("metrics.recompute_marked_days", 2),
    "self_check": _every("metrics.check_stored_numbers", 3600),
    "signals": _every("metrics.judge_signals", 60),
    "follow_ups": _every("metrics.follow_unsettled_rows", 300),
    "first_widgets": _every("support.find_first_widgets", 300),
    "csat": _every("support.ask_customers", 60),
    "mailbox": _every("support.poll_mailbox", 60),
    "tickets": _every("support.move_due_tickets", 60),
    "absences": _every("support.advance_absences", 30),
    "coverage": _every("support.watch_coverage", 900),
    "waiting_tickets": _every("support.assign_waiting_tickets", 60),
    "crossings": _every("support.notice_crossings", 15),
    "silence": _every("support.notice_silence", 60),
    "insights": _every("support.gather_insights", 300),
    "reviews": _every("support.draw_review_samples", 3600),
    "outcomes": _every("support.freeze_outcomes", 900),
    "stale_clocks": _every("support.refresh_stale_clocks", 60),
}
app.autodiscover_tasks()


@setup_logging.connect
def _keep_our_logging(**_: Any) -> None:
    """Celery would replace the handlers otherwise; Django's LOGGING holds for workers too."""
