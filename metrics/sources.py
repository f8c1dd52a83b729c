"""Sources: what an app offers to metrics. Each is declared in the app's `metric_sources.py` and registered at start."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from metrics.frame import Frame


@dataclass(frozen=True)
class Capture:
    """How changes of one table become dirty marks.

    `event_times` are the columns an event time is taken from; a tuple is coalesced (the first that is not null).
    `watched` are the further columns whose change may move a value. `ticks` per hour-stamped rollups need nothing else.
    """

    table: str
    event_times: Sequence[tuple[str, ...]]
    watched: Sequence[str] = ()

    @property
    def columns(self) -> list[str]:
        """Every column that an update must touch to leave a mark."""
        return list(dict.fromkeys([name for group in self.event_times for name in group] + list(self.watched)))


@dataclass(frozen=True)
class SourceRow:
    """One row behind a number: its label and link, its event time, and the measure's value where it has one."""

    label: str
    url: str
    at: datetime
    detail: str
    value: int | None


@dataclass(frozen=True)
class MetricSource:
    """One kind of event that metrics can be made of.

    `fetch(start, end)` gives the frame of rows with start ≤ event time < end. `span()` gives the first and last event
    time, or None without rows. `level_at(moment, filter)` counts exactly what a stock holds at an instant.
    `measures` maps a measure to its base unit; `dimensions` maps a dimension to its label.
    """

    key: str
    label: str
    model: str
    captures: Sequence[Capture]
    fetch: Callable[[datetime, datetime], Frame]
    span: Callable[[], tuple[datetime, datetime] | None]
    measures: Mapping[str, str]
    dimensions: Mapping[str, str] = field(default_factory=dict)
    refresh_seconds: int = 0
    level_at: Callable[[datetime, Mapping[str, Any]], int] | None = None
    rows: Callable[[datetime, datetime, Mapping[str, Any], int], Sequence[SourceRow]] | None = None


@dataclass(frozen=True)
class ShippedTarget:
    """A target that a fresh installation starts with; a linear path runs for `days` from the installation."""

    value: float
    baseline: float | None = None
    days: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class ShippedMetric:
    """A metric that a fresh installation has, defined over a registered source."""

    key: str
    name: str
    question: str
    purpose: str
    unit: str
    direction: str
    kind: str
    source: str
    formula: Mapping[str, Any]
    decimals: int = 1
    dimensions: Sequence[str] = ()
    position: int = 100
    target: ShippedTarget | None = None


_sources: dict[str, MetricSource] = {}
_shipped: dict[str, ShippedMetric] = {}


def register_source(source: MetricSource) -> None:
    """Make a source known; its capture triggers are declared with it."""
    from metrics.capture import declare_capture  # noqa: PLC0415 - capture needs the classes above

    _sources[source.key] = source
    declare_capture(source)


def register_metrics(metrics: Iterable[ShippedMetric]) -> None:
    """Make shipped definitions known; they become rows after migrate."""
    for metric in metrics:
        _shipped[metric.key] = metric


def get_source(key: str) -> MetricSource:
    """The source with this key; KeyError names the known ones."""
    try:
        return _sources[key]
    except KeyError:
        raise KeyError(f"no metric source {key!r}; known: {', '.join(sorted(_sources))}") from None


def list_sources() -> list[MetricSource]:
    """All registered sources by key."""
    return [_sources[key] for key in sorted(_sources)]


def list_shipped_metrics() -> list[ShippedMetric]:
    """All shipped definitions by position."""
    return sorted(_shipped.values(), key=lambda metric: (metric.position, metric.key))
