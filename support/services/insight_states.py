"""Which state of an insight may follow which, and what a step needs. One table; pages, admin and API all read it."""

from collections.abc import Mapping

from foundation.errors import InvalidInputError, RefusedTransitionError
from support.models import Insight, InsightState

ALLOWED: Mapping[str, tuple[InsightState, ...]] = {
    InsightState.CANDIDATE: (InsightState.VALIDATED, InsightState.DISMISSED),
    InsightState.VALIDATED: (InsightState.PLANNED, InsightState.DISMISSED),
    InsightState.PLANNED: (InsightState.SHIPPED, InsightState.DISMISSED),
    InsightState.SHIPPED: (InsightState.MEASURED,),
    InsightState.MEASURED: (InsightState.CONFIRMED, InsightState.REFUTED, InsightState.INCONCLUSIVE),
    InsightState.CONFIRMED: (),
    InsightState.REFUTED: (),
    InsightState.INCONCLUSIVE: (),
    InsightState.DISMISSED: (),
}
_VERDICTS = (InsightState.CONFIRMED, InsightState.REFUTED, InsightState.INCONCLUSIVE)


def check_step(insight: Insight, state: InsightState, reason: str) -> None:
    """RefusedTransitionError when the table has no such step, InvalidInputError when something it needs is missing."""
    allowed = ALLOWED[insight.state]
    if state not in allowed:
        raise RefusedTransitionError(insight.state, state.value, [one.value for one in allowed])
    if state is InsightState.DISMISSED and not reason:
        raise InvalidInputError("reason", "Say why it is dismissed.")
    if state is InsightState.VALIDATED and not insight.evidence.filter(removed_at__isnull=True).exists():
        raise InvalidInputError("state", "It has no evidence: add a ticket first.")
    if state not in (InsightState.DISMISSED, InsightState.VALIDATED):
        _check_changes(insight, state)


def _check_changes(insight: Insight, state: InsightState) -> None:
    changes = list(insight.changes.all())
    shipped = [change for change in changes if change.shipped_at]
    if not changes:
        raise InvalidInputError("state", "Plan a change first.")
    if state is InsightState.PLANNED:
        return
    if not shipped:
        raise InvalidInputError("state", "None of its changes has shipped.")
    if state is not InsightState.SHIPPED and any(change.measured_at is None for change in shipped):
        raise InvalidInputError("state", "Before and after are compared on the check date of each change.")
    if state in _VERDICTS and state is not conclude([change.verdict for change in shipped]):
        raise InvalidInputError("state", "It follows from the verdicts on its changes: give those.")


def conclude(verdicts: list[str]) -> InsightState | None:
    """What the verdicts on the shipped changes mean for the insight; None while one is missing.

    One confirmed change confirms it; else one refuted one refutes it.
    """
    if not verdicts or "" in verdicts:
        return None
    return next(state for state in _VERDICTS if state.value in verdicts)
