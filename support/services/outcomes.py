"""Outcomes: before and after of a change, frozen on its check date; the verdict is a person's."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from foundation.claims import claim_rows
from foundation.errors import InvalidInputError
from foundation.words import local
from operations.models import User
from operations.services.notifications import Notice, notify
from support.models import Change, ChangeOutcome, ChangeVerdict, Insight, InsightState, OutcomeVerdict
from support.selectors.outcomes import describe_measure, measure, window_after
from support.services.insight_states import conclude
from support.services.insights import enter_state, lock_insight

_LEARNT = (ChangeVerdict.CONFIRMED.value, ChangeVerdict.REFUTED.value)


def freeze_due_outcomes(*, at: datetime) -> int:
    """Freeze before and after of each shipped change whose check date has come; how many.

    Each in a transaction of its own; a change has one outcome however many workers run it.
    """
    today, count = local(at).date(), 0
    due = Change.objects.filter(shipped_at__isnull=False, measured_at__isnull=True, check_on__lte=today)
    for insight_id in list(due.order_by("insight_id").values_list("insight_id", flat=True).distinct()):
        with transaction.atomic():
            insight = lock_insight(insight_id)
            changes = due.filter(insight=insight).select_related("metric").order_by("check_on", "pk")
            for change in claim_rows(changes, limit=100):
                _freeze(change, insight, at=at)
                count += 1
            _follow(insight, at=at)
    return count


def _freeze(change: Change, insight: Insight, *, at: datetime) -> None:
    assert change.shipped_at is not None
    change.insight = insight
    first, last = window_after(change, shipped_at=change.shipped_at)
    before, after = measure(change, change.before_start_on, change.before_end_on), measure(change, first, last)
    words, unit = describe_measure(change)
    ChangeOutcome.objects.create(
        change=change,
        measure=words,
        unit=unit,
        before_start_on=change.before_start_on,
        before_end_on=change.before_end_on,
        before_value=before.value,
        before_n=before.n,
        before_count=before.count,
        after_start_on=first,
        after_end_on=last,
        after_value=after.value,
        after_n=after.n,
        after_count=after.count,
        frozen_at=at,
    )
    change.measured_at = at
    _saved(change)
    notice = Notice(
        event=f"change:{change.pk}:measured",
        title=f"Give your verdict: {change.title}"[:200],
        text=f"“{words}” before and after is compared.",
        url=insight.get_absolute_url(),
    )
    notify(notice=notice, to=[change.owner_id], at=at)


def decide_outcome(*, outcome_id: int, verdict: str, note: str, by: User, at: datetime) -> OutcomeVerdict:
    """What a person concludes, once; the insight ends with the last verdict on its shipped changes.

    InvalidInputError without a note, for a second verdict, and for any but inconclusive where a window has fewer rows
    than `INSIGHT_MINIMUM_N`.
    """
    if verdict not in ChangeVerdict.values:
        raise InvalidInputError("verdict", f"Must be one of: {', '.join(ChangeVerdict.values)}.")
    if not note.strip():
        raise InvalidInputError("note", "Say what was learnt.")
    with transaction.atomic():
        insight = lock_insight(ChangeOutcome.objects.values_list("change__insight", flat=True).get(pk=outcome_id))
        outcome = ChangeOutcome.objects.get(pk=outcome_id)
        change = Change.objects.select_for_update(of=("self",)).get(pk=outcome.change_id)
        if change.decided_at is not None:
            raise InvalidInputError("verdict", "A verdict was given, and stays.")
        _check_enough(outcome, verdict)
        row = OutcomeVerdict.objects.create(
            outcome=outcome, verdict=verdict, note=note.strip()[:500], decided_by=by, decided_at=at
        )
        change.decided_at, change.verdict = at, verdict
        _saved(change)
        _follow(insight, at=at, by=by, reason=row.note)
    return row


def _check_enough(outcome: ChangeOutcome, verdict: str) -> None:
    fewest, needed = min(outcome.before_n, outcome.after_n), settings.INSIGHT_MINIMUM_N
    has_values = outcome.before_value is not None and outcome.after_value is not None
    if verdict in _LEARNT and (fewest < needed or not has_values):
        raise InvalidInputError("verdict", f"{fewest} rows in a window, {needed} needed: inconclusive.")


def _follow(insight: Insight, *, at: datetime, by: User | None = None, reason: str = "") -> None:
    """The insight is measured when its shipped changes are, and ends when they are decided."""
    shipped = list(insight.changes.filter(shipped_at__isnull=False))
    if insight.state == InsightState.SHIPPED and shipped and all(change.measured_at for change in shipped):
        enter_state(insight, InsightState.MEASURED, by=by, at=at)
    verdict = conclude([change.verdict for change in shipped])
    if insight.state == InsightState.MEASURED and verdict is not None:
        enter_state(insight, verdict, by=by, at=at, reason=reason)


def _saved(change: Change) -> None:
    change.version += 1
    change.save()
