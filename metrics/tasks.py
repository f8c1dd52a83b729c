from celery import shared_task
from django.utils import timezone


@shared_task(name="metrics.recompute_marked_days", time_limit=240)
def recompute_marked_days() -> None:
    """Recompute what is marked; a lost or doubled run harms nothing, the marks wait in the database."""
    from metrics.services.recompute import recompute_pending

    recompute_pending(at=timezone.now(), max_batches=20)
