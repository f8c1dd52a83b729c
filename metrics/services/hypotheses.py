"""The life of a hypothesis: written, locked with the value before, decided with the value after."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from foundation.errors import InvalidInputError, RefusedTransitionError
from metrics.kinds import Value
from metrics.models import Hypothesis, HypothesisKind, HypothesisState, MetricVersion, Verdict
from metrics.selectors.values import get_version
from metrics.selectors.windows import NoWindowError, value_between
from metrics.services.experiments import local_day

MAX_DAYS = 366


def change_hypothesis(*, hypothesis_id: int, fields: Mapping[str, Any]) -> Hypothesis:
    """The draft, changed. Raises RefusedTransitionError once it is locked."""
    with transaction.atomic():
        hypothesis = _locked(hypothesis_id)
        _refuse_unless(hypothesis, "changed draft", HypothesisState.DRAFT)
        if fields.get("key", hypothesis.key) != hypothesis.key:
            raise InvalidInputError("key", "The key never changes: addresses use it.")
        for name, value in fields.items():
            setattr(hypothesis, name, value)
        return _saved(hypothesis)


def lock_hypothesis(*, hypothesis_id: int, by: Any, at: datetime, is_signed: bool = False) -> Hypothesis:
    """Begin testing: the expectation is fixed and the value before is copied beside it.

    A partnership hypothesis needs `is_signed`: that both owners signed, which the caller has seen to. Raises
    InvalidInputError naming the field that is missing: a window of complete days before, an expected change, a metric
    that has a value there.
    """
    with transaction.atomic():
        hypothesis = _locked(hypothesis_id)
        if hypothesis.kind == HypothesisKind.PARTNERSHIP and not is_signed:
            raise InvalidInputError(
                "kind", "A partnership experiment begins by its sign-off, once both have signed it."
            )
        _refuse_unless(hypothesis, HypothesisState.TESTING, HypothesisState.DRAFT)
        before = _value_before(hypothesis, today=local_day(at))
        hypothesis.before_value, hypothesis.before_n = before.value, before.n
        hypothesis.state, hypothesis.locked_by, hypothesis.locked_at = HypothesisState.TESTING, by, at
        return _saved(hypothesis)


def decide_hypothesis(
    *, hypothesis_id: int, verdict: str, note: str, by: Any, at: datetime, is_acknowledged: bool = False
) -> Hypothesis:
    """Give the verdict, with the value of an equally long window after, frozen.

    A partnership hypothesis needs `is_acknowledged`: that both owners know the verdict, which the caller has seen to.

    The window ends on the due day, or on the last complete day where the verdict comes earlier. Raises
    InvalidInputError without a note, or where fewer rows than the minimum would carry validated or refuted.
    """
    if verdict not in Verdict.values:
        raise InvalidInputError("verdict", f"Must be one of: {', '.join(Verdict.values)}.")
    if not note.strip():
        raise InvalidInputError("note", "Say what was learnt.")
    with transaction.atomic():
        hypothesis = _locked(hypothesis_id)
        _refuse_unless(hypothesis, HypothesisState.DECIDED, HypothesisState.TESTING)
        if hypothesis.kind == HypothesisKind.PARTNERSHIP and not is_acknowledged:
            raise InvalidInputError("kind", "The verdict of a partnership experiment waits for both owners.")
        after = _value_after(hypothesis, today=local_day(at))
        if verdict in {Verdict.VALIDATED, Verdict.REFUTED} and after.n < hypothesis.minimum_n:
            needed = f"{after.n} rows after, {hypothesis.minimum_n} needed"
            raise InvalidInputError("verdict", f"{needed}: inconclusive, or invalid.")
        hypothesis.after_value, hypothesis.after_n = after.value, after.n
        hypothesis.state, hypothesis.verdict = HypothesisState.DECIDED, verdict
        hypothesis.decided_by, hypothesis.decided_at, hypothesis.decision_note = by, at, note.strip()
        return _saved(hypothesis)


def after_window(hypothesis: Hypothesis, *, today: date) -> tuple[date, date] | None:
    """The days after that are compared: as many as before, at most up to yesterday, none from before the locking."""
    if not (hypothesis.before_start_on and hypothesis.before_end_on and hypothesis.locked_at):
        return None
    last = min(hypothesis.due_on, today - timedelta(days=1))
    length = hypothesis.before_end_on - hypothesis.before_start_on
    first = max(last - length, local_day(hypothesis.locked_at) + timedelta(days=1))
    return (first, last) if first <= last else None


def _value_before(hypothesis: Hypothesis, *, today: date) -> Value:
    if hypothesis.expected_change <= 0:
        raise InvalidInputError("expected_change", "Say by how much the metric moves, above 0.")
    start, end = hypothesis.before_start_on, hypothesis.before_end_on
    if start is None or end is None:
        raise InvalidInputError("before_start_on", "Say which days are the window before.")
    if end >= today:
        raise InvalidInputError("before_end_on", "Must be a day that is over.")
    if end - start >= timedelta(days=MAX_DAYS):
        raise InvalidInputError("before_start_on", f"The window is at most {MAX_DAYS} days long.")
    if hypothesis.due_on < today:
        raise InvalidInputError("due_on", "Must not have passed.")
    before = _value(hypothesis, start, end)
    if before.value is None:
        raise InvalidInputError("before_start_on", "The metric has no value in these days.")
    return before


def _value_after(hypothesis: Hypothesis, *, today: date) -> Value:
    window = after_window(hypothesis, today=today)
    return _value(hypothesis, *window) if window else Value(None, 0)


def _value(hypothesis: Hypothesis, first: date, last: date) -> Value:
    try:
        version = get_version(hypothesis.metric.key)
        return value_between(version, first, last, segment=hypothesis.segment)
    except (MetricVersion.DoesNotExist, NoWindowError, KeyError) as refusal:
        words = "Needs an approved metric that is computed from rows."
        raise InvalidInputError("metric", words) from refusal


def _locked(hypothesis_id: int) -> Hypothesis:
    return Hypothesis.objects.select_for_update(of=("self",)).get(pk=hypothesis_id)


def _saved(hypothesis: Hypothesis) -> Hypothesis:
    hypothesis.version += 1
    hypothesis.save()
    return hypothesis


def _refuse_unless(hypothesis: Hypothesis, wanted: str, *states: str) -> None:
    allowed = {
        HypothesisState.DRAFT: [HypothesisState.TESTING],
        HypothesisState.TESTING: [HypothesisState.DECIDED],
    }
    if hypothesis.state not in states:
        now = HypothesisState(hypothesis.state)
        raise RefusedTransitionError(str(now), str(wanted), [str(one) for one in allowed.get(now, [])])
