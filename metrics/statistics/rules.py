"""What common cause does not explain: the rules R1 to R4, and the episodes that their signals make.

Western Electric, Statistical Quality Control Handbook (1956), in Wheeler's selection for XmR charts. False alarms of a
stable process are simulated in `tests/metrics/test_rules.py` and written down in `docs/signals-and-targets.md`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from metrics.statistics.xmr import XmrLimits

OUTSIDE, RUN, NEAR_LIMIT, RANGE = "R1", "R2", "R3", "R4"
RUN_LENGTH = 8
NEAR_WINDOW, NEAR_POINTS = 4, 3
REARM_AFTER = 2
PAGING_RULES = frozenset({OUTSIDE, RUN})
"""Rules that ask for somebody now; the others are listed and drawn."""

FALSE_ALARM_WEEKS = 24
FALSE_ALARM_EPISODE, FALSE_ALARM_OUTSIDE = 0.30, 0.15
"""The chance that a stable process with limits from 26 values raises R1, R2 or R3 within 24 more; R1 alone."""

HIGH, LOW = "high", "low"


@dataclass(frozen=True)
class Signal:
    """A point that common cause does not explain, the rule it breaks, and the side it left to (high or low).

    R1 outside a limit. R2 the last of eight in a row on one side; a point on the centre breaks a run. R3 one of three
    out of four in a row that lie nearer a limit than the centre. R4 further from the point before than the range limit.
    """

    index: int
    rule: str
    side: str


@dataclass(frozen=True)
class Episode:
    """One excursion to one side: the rules broken and the points that broke them, oldest first.

    It is open until two points in a row break no rule on its side, which arms it again.
    """

    side: str
    rules: tuple[str, ...]
    points: tuple[int, ...]
    is_open: bool

    @property
    def is_paging(self) -> bool:
        """Whether a rule among them asks for somebody now."""
        return not PAGING_RULES.isdisjoint(self.rules)


def find_signals(values: Sequence[float], limits: XmrLimits) -> list[Signal]:
    """Every rule each point breaks, by point and then by rule."""
    found = [*_outside(values, limits), *_runs(values, limits), *_near(values, limits), *_ranges(values, limits)]
    return sorted(found, key=lambda signal: (signal.index, signal.rule))


def _outside(values: Sequence[float], limits: XmrLimits) -> Iterator[Signal]:
    for index, value in enumerate(values):
        if value > limits.upper:
            yield Signal(index, OUTSIDE, HIGH)
        elif value < limits.lower:
            yield Signal(index, OUTSIDE, LOW)


def _runs(values: Sequence[float], limits: XmrLimits) -> Iterator[Signal]:
    side, length = "", 0
    for index, value in enumerate(values):
        here = HIGH if value > limits.centre else LOW if value < limits.centre else ""
        length = length + 1 if here and here == side else int(bool(here))
        side = here
        if length >= RUN_LENGTH:
            yield Signal(index, RUN, here)


def _near(values: Sequence[float], limits: XmrLimits) -> Iterator[Signal]:
    """Halfway is taken before a limit is cut at a natural bound: a bound is no reason for a signal."""
    half = limits.reach / 2
    sides = [HIGH if value - limits.centre > half else LOW if limits.centre - value > half else "" for value in values]
    for index, side in enumerate(sides):
        window = sides[max(0, index - NEAR_WINDOW + 1) : index + 1]
        if side and window.count(side) >= NEAR_POINTS:
            yield Signal(index, NEAR_LIMIT, side)


def _ranges(values: Sequence[float], limits: XmrLimits) -> Iterator[Signal]:
    for index, (before, value) in enumerate(pairwise(values), start=1):
        if abs(value - before) > limits.range_limit:
            yield Signal(index, RANGE, HIGH if value > before else LOW)


def find_episodes(values: Sequence[float], limits: XmrLimits) -> list[Episode]:
    """The episodes of a series by their first point: one a signal, armed again after two points inside.

    R1, R2 and R3 make episodes; a jump (R4) alone is only drawn, since it would double the false alarms.
    """
    signals = find_signals(values, limits)
    news = [signal for signal in signals if signal.rule != RANGE]
    episodes = [
        _episode(group, len(values), signals)
        for side in (HIGH, LOW)
        for group in _groups([signal for signal in news if signal.side == side])
    ]
    return sorted(episodes, key=lambda episode: (episode.points[0], episode.side))


def _groups(signals: Sequence[Signal]) -> list[list[Signal]]:
    """Signals of one side, parted where two or more points lie between."""
    groups: list[list[Signal]] = []
    for signal in signals:
        if groups and signal.index - groups[-1][-1].index <= REARM_AFTER:
            groups[-1].append(signal)
        else:
            groups.append([signal])
    return groups


def _episode(group: Sequence[Signal], count: int, signals: Sequence[Signal]) -> Episode:
    points = sorted({signal.index for signal in group})
    side = group[0].side
    rules = {signal.rule for signal in signals if signal.index in points and signal.side == side}
    quiet = count - 1 - points[-1]
    return Episode(side=side, rules=tuple(sorted(rules)), points=tuple(points), is_open=quiet < REARM_AFTER)
