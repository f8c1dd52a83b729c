"""Error budgets: how much downtime an objective grants in its window, what is spent of it, and where that leaves us.

Times are whole microseconds, shares are fractions; nothing is rounded before it is shown. Terms as in the Site
Reliability Workbook, chapter 2: the budget is 1 − target.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from partnerships.health.uptime import to_us

ROLLING, MONTH = "rolling", "month"
HEALTHY, AT_RISK, EXHAUSTED, NO_DATA, PAUSED = "healthy", "at_risk", "exhausted", "no_data", "paused"
RISK_SHARE = Fraction(1, 5)
"""A budget with at most this share left is at risk; one that was is healthy again above SAFE_SHARE only."""
SAFE_SHARE = Fraction(1, 4)
REFILLED_SHARE = Fraction(1, 20)
"""A budget that was exhausted is so until more than this share is left again."""
STEP_MARGIN = 5
"""In points: spending that falls by less does not make a step of the policy happen again."""
DAY_US = 86_400_000_000
NOMINAL_MONTH_DAYS = 30
_LONGEST_MONTH = timedelta(days=32)


@dataclass(frozen=True, slots=True)
class Objective:
    """What is promised: a share of the time, in the last `days` of 24 hours or in the calendar month of a zone."""

    target: Fraction
    kind: str = ROLLING
    days: int = 30
    zone: str = "UTC"

    def bounds(self, at: datetime) -> tuple[datetime, datetime]:
        """The window that `at` is judged in: it ends now where it rolls, with the month where it is one."""
        if self.kind == ROLLING:
            return at - timedelta(days=self.days), at
        first = at.astimezone(ZoneInfo(self.zone)).replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0)
        following = (first + _LONGEST_MONTH).replace(day=1)
        return first.astimezone(UTC), following.astimezone(UTC)

    @property
    def nominal_us(self) -> int:
        """The length that burn rates are scaled by: a month counts as 30 days, so that thresholds stay."""
        return (self.days if self.kind == ROLLING else NOMINAL_MONTH_DAYS) * DAY_US

    def length_us(self, at: datetime) -> int:
        """How long the window is; a month in which clocks change is an hour longer or shorter."""
        start, end = self.bounds(at)
        return to_us(end) - to_us(start)


@dataclass(frozen=True, slots=True)
class Budget:
    """The downtime granted and spent in a window, in microseconds, signed.

    `missing_us` is how much of a rolling window there is not yet: its budget still grows.
    """

    target: Fraction
    total_us: Fraction
    spent_us: Fraction
    missing_us: int = 0

    @property
    def left_us(self) -> Fraction:
        return self.total_us - self.spent_us

    @property
    def left_share(self) -> Fraction:
        """Of the budget; negative where more was lost than granted."""
        return self.left_us / self.total_us

    @property
    def spent_share(self) -> Fraction:
        """Of the budget; above 1 where more was lost than granted."""
        return self.spent_us / self.total_us


def budget_of(
    target: Fraction, *, counted_us: int, lost_us: Fraction | int, ahead_us: int = 0, missing_us: int = 0
) -> Budget | None:
    """The budget of a window; None where nothing was counted yet.

    Granted for the time that counts: `counted_us` so far and, in a calendar month, `ahead_us` to come. So at the end
    of any window it is overspent exactly when the uptime is below the target.
    """
    if not counted_us:
        return None
    granted = (1 - target) * (counted_us + ahead_us)
    return Budget(target=target, total_us=granted, spent_us=Fraction(lost_us), missing_us=missing_us)


def status_of(budget: Budget | None, *, previous: str = "", is_paused: bool = False) -> str:
    """Where the budget stands; it gets worse at once and better only with a margin, so that it does not flicker."""
    if is_paused:
        return PAUSED
    if budget is None:
        return NO_DATA
    left = budget.left_share
    if left <= 0 or (previous == EXHAUSTED and left <= REFILLED_SHARE):
        return EXHAUSTED
    if left <= RISK_SHARE or (previous in {AT_RISK, EXHAUSTED} and left <= SAFE_SHARE):
        return AT_RISK
    return HEALTHY


def reached_step(steps: Sequence[int], spent_share: Fraction, *, before: int) -> int:
    """The highest step, in per cent spent, that counts as reached; 0 for none.

    One that was reached before stays so until the spending is STEP_MARGIN below it.
    """
    kept = [step for step in steps if step <= before and spent_share * 100 > step - STEP_MARGIN]
    return max([0, *kept, *(step for step in steps if spent_share * 100 >= step)])
