"""The sending side of the comparison with one task per check."""

from __future__ import annotations

from typing import Any

from benchmarks.jobs.setup import make_all_due, make_checks, run

_INTERVAL = 3600


def prepare(*, do: str, urls: list[str] | None = None, task: str = "") -> dict[str, Any]:
    """Makes the checks; or sends what polls one of them; or sends what polls all the others, now due."""
    if do == "make":
        make_checks(urls or [], interval_seconds=_INTERVAL)
        return {}
    from django.utils import timezone

    from partnerships.models import HealthCheck

    first, *others = HealthCheck.objects.order_by("pk").values_list("pk", flat=True)
    now = timezone.now()
    if do == "warm":
        HealthCheck.objects.exclude(pk=first).update(next_due_at=now.replace(year=now.year + 1))
        HealthCheck.objects.filter(pk=first).update(next_due_at=now)
        return {"sent": _send(task, [first])}
    make_all_due(at=now)
    return {"sent": _send(task, others)}


def _send(task: str, ids: list[int]) -> int:
    from benchmarks.celery_app import app

    if task == "benchmarks.poll_one_check":
        for check_id in ids:
            app.send_task(task, kwargs={"check_id": check_id}, queue="default")
        return len(ids)
    app.send_task(task, queue="poll")
    return 1


if __name__ == "__main__":
    run(prepare)
