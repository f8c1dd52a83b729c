"""What may follow what, how grave it is, and how often people hear of it: each rule in one table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from partnerships.models import IncidentState, Level, Severity, Tier

_OPEN = (IncidentState.INVESTIGATING, IncidentState.IDENTIFIED, IncidentState.MONITORING)

ALLOWED: Mapping[str, tuple[IncidentState, ...]] = {
    IncidentState.DECLARED: (*_OPEN, IncidentState.RESOLVED),
    **{state: (*(other for other in _OPEN if other is not state), IncidentState.RESOLVED) for state in _OPEN},
    IncidentState.RESOLVED: (IncidentState.REVIEW, IncidentState.CLOSED),
    IncidentState.REVIEW: (IncidentState.CLOSED,),
    IncidentState.CLOSED: (),
}
"""Going back to work is reopening, which is a step of its own."""

_1, _2, _3, _4 = Severity
_H, _M, _L = Level
SEVERITIES: Mapping[str, Mapping[tuple[str, str], Severity]] = {
    Tier.PRODUCTION: {
        (_H, _H): _1, (_H, _M): _2, (_H, _L): _3,
        (_M, _H): _2, (_M, _M): _3, (_M, _L): _4,
        (_L, _H): _3, (_L, _M): _4, (_L, _L): _4,
    },
    Tier.EXPERIMENTAL: {  # Never grave enough to wake anybody.
        (_H, _H): _3, (_H, _M): _3, (_H, _L): _4,
        (_M, _H): _4, (_M, _M): _4, (_M, _L): _4,
        (_L, _H): _4, (_L, _M): _4, (_L, _L): _4,
    },
}  # fmt: skip
"""Tier, then (impact, urgency)."""


@dataclass(frozen=True, slots=True)
class Cadence:
    """How long our own people, and those outside, wait for news at most; None: nobody is promised any."""

    internal: timedelta | None = None
    external: timedelta | None = None


CADENCES: Mapping[str, Cadence] = {
    Severity.SEV1: Cadence(timedelta(minutes=30), timedelta(minutes=60)),
    Severity.SEV2: Cadence(timedelta(minutes=60), timedelta(minutes=120)),
    Severity.SEV3: Cadence(timedelta(hours=4)),
    Severity.SEV4: Cadence(),
}
REVIEWED = frozenset({Severity.SEV1, Severity.SEV2})
"""The severities after which a post-mortem is required."""

ESCALATED: Mapping[str, str] = {Severity.SEV1: "critical", Severity.SEV2: "critical", Severity.SEV3: "normal"}
"""How an incident in production is escalated as it opens; the others are not, and drills never are."""

HOLD = timedelta(minutes=15)
"""How long everything must have been up before an automatic incident is resolved by itself."""


def severity_of(*, impact: str, urgency: str, tier: str) -> Severity:
    """The cell of the matrix."""
    return SEVERITIES[tier][impact, urgency]


def needs_post_mortem(*, severity: str, is_drill: bool, is_merged: bool = False) -> bool:
    """Whether the incident may be closed only after a post-mortem."""
    return severity in REVIEWED and not is_drill and not is_merged


def list_allowed_states(state: str) -> list[IncidentState]:
    """The states that an incident in `state` may be given, in the order in which they are offered."""
    return list(ALLOWED[state])


AUDIENCE_ROLES: Mapping[str, tuple[str, ...]] = {
    "executives": ("executive", "coo"),
    "staff": ("operations", "partner_manager", "support_lead", "support_agent"),
}
"""Whose people an audience of our own is."""

REVIEW_DAYS = 5
"""Working days from the resolution to the finished post-mortem."""

ADMITTED_WITHIN = timedelta(minutes=30)
"""How much later than ours a partner's incident may begin and still be the same."""

LEAD_WAITS: Mapping[str, int] = {"update": 900, "action": 86_400, "post_mortem": 86_400}
"""Seconds that the owner's lead has to answer for what is overdue before it goes to the COO."""
