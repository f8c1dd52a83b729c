"""Whether the figures are fresh: the worker's last sign of life, marks that wait, marks that keep failing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min, Q

from foundation.tallies import Tallied, Tally, read_tallies
from foundation.words import duration, moment
from metrics.models import DirtyMark, SourceRun
from operations.models import Heartbeat

SILENT_AFTER = timedelta(seconds=90)
WAITING_TOO_LONG = timedelta(minutes=5)
WAITING_A_WHILE = timedelta(seconds=15)
"""A change is usually counted within seconds."""


@dataclass(frozen=True, slots=True)
class DataHealth:
    """How fresh stored values are at `at`; times are None where nothing has happened yet."""

    at: datetime
    seen_at: datetime | None
    waiting: int
    poisoned: int
    oldest_at: datetime | None
    computed_at: datetime | None

    @property
    def is_silent(self) -> bool:
        """Whether the background work has shown no sign of life for 90 seconds."""
        return self.seen_at is None or self.at - self.seen_at > SILENT_AFTER

    @property
    def is_late(self) -> bool:
        """Whether a change has waited more than five minutes for its recompute."""
        return self.oldest_at is not None and self.at - self.oldest_at > WAITING_TOO_LONG

    @property
    def as_of(self) -> datetime:
        """The instant the figures on a page stand for."""
        return (self.seen_at or self.computed_at or self.at) if self.is_silent else self.at

    @property
    def worker(self) -> str:
        """The worker's state in a few words."""
        if self.seen_at is None:
            return "worker never seen"
        gap = max(self.at - self.seen_at, timedelta(0))
        return f"worker silent for {duration(gap)}" if self.is_silent else f"worker seen {duration(gap)} ago"

    @property
    def silence(self) -> str:
        """What is wrong with the worker, as a clause; an empty string while it is alive."""
        if not self.is_silent:
            return ""
        if self.seen_at is None:
            return "the worker has never been seen"
        return f"the worker has been silent for {duration(self.at - self.seen_at)}"

    @property
    def headline(self) -> str:
        """What the data health page opens with."""
        if self.is_silent:
            return f"T{self.silence[1:]}; stored values stay on screen, nothing is lost and it catches up by itself."
        if self.poisoned:
            many = self.poisoned != 1
            subject, verb = f"{self.poisoned:,} mark{'s' if many else ''}", "fail" if many else "fails"
            return f"{subject} {verb}; the days touched keep their last value until it succeeds."
        if self.is_late:
            return f"The oldest change has waited {duration(self.at - (self.oldest_at or self.at))}."
        if self.oldest_at is not None and self.at - self.oldest_at > WAITING_A_WHILE:
            words = "mark of changes waits" if self.waiting == 1 else "marks of changes wait"
            return f"{self.waiting:,} {words} to be counted."
        return "All figures are fresh."

    @property
    def lines(self) -> list[tuple[str, str]]:
        """The footer's entries as (tone, words); no tone means nothing to look at."""
        worker = self.worker[0].upper() + self.worker[1:]
        marks = f"{self.waiting:,} mark{'' if self.waiting == 1 else 's'} waiting"
        computed = f"Last recompute {moment(self.computed_at, now=self.at)}" if self.computed_at else "Never recomputed"
        out = [
            ("bad" if self.is_silent else "good", worker),
            ("watch" if self.is_late else "", marks),
            ("", computed),
        ]
        if self.poisoned:
            out.append(("bad", f"{self.poisoned:,} mark{'' if self.poisoned == 1 else 's'} failing"))
        return out


def get_data_health(*, at: datetime) -> DataHealth:
    """The freshness of all stored values, in one query."""
    return make_data_health(read_tallies(get_health_tallies()), at=at)


def get_health_tallies() -> dict[str, Tally]:
    """What has to be counted to tell the freshness."""
    marks = DirtyMark.objects.all()
    return {
        "marks": Tally(marks, loud=Count("pk", filter=Q(attempts__gt=0)), at=Min("created_at")),
        "beats": Tally(Heartbeat.objects.all(), at=Max("seen_at")),
        "runs": Tally(SourceRun.objects.all(), at=Max("finished_at")),
    }


def make_data_health(found: Mapping[str, Tallied], *, at: datetime) -> DataHealth:
    """The freshness, of what was counted."""
    marks = found["marks"]
    return DataHealth(
        at=at,
        seen_at=found["beats"].at,
        waiting=marks.all,
        poisoned=marks.loud,
        oldest_at=marks.at,
        computed_at=found["runs"].at,
    )
