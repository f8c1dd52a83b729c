"""What the nightly comparisons with the source rows found."""

from django.db.models import Max

from metrics.models import SelfCheck


def get_last_self_checks() -> dict[str, SelfCheck]:
    """The newest self-check of each source by its key; one query."""
    newest = SelfCheck.objects.order_by().values("source").annotate(newest=Max("pk")).values("newest")
    return {check.source: check for check in SelfCheck.objects.filter(pk__in=newest).order_by("source")}
