"""The words that occur in a source's dimensions, to choose filters from."""

from datetime import timedelta

from metrics.sources import MetricSource

DAYS = 14
MOST = 30


def list_words(source: MetricSource) -> dict[str, list[str]]:
    """The words of each dimension in the source's last fourteen days with rows, at most thirty of each, sorted."""
    span = source.span()
    if span is None or not source.dimensions:
        return {name: [] for name in source.dimensions}
    end = span[1] + timedelta(microseconds=1)
    frame = source.fetch(end - timedelta(days=DAYS), end)
    return {name: [word for word in frame.segments(name) if word][:MOST] for name in source.dimensions}
