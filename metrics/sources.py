"""Sources: what an app offers to metrics. Each is declared in the app's `metric_sources.py` and registered at start."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from metrics.frame import Frame


class Link(NamedTuple):
    """A table whose `column` has the key of the row before it: as it is, or as text after a prefix as in "ticket:7"."""

    table: str
    column: str
    prefix: str = ""


@dataclass(frozen=True)
class Capture:
    """How changes of one table become dirty marks.

    `event_times` are the columns an event time is taken from; a tuple is coalesced (the first that is not null).
    `watched` are the further columns whose change may move a value. `ticks` per hour-stamped rollups need nothing else.
    Where something follows so many hours `later`, these are marked, and the event time itself if 0 is among them.
    Several captures of one table in one source need a `part` each, a word by which they are told apart.

    Where rows of another table carry something of this one, such as tickets their customer's segment, `through` leads
    there link by link: an update here marks the event times of all rows at its end. New rows here have none there yet,
    and rows here that others refer to are not deleted, unless it is by a text (a link with a prefix).

    Where rows happen when a row that they belong to does, such as a clock when its ticket was opened, `owner` names
    that one's table and the column here with its key; `only` keeps to the rows with this word or number in that column.

    Where a value is made of several rows of the table, such as a first and a last step, `siblings` is the column they
    share: deleting one marks the others, and so does changing a watched column, by the word it had. What a new row
    moves is asked of the source's `spread` instead, after it was committed, because a trigger does not see what another
    transaction is about to commit.
    """

    table: str
    event_times: Sequence[tuple[str, ...]]
    watched: Sequence[str] = ()
    through: Sequence[Link] = ()
    siblings: str = ""
    owner: tuple[str, str] | None = None
    only: tuple[str, str | int] | None = None
    later: Sequence[int] = (0,)
    part: str = ""

    @property
    def operations(self) -> Sequence[str]:
        """The statements that may move a value."""
        if self.siblings:
            return ("update", "delete") if self.watched else ("delete",)
        if self.through:
            return ("update", "delete") if self.through[0].prefix else ("update",)
        return ("insert", "update", "delete")

    @property
    def columns(self) -> list[str]:
        """Every column that an update must touch to leave a mark."""
        if self.through or self.siblings or self.owner:
            return list(self.watched)
        return list(dict.fromkeys([name for group in self.event_times for name in group] + list(self.watched)))


@dataclass(frozen=True)
class RowWords:
    """One row in words: what it is called, where it is read, and what else there is to say in a line."""

    label: str
    url: str = ""
    detail: str = ""


@dataclass(frozen=True)
class MetricSource:
    """One kind of event that metrics can be made of.

    `fetch(start, end)` gives the frame of rows with start ≤ event time < end; they are what every number is made of
    and what is shown behind it. `span()` gives the first and last event time, or None without rows. `held_at(moment)`
    gives the rows that a stock holds at an instant, whose measures sum to its level. `describe(keys)` puts rows into
    words, in one query however many; without it rows cannot be shown. `permission` is what seeing them takes.
    `measures` maps a measure to its base unit; `dimensions` maps a dimension to its label. `event_time` says in words
    when a row happens; `measure_labels` says what a measure is, where its name does not. `has_histograms`: each row's
    blob is a log histogram, as percentiles of histograms need. `unsettled(since)` gives the event times of rows whose
    duration still ran at that instant, None for ever; every night they are followed on, to
    `metrics.selectors.follow_ups.followed_at`. `spread(hours)` gives the further UTC hours in which rows change their
    value because of rows within these, with the number of rows: those of siblings, see `Capture`.
    """

    key: str
    label: str
    model: str
    captures: Sequence[Capture]
    fetch: Callable[[datetime, datetime], Frame]
    span: Callable[[], tuple[datetime, datetime] | None]
    measures: Mapping[str, str]
    dimensions: Mapping[str, str] = field(default_factory=dict)
    measure_labels: Mapping[str, str] = field(default_factory=dict)
    event_time: str = ""
    refresh_seconds: int = 0
    held_at: Callable[[datetime], Frame] | None = None
    describe: Callable[[Sequence[int]], Mapping[int, RowWords]] | None = None
    permission: str = ""
    has_histograms: bool = False
    unsettled: Callable[[datetime | None], Iterable[datetime]] | None = None
    spread: Callable[[Collection[int]], Mapping[int, int]] | None = None


@dataclass(frozen=True)
class ShippedTarget:
    """A target that a fresh installation starts with.

    A path runs for `days` from the installation, or to the next 1 January; without either the value is to be held.
    """

    value: float
    baseline: float | None = None
    days: int | None = None
    is_by_new_year: bool = False
    shape: str = "linear"
    reason: str = ""


@dataclass(frozen=True)
class ShippedMetric:
    """A metric that a fresh installation has, defined over a registered source.

    One that still `waits_for` its source is installed as a draft without a definition.
    """

    key: str
    name: str
    question: str
    purpose: str
    unit: str
    direction: str
    kind: str = ""
    source: str = ""
    formula: Mapping[str, Any] = field(default_factory=dict)
    decimals: int = 1
    dimensions: Sequence[str] = ()
    position: int = 100
    target: ShippedTarget | None = None
    waits_for: str = ""
    cadence: str = "week"
    flow: str = "output"


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
