"""What the demo company's history is drawn from: one seed, one end instant, everything else follows."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

DAYS = 730
END_OF_DAY_HOUR = 15


@dataclass(frozen=True)
class Story:
    """The history ends at `now` and is two years long; the same seed and end give the same rows."""

    seed: int
    now: datetime

    @property
    def start(self) -> datetime:
        """Midnight UTC of the first day."""
        first = (self.now - timedelta(days=DAYS)).date()
        return datetime.combine(first, time(), tzinfo=UTC)

    def rng(self, part: str) -> random.Random:
        """A generator of its own for each part, so that changing one part leaves the others as they were."""
        return random.Random(f"{self.seed}/{part}")  # noqa: S311  # nosec B311

    def progress(self, at: datetime) -> float:
        """How far the history has come at an instant: 0 at its start, 1 at its end."""
        return min(max((at - self.start) / (self.now - self.start), 0.0), 1.0)


def make_story(*, seed: int, today: date | None, at: datetime) -> Story:
    """The story that ends at `at`, or at 15:00 UTC of a named day."""
    if today is None:
        return Story(seed=seed, now=at.replace(microsecond=0))
    return Story(seed=seed, now=datetime.combine(today, time(END_OF_DAY_HOUR), tzinfo=UTC))
