"""Signals as pages list them."""

from metrics.models import Metric, SignalEpisode


def list_episodes(metric: Metric, *, segment: str = "", limit: int = 20) -> list[SignalEpisode]:
    """The metric's signals, open ones first and then the newest; one query."""
    rows = SignalEpisode.objects.filter(baseline__version__metric=metric, baseline__segment=segment)
    newest = list(rows.select_related("baseline__version").order_by("closed_at", "-opened_on", "-pk")[: 10 * limit])
    return sorted(newest, key=lambda row: (row.closed_at is not None, -row.opened_on.toordinal(), row.pk))[:limit]
