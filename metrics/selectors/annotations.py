"""What happened, as charts and pages show it."""

from datetime import date, datetime

from django.db.models import Q

from metrics.models import Annotation, Metric


def list_annotations(metric: Metric, first: date, last: date, *, at: datetime) -> list[Annotation]:
    """The metric's and the company's notes of `first` to `last` made by `at`, in order of time; one query."""
    of_metric = Q(metric=metric) | Q(metric__isnull=True)
    notes = Annotation.objects.filter(of_metric, happened_on__range=(first, last), made_at__lte=at)
    return list(notes.select_related("made_by").order_by("happened_on", "pk"))
