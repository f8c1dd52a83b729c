"""Burn rates: how fast a budget is being spent, and when that is worth telling somebody.

Burn is the bad share of a window over the share that the target grants: at 1 the budget lasts exactly as long as its
window. Multiwindow, multi-burn-rate alerts as in the Site Reliability Workbook, chapter 5: a rule names the share of
the budget that may be spent within its long window; the short window, a twelfth of it, tells that it still goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from partnerships.health.uptime import Span

PAGE, TICKET = "page", "ticket"
BURN, DOWN = "burn", "down"
SHORT_PART = 12
SHORT_PROBES = 5
"""A shorter window could be decided by a single probe; it is widened until it holds as many."""
IMPOSSIBLE = Fraction(9, 10)
"""A rule that takes a greater bad share than this of its long window would come too late, or never."""
KNOWN_COVERAGE = Fraction(1, 2)
MINUTE_US = 60_000_000


@dataclass(frozen=True, slots=True)
class Rule:
    """One alert: a share of the budget spent within the long window, or (kind "down") an outage longer than it."""

    severity: str
    long_us: int
    budget_share: Fraction = Fraction(0)
    kind: str = BURN

    @property
    def key(self) -> str:
        """What tells it from the others of its objective: page-burn-60."""
        return f"{self.severity}-{self.kind}-{self.long_us // MINUTE_US}"

    def threshold(self, window_us: int) -> Fraction:
        """The burn rate above which it fires: 2 % of 30 days in an hour are 14.4."""
        return self.budget_share * window_us / self.long_us

    def short_us(self, interval_us: int) -> int:
        """The short window for a check of this interval; at most the long one."""
        return min(max(self.long_us // SHORT_PART, SHORT_PROBES * interval_us), self.long_us)

    def is_widened(self, interval_us: int) -> bool:
        """Whether the short window had to be made longer for its probes."""
        return self.short_us(interval_us) > self.long_us // SHORT_PART

    def bad_share(self, target: Fraction, window_us: int) -> Fraction:
        """The share of the long window that has to be bad; above 1 not even a total outage reaches it."""
        return self.threshold(window_us) * (1 - target)

    def is_impossible(self, target: Fraction, window_us: int) -> bool:
        """Whether even a total outage would fire it too late or never (at 14.4: targets up to 93.75 %)."""
        return self.kind == BURN and self.bad_share(target, window_us) >= IMPOSSIBLE


STANDARD_RULES = (
    Rule(PAGE, 60 * MINUTE_US, Fraction(2, 100)),
    Rule(PAGE, 6 * 60 * MINUTE_US, Fraction(5, 100)),
    Rule(TICKET, 24 * 60 * MINUTE_US, Fraction(10, 100)),
    Rule(TICKET, 72 * 60 * MINUTE_US, Fraction(10, 100)),
)
"""The table of the Site Reliability Workbook."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What an impossible rule may be replaced by: less of the budget in its window, and a plain outage."""

    budget_percent: int
    down_us: int


def offer_instead(rule: Rule, target: Fraction, window_us: int) -> Offer:
    """The most whole per cent possible in the rule's window (0: none), and the outage that costs the rule's share."""
    most = IMPOSSIBLE * rule.long_us / (window_us * (1 - target)) * 100
    percent = floor(most) if floor(most) < most else floor(most) - 1
    return Offer(percent, _minutes_up(rule.budget_share * window_us * (1 - target)))


def default_rules(target: Fraction, window_us: int, *, wakes: bool) -> tuple[Rule, ...]:
    """The standard rules that fit the window; those that are impossible at this target as plain outages.

    Where nobody is to be woken all of them are tickets.
    """
    rules = []
    for rule in STANDARD_RULES:
        if rule.long_us >= window_us:
            continue
        severity = rule.severity if wakes else TICKET
        if rule.is_impossible(target, window_us):
            rules.append(Rule(severity, offer_instead(rule, target, window_us).down_us, kind=DOWN))
        else:
            rules.append(Rule(severity, rule.long_us, rule.budget_share))
    return tuple(rules)


@dataclass(frozen=True, slots=True)
class Reading:
    """One rule at one instant. A burn is None where nothing counted; `is_known`: enough was measured to fire it.

    Of a plain outage `long` is how many times longer than allowed it has lasted, and the threshold 1.
    """

    rule: Rule
    threshold: Fraction
    long: Fraction | None
    short: Fraction | None
    short_us: int
    is_widened: bool
    is_known: bool

    @property
    def is_over(self) -> bool:
        """Whether both windows are above the threshold; reaching it is not enough."""
        if self.long is None or self.short is None:
            return False
        return self.is_known and min(self.long, self.short) > self.threshold

    @property
    def is_past(self) -> bool:
        """Whether the long window is no longer above it; without measurement nobody knows."""
        return self.long is not None and self.long <= self.threshold

    def may_fire(self, last_fired: int | None, now: int) -> bool:
        """Whether it is over, and did not fire within one long window before."""
        return self.is_over and (last_fired is None or now - last_fired >= self.rule.long_us)


def burn_rate(*, lost_us: Fraction, counted_us: int, target: Fraction) -> Fraction | None:
    """How many times faster than granted the budget is spent; None where nothing counted."""
    return lost_us / counted_us / (1 - target) if counted_us else None


def down_for(spans: Sequence[Span], now: int) -> int:
    """How long the outage has lasted that goes on now, in microseconds; 0 if there is none."""
    began = now
    for span in reversed(spans):
        end = now if span.end is None else min(span.end, now)
        if span.start >= now:
            continue
        if span.state != "down" or end != began:
            break
        began = span.start
    return now - began


def _minutes_up(length: Fraction) -> int:
    return max(ceil(length / MINUTE_US), 1) * MINUTE_US
