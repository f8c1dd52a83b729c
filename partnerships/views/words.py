"""States, shares, budgets and profiles as words."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from math import floor

from charts.bars import share_bar
from charts.primitives import Markup
from charts.state import state
from foundation.words import MINUS, duration
from partnerships.health.slo import ROLLING, Budget, Objective
from partnerships.health.uptime import NO_DATA, Accounting, display_percent
from partnerships.selectors.pages_timelines import StateNow
from partnerships.selectors.slos import SLONow

_VENDOR = {"up": "operational", "degraded": "degraded", "down": "outage", "pending": "not read yet", "paused": "paused"}
_BUDGET_BARS = {"exhausted": "f-bad", "at_risk": "f-watch"}
_RULES = {"exclude": "excluded", "measured": "counted as measured", "up": "counted as up", "down": "counted as down"}


def percent(ratio: Fraction | None, decimals: int = 2) -> str:
    """The share as per cent, rounded down, without its sign: 99.99, 100, "no data"."""
    return "100" if ratio == 1 else display_percent(ratio, decimals=decimals)


def with_sign(number: str) -> str:
    """The written share with its per cent sign; "no data" stays."""
    return number if number == NO_DATA else f"{number} %"


def target_words(slo: Fraction) -> str:
    """A promised share, without idle decimals: 99.9 %."""
    return f"{float(slo * 100):.6g} %"


def lasting(now: StateNow, at: datetime) -> str:
    """The state and for how long: Down 3 h 06 min."""
    return now.label if now.since is None else f"{now.label} {duration(at - now.since)}"


def state_mark(now: StateNow, at: datetime) -> Markup:
    """The state as shape and words."""
    return state(now.tone, lasting(now, at))


def vendor_word(now: StateNow) -> str:
    """What the partner's own page says; empty where we read none."""
    return "" if now.state == "none" else _VENDOR.get(now.state, "unknown")


def vendor_mark(now: StateNow) -> Markup | str:
    """The partner's word: plain where it is good news, marked where it is not."""
    word = vendor_word(now)
    return word if not word or now.tone == "good" else state(now.tone, word)


def whole_percent(share: Fraction) -> int:
    """A signed share as whole per cent, rounded down."""
    return floor(share * 100)


def budget_words(budget: Budget | None) -> str:
    """What is left of a budget: 14%, −248%; "no data" where nothing was counted or promised."""
    if budget is None:
        return NO_DATA
    left = whole_percent(budget.left_share)
    return f"{MINUS if left < 0 else ''}{abs(left)}%"


def budget_bar(slo: SLONow | None) -> Markup | str:
    """A small bar of what is left, empty where it is overspent."""
    if slo is None or slo.budget is None:
        return ""
    return share_bar(float(slo.budget.left_share), cls=_BUDGET_BARS.get(slo.status, "f-mid"), width=44)


def window_words(objective: Objective) -> str:
    """The window of an objective: 30 days, a calendar month."""
    if objective.kind != ROLLING:
        return "a calendar month"
    return "1 day" if objective.days == 1 else f"{objective.days} days"


@dataclass(frozen=True, slots=True)
class TimeUnit:
    """The unit that a budget is told in, so that its figures stay short."""

    name: str
    plural: str
    us: int

    def write(self, microseconds: Fraction | int) -> str:
        """Signed, with one decimal, rounded down: 6.2, −107.4."""
        tenths = floor(Fraction(microseconds) * 10 / self.us)
        whole, rest = divmod(abs(tenths), 10)
        return f"{MINUS if tenths < 0 else ''}{whole:,}.{rest}"

    def words(self, microseconds: Fraction | int) -> str:
        return f"{self.write(microseconds)} {self.name}"


MINUTES = TimeUnit("min", "minutes", 60_000_000)
HOURS = TimeUnit("h", "hours", 3_600_000_000)
_LONG_BUDGET_US = 10 * HOURS.us


def unit_of(budget: Budget) -> TimeUnit:
    """Minutes, or hours where the budget is ten hours and more."""
    return HOURS if max(budget.total_us, budget.spent_us) >= _LONG_BUDGET_US else MINUTES


def microseconds(length: Fraction | int) -> str:
    """A length of time in its two largest units."""
    return duration(timedelta(microseconds=int(length)))


def profile_words(accounting: Accounting) -> str:
    """The rules that a figure was counted by, in a sentence without its stop."""
    if accounting.maintenance == accounting.unknown:
        rules = [f"maintenance and unknown {_RULES[accounting.unknown]}"]
    else:
        rules = [f"maintenance {_RULES[accounting.maintenance]}", f"unknown {_RULES[accounting.unknown]}"]
    weight = accounting.degraded_weight
    degraded = "as up" if not weight else "as down" if weight == 1 else f"{float(weight * 100):.3g} % as down"
    shortest = [f"outages from {microseconds(accounting.min_outage_us)}"] if accounting.min_outage_us else []
    hours = [f"outside {accounting.hours_name} not counted"] if accounting.hours_name else []
    return ", ".join([*rules, f"degraded counts {degraded}", *shortest, *hours])
