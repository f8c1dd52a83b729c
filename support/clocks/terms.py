"""What was promised, and by which calendar it is counted."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from operations.business_time.engine import BusinessTime
from support.models import ClockMetric

HOUR = 3600
DEFAULT_GRACE_SECONDS = HOUR


@dataclass(frozen=True)
class Target:
    """Seconds within which a clock is to be stopped, of open time or (`in_business` false) of all hours."""

    seconds: int
    in_business: bool = True


@dataclass(frozen=True)
class Terms:
    """What holds for a ticket from some instant on: targets by clock, and the calendar of its business time.

    `counts_vendor_hold` says whether the customer's wait goes on while we wait for a vendor. A reopened ticket has at
    least `grace_seconds` left to be solved in. `key` names the version of the policy; None where none applies.
    `calendar_key` names the calendar with all its hours: another name, another count.
    """

    calendar: BusinessTime
    targets: Mapping[ClockMetric, Target] = field(default_factory=dict)
    counts_vendor_hold: bool = False
    grace_seconds: int = DEFAULT_GRACE_SECONDS
    key: int | None = None
    calendar_key: str = ""
