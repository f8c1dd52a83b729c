"""Until when rows that have not ended are followed."""

from datetime import datetime

from metrics.models import SourceRun


def followed_at(source_key: str) -> datetime | None:
    """The instant at which running durations of this source are cut off; None before the first night.

    It is stored, not read off the clock: a number recomputed at noon is the one that was stored at midnight.
    """
    return SourceRun.objects.filter(source=source_key).values_list("followed_at", flat=True).first()
