"""What the conditions of a gate say: each passes, warns or fails, and together they are a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from foundation.states import TonedChoices

FAILS_FOR_NO, WARNINGS_FOR_CONDITIONAL = 2, 2


class Verdict(TonedChoices):
    GO = "go", "good", "Go"
    CONDITIONAL = "conditional", "watch", "Conditional"
    NO_GO = "no_go", "bad", "No go"


class Outcome(TonedChoices):
    PASS = "pass", "good", "Met"
    WARN = "warn", "watch", "Warning"
    FAIL = "fail", "bad", "Not met"


OPERATORS = {"at_least": "at least", "at_most": "at most"}


@dataclass(frozen=True)
class Condition:
    """A metric's last complete value is to be at least, or at most, a number; a soft one warns rather than fails."""

    metric: str
    op: str
    value: float
    is_hard: bool = True


def judge(condition: Condition, value: float | None) -> Outcome:
    """Whether the value meets the condition; without a value a hard condition fails and another one warns."""
    if value is not None:
        is_met = value >= condition.value if condition.op == "at_least" else value <= condition.value
        if is_met:
            return Outcome.PASS
    return Outcome.FAIL if condition.is_hard else Outcome.WARN


def verdict_of(outcomes: Sequence[str]) -> Verdict:
    """Two fails are a no; one fail, or two warnings, is a conditional go; otherwise it is a go."""
    fails, warnings = outcomes.count(Outcome.FAIL), outcomes.count(Outcome.WARN)
    if fails >= FAILS_FOR_NO:
        return Verdict.NO_GO
    if fails or warnings >= WARNINGS_FOR_CONDITIONAL:
        return Verdict.CONDITIONAL
    return Verdict.GO


def is_bolder(decision: str, verdict: str) -> bool:
    """Whether the decision goes further than the verdict."""
    order = [Verdict.NO_GO.value, Verdict.CONDITIONAL.value, Verdict.GO.value]
    return order.index(decision) > order.index(verdict)
