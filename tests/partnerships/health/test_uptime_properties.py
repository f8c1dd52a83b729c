"""Uptime against a brute force that looks at each second by itself, in many random cases."""

import itertools
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from partnerships.health.uptime import Accounting, Span, Tally, Window, sum_tallies, tally

CASES = 2_500  # for each of SEEDS
SEEDS = range(5)
WORLD = 200  # steps of the brute force's world
CLASSES = ("up", "degraded", "down", "unknown", "paused", "maintenance")
STATES = ("up", "degraded", "down", "unknown", "paused", "pending")
UNKNOWN, MAINTENANCE = CLASSES.index("unknown"), CLASSES.index("maintenance")
ACCOUNTINGS = [
    Accounting(maintenance=maintenance, unknown=unknown, degraded_weight=weight)
    for maintenance in ("exclude", "measured", "up")
    for unknown in ("exclude", "down", "up")
    for weight in (Decimal(0), Decimal("0.3"), Decimal("0.125"), Decimal(1))
]


class Case:
    """One random timeline with maintenance, window, present and rules, in steps of `step` microseconds."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.step = int(rng.choice([1, 7, 1_000_000, 60_000_000]))
        cuts = sorted(set(rng.integers(0, WORLD, rng.integers(1, 14)).tolist()))
        states = [STATES[number] for number in rng.integers(0, len(STATES), len(cuts))]
        is_open, has_gaps = rng.random() < 0.5, rng.random() < 0.3
        ends = [*cuts[1:], None] if is_open else [*cuts[1:], cuts[-1]]
        steps = [one for one in zip(cuts, ends, states, strict=True) if one[0] != one[1]]
        self.steps = [one for one in steps if not has_gaps or rng.random() < 0.7]
        self.planned = [tuple(rng.integers(-20, WORLD + 20, 2).tolist()) for _ in range(rng.integers(0, 5))]
        self.start, length = int(rng.integers(-10, WORLD)), int(rng.integers(0, WORLD))
        self.end = self.start + length
        self.now = int(rng.integers(-5, 2 * WORLD))
        self.since = int(rng.integers(-10, WORLD)) if rng.random() < 0.6 else None
        self.accounting = ACCOUNTINGS[rng.integers(0, len(ACCOUNTINGS))]
        self.cuts = sorted({self.start, self.end, *rng.integers(self.start, self.end + 1, 4).tolist()})

    @property
    def spans(self) -> list[Span]:
        return [
            Span(low * self.step, None if high is None else high * self.step, state) for low, high, state in self.steps
        ]

    @property
    def maintenance(self) -> list[tuple[int, int]]:
        return [(low * self.step, high * self.step) for low, high in self.planned]

    def window(self, start: int, end: int) -> Window:
        since = None if self.since is None else self.since * self.step
        return Window(start * self.step, end * self.step, self.now * self.step, since)

    def found(self, start: int, end: int) -> Tally:
        return tally(self.spans, self.window(start, end), maintenance=self.maintenance, accounting=self.accounting)

    def by_steps(self) -> dict[str, int]:
        """The class of each step painted into an array: states, then maintenance over them, then what was outside."""
        moments = np.arange(-20, 3 * WORLD)
        kinds = np.full(moments.shape, UNKNOWN)
        for low, high, state in self.steps:
            inside = (moments >= low) & (moments < (np.inf if high is None else high))
            kinds[inside] = UNKNOWN if state == "pending" else CLASSES.index(state)
        if self.accounting.maintenance != "measured":
            for low, high in self.planned:
                kinds[(moments >= low) & (moments < high)] = MAINTENANCE
        if self.accounting.maintenance == "up":
            kinds[kinds == MAINTENANCE] = CLASSES.index("up")
        asked = (moments >= self.start) & (moments < self.end) & (moments < self.now)
        if self.since is not None:
            asked &= moments >= self.since
        counts = np.bincount(kinds[asked], minlength=len(CLASSES))
        return {name: int(count) * self.step for name, count in zip(CLASSES, counts, strict=True)}


def uptime_of(counts: dict[str, int], accounting: Accounting) -> Fraction | None:
    weight = {"up": Fraction(1), "down": Fraction(0), "degraded": 1 - Fraction(accounting.degraded_weight)}
    if accounting.unknown != "exclude":
        weight["unknown"] = Fraction(accounting.unknown == "up")
    counted = sum(counts[name] for name in weight)
    return sum(weight[name] * counts[name] for name in weight) / counted if counted else None


@pytest.mark.parametrize("seed", SEEDS)
def test_tally_equals_the_brute_force_and_adds_up(seed):
    rng = np.random.default_rng(seed)
    seen: set[str] = set()
    for number in range(CASES):
        case = Case(rng)
        expected = case.by_steps()

        whole = case.found(case.start, case.end)

        said = f"case {number} of seed {seed}: {vars(case)}"
        assert whole == Tally(**expected), said
        assert whole.uptime(case.accounting) == uptime_of(expected, case.accounting), said
        parts = [case.found(low, high) for low, high in itertools.pairwise(case.cuts)]
        assert sum_tallies(parts) == whole, said
        seen |= {name for name, count in expected.items() if count}
    assert seen == set(CLASSES)  # every class was met


@pytest.mark.parametrize("seed", SEEDS)
def test_coverage_is_what_was_measured_of_what_should_have_been(seed):
    rng = np.random.default_rng(1_000 + seed)
    for _ in range(CASES // 5):
        case = Case(rng)
        expected = case.by_steps()
        should = sum(expected.values()) - expected["maintenance"]

        found = case.found(case.start, case.end).coverage

        measured = sum(expected[name] for name in ("up", "degraded", "down"))
        assert found == (Fraction(measured, should) if should else None)
