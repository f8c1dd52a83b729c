"""What happened, as charts and pages show it."""

from datetime import date

from django.db.models import Q

from metrics.models import Annotation, Metric


def list_annotations(metric: Metric, first: date, last: date) -> list[Annotation]:
    """The metric's and the company's notes from `first` to `last`, both included, in order of time; one query."""
    of_metric = Q(metric=metric) | Q(metric__isnull=True)
    notes = Annotation.objects.filter(of_metric, happened_on__range=(first, last)).select_related("made_by")
    return list(notes.order_by("happened_on", "pk"))
