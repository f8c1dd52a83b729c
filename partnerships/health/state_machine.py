"""From results to states.

A state changes only on a streak, and the change is dated back to the streak's first result, so that a blip is no
outage and an outage loses no minute. Results that could not measure (`error`) move nothing; when nothing else comes
for `stale_after`, the state is unknown. Fails and degraded results share one streak; a mixed one resolves to degraded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from partnerships.models.check import CheckState
from partnerships.models.result import Outcome

MIN_STALE_AFTER = timedelta(seconds=180)
UNMEASURED = frozenset({CheckState.PENDING, CheckState.UNKNOWN})


@dataclass(frozen=True)
class Rules:
    """How many results in a row make a state, and how often they are due."""

    fail_threshold: int
    recover_threshold: int
    interval: timedelta

    @property
    def stale_after(self) -> timedelta:
        return max(3 * self.interval, MIN_STALE_AFTER)


@dataclass(frozen=True)
class Memory:
    """All that the machine remembers of a check.

    `bad_streak` counts results that were not ok, `suspect_since` is the start of its first. In state down it counts
    degraded results only, which is how a check gets from down to degraded.
    """

    state: CheckState = CheckState.PENDING
    state_since: datetime | None = None
    bad_streak: int = 0
    bad_streak_degraded: int = 0
    suspect_since: datetime | None = None
    ok_streak: int = 0
    ok_since: datetime | None = None
    last_result_at: datetime | None = None
    last_good_at: datetime | None = None


@dataclass(frozen=True)
class Seen:
    """One result, as far as the machine looks at it."""

    outcome: Outcome
    started_at: datetime
    finished_at: datetime


@dataclass(frozen=True)
class Transition:
    """A change of state, in force from `at`, known at `known_at`."""

    old: CheckState
    new: CheckState
    at: datetime
    known_at: datetime


@dataclass(frozen=True)
class Step:
    """What the machine remembers after an event, and the change it caused."""

    memory: Memory
    transition: Transition | None = None


def observe(memory: Memory, seen: Seen, rules: Rules) -> Step:
    """The step of one result. A result older than the last one, or of a paused check, changes nothing."""
    is_late = memory.last_result_at is not None and seen.started_at < memory.last_result_at
    if is_late or memory.state == CheckState.PAUSED:
        return Step(memory)
    is_measured = seen.outcome != Outcome.ERROR
    memory = replace(
        memory,
        last_result_at=seen.started_at,
        state_since=memory.state_since or seen.started_at,
        last_good_at=seen.finished_at if is_measured else memory.last_good_at,
    )
    return _decide(_count(memory, seen), seen, rules) if is_measured else Step(memory)


def go_stale(memory: Memory, rules: Rules, *, now: datetime) -> Step:
    """The step to unknown when no measurement came for `stale_after`, dated back to when the next one was due."""
    deadline = stale_at(memory, rules)
    if deadline is None or now < deadline:
        return Step(memory)
    return _enter(memory, CheckState.UNKNOWN, at=_last_known(memory) + rules.interval, known_at=now)


def stale_at(memory: Memory, rules: Rules) -> datetime | None:
    """When the check becomes stale unless measured before; None where it cannot."""
    if memory.state in (CheckState.PAUSED, CheckState.UNKNOWN) or memory.state_since is None:
        return None
    return _last_known(memory) + rules.stale_after


def pause(memory: Memory, *, at: datetime) -> Step:
    """The step to paused; none when it is already."""
    if memory.state == CheckState.PAUSED:
        return Step(memory)
    return _enter(memory, CheckState.PAUSED, at=at, known_at=at)


def resume(memory: Memory, *, at: datetime) -> Step:
    """The step from paused to pending; none from any other state."""
    if memory.state != CheckState.PAUSED:
        return Step(memory)
    return _enter(memory, CheckState.PENDING, at=at, known_at=at)


def _last_known(memory: Memory) -> datetime:
    """When the present state was last confirmed: by its last measurement, or by its beginning."""
    if memory.state_since is None:
        raise ValueError("a check that never had a result cannot become stale")
    return max(memory.state_since, memory.last_good_at or memory.state_since)


def _count(memory: Memory, seen: Seen) -> Memory:
    """The streaks with this measurement counted in."""
    if seen.outcome == Outcome.OK:
        return replace(
            _without_bad_streak(memory),
            ok_streak=memory.ok_streak + 1,
            ok_since=memory.ok_since or seen.started_at,
        )
    memory = replace(memory, ok_streak=0, ok_since=None)
    is_degraded = seen.outcome == Outcome.DEGRADED
    confirms = (memory.state, is_degraded) in ((CheckState.DOWN, False), (CheckState.DEGRADED, True))
    if confirms:
        return _without_bad_streak(memory)
    return replace(
        memory,
        bad_streak=memory.bad_streak + 1,
        bad_streak_degraded=memory.bad_streak_degraded + is_degraded,
        suspect_since=memory.suspect_since or seen.started_at,
    )


def _decide(memory: Memory, seen: Seen, rules: Rules) -> Step:
    target, since = _verdict(memory, seen, rules)
    if target is None or since is None or target == memory.state:
        return Step(memory)
    step = _enter(memory, target, at=since, known_at=seen.finished_at)
    if target == CheckState.DEGRADED and seen.outcome == Outcome.FAIL:
        # the fail that completed a mixed streak is already the first of those that may make it down
        suspect = replace(step.memory, bad_streak=1, suspect_since=seen.started_at)
        return Step(suspect, step.transition)
    return step


def _verdict(memory: Memory, seen: Seen, rules: Rules) -> tuple[CheckState | None, datetime | None]:
    """The state that the streaks call for, and since when."""
    if seen.outcome == Outcome.OK:
        if memory.state in UNMEASURED:
            return CheckState.UP, seen.started_at
        is_enough = memory.ok_streak >= rules.recover_threshold
        return (CheckState.UP, memory.ok_since) if is_enough else (None, None)
    is_better = memory.state == CheckState.DOWN
    needed = rules.recover_threshold if is_better else rules.fail_threshold
    if memory.bad_streak < needed:
        return None, None
    return CheckState.DEGRADED if memory.bad_streak_degraded else CheckState.DOWN, memory.suspect_since


def _enter(memory: Memory, state: CheckState, *, at: datetime, known_at: datetime) -> Step:
    """A new state with clean streaks; never dated before the state it follows."""
    at = max(at, memory.state_since or at)
    entered = replace(_without_bad_streak(memory), state=state, state_since=at, ok_streak=0, ok_since=None)
    return Step(entered, Transition(old=memory.state, new=state, at=at, known_at=known_at))


def _without_bad_streak(memory: Memory) -> Memory:
    if not memory.bad_streak:
        return memory  # as nearly always
    return replace(memory, bad_streak=0, bad_streak_degraded=0, suspect_since=None)


def observe_after_silence(memory: Memory, seen: Seen, rules: Rules) -> tuple[Memory, list[Transition]]:
    """One result after whatever silence came before it: a poller that was away measured nothing meanwhile."""
    silence = go_stale(memory, rules, now=seen.started_at)
    step = observe(silence.memory, seen, rules)
    return step.memory, [change for change in (silence.transition, step.transition) if change is not None]


def replay(results: Iterable[Seen], rules: Rules) -> list[tuple[CheckState, datetime]]:
    """The states that these results lead to and when each began, the last one still open."""
    memory = Memory()
    states: list[tuple[CheckState, datetime]] = []
    for seen in results:
        began = memory.state_since is None
        memory, transitions = observe_after_silence(memory, seen, rules)
        if began and memory.state_since is not None:
            states.append((CheckState.PENDING, seen.started_at))
        for transition in transitions:
            if states[-1][1] == transition.at:
                states.pop()
            states.append((transition.new, transition.at))
    return states
