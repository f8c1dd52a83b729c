"""The life of an experiment: planned, started, ended, decided by a person."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from foundation.errors import InvalidInputError, RefusedTransitionError, ServiceError
from metrics.models import Experiment, ExperimentArm, ExperimentPlanEdit, ExperimentState, Hypothesis, Verdict
from metrics.selectors.analysis import analyse_experiment
from metrics.services.plans import LISTS, NewArm, check_arms, check_plan, read_measures

PLAN_FIELDS = (
    "hypothesis",
    "metric_name",
    "metric_kind",
    "metric_source",
    "direction",
    "minimum_effect",
    "alpha",
    "power",
    "planned_n",
    "planned_end_on",
    "guardrails",
    "secondaries",
    "covariate_name",
    "covariate_days",
)
"""What a plan edit may change after the start. Unit, arms and salt never change: they are who is compared."""


class MismatchError(ServiceError):
    """The arms' sizes do not fit the split, so that nothing can be concluded."""

    code = "sample_ratio_mismatch"


def local_day(at: datetime) -> date:
    """The day of the organisation's clock."""
    return at.astimezone(ZoneInfo(settings.ORGANISATION_TIME_ZONE)).date()


def create_experiment(*, fields: Mapping[str, Any], arms: Sequence[NewArm] = ()) -> Experiment:
    """The draft with its arms and a salt of its own. Raises InvalidInputError naming the field."""
    check_arms(arms)
    with transaction.atomic():
        experiment = Experiment.objects.create(**_read(fields), salt=secrets.token_hex(16))
        _store_arms(experiment, arms)
    return experiment


def change_draft(*, experiment_id: int, fields: Mapping[str, Any], arms: Sequence[NewArm] | None = None) -> Experiment:
    """The draft, changed; given arms replace those it had. Raises RefusedTransitionError once it has started."""
    with transaction.atomic():
        experiment = _locked(experiment_id)
        _refuse_unless(experiment, "changed draft", ExperimentState.DRAFT)
        if fields.get("key", experiment.key) != experiment.key:
            raise InvalidInputError("key", "The key never changes: addresses use it.")
        for name, value in _read(fields).items():
            setattr(experiment, name, value)
        if arms is not None:
            check_arms(arms)
            experiment.arms.all().delete()
            _store_arms(experiment, arms)
        return _saved(experiment)


def start_experiment(*, experiment_id: int, by: Any, at: datetime) -> Experiment:
    """Lock the plan and begin to take units. Raises InvalidInputError naming the field an incomplete plan lacks."""
    with transaction.atomic():
        experiment = _locked(experiment_id)
        _refuse_unless(experiment, ExperimentState.RUNNING, ExperimentState.DRAFT)
        check_plan(experiment, today=local_day(at))
        experiment.state, experiment.started_by, experiment.started_at = ExperimentState.RUNNING, by, at
        return _saved(experiment)


def edit_plan(*, experiment_id: int, field: str, value: Any, reason: str, by: Any, at: datetime) -> ExperimentPlanEdit:
    """Change one field of a started plan, on record; the result is marked from then on.

    Raises RefusedTransitionError unless it runs or has ended undecided, InvalidInputError for a field that is not the
    plan's, for a value it does not take, and without a reason.
    """
    if field not in PLAN_FIELDS:
        raise InvalidInputError("field", f"Must be one of: {', '.join(PLAN_FIELDS)}.")
    if not reason.strip():
        raise InvalidInputError("reason", "Say why the plan changes while the experiment runs.")
    with transaction.atomic():
        experiment = _locked(experiment_id)
        _refuse_unless(experiment, "edited plan", ExperimentState.RUNNING, ExperimentState.ENDED)
        old = _plain(getattr(experiment, field))
        setattr(experiment, field, _read_value(experiment, field, value))
        new = _plain(getattr(experiment, field))
        if new == old:
            raise InvalidInputError("value", "This is what the plan says already.")
        _saved(experiment)
        return ExperimentPlanEdit.objects.create(
            experiment=experiment, field=field, old=old, new=new, reason=reason.strip(), edited_by=by, edited_at=at
        )


def end_experiment(*, experiment_id: int, by: Any, at: datetime) -> Experiment:
    """Take no more units; the fixed test is what counts from now on."""
    with transaction.atomic():
        experiment = _locked(experiment_id)
        _refuse_unless(experiment, ExperimentState.ENDED, ExperimentState.RUNNING)
        experiment.state, experiment.ended_by, experiment.ended_at = ExperimentState.ENDED, by, at
        return _saved(experiment)


def decide_experiment(*, experiment_id: int, verdict: str, note: str, by: Any, at: datetime) -> Experiment:
    """Give the verdict, freezing the analysis beside it.

    Raises RefusedTransitionError while it runs, MismatchError when the sample ratio alarms and the verdict is not
    invalid, InvalidInputError without a note.
    """
    if verdict not in Verdict.values:
        raise InvalidInputError("verdict", f"Must be one of: {', '.join(Verdict.values)}.")
    if not note.strip():
        raise InvalidInputError("note", "Say what was learnt.")
    with transaction.atomic():
        experiment = _locked(experiment_id)
        _refuse_unless(experiment, ExperimentState.DECIDED, ExperimentState.ENDED)
        result = analyse_experiment(experiment, at=at)
        if result["has_alarm"] and verdict != Verdict.INVALID:
            raise MismatchError("The sample ratio alarms: the arms cannot be compared. The only verdict is invalid.")
        experiment.state, experiment.verdict, experiment.decision_note = ExperimentState.DECIDED, verdict, note.strip()
        experiment.decided_by, experiment.decided_at, experiment.result = by, at, result
        return _saved(experiment)


def _locked(experiment_id: int) -> Experiment:
    return Experiment.objects.select_for_update(of=("self",)).get(pk=experiment_id)


def _saved(experiment: Experiment) -> Experiment:
    experiment.version += 1
    experiment.save()
    return experiment


def _refuse_unless(experiment: Experiment, wanted: str, *states: str) -> None:
    allowed = {
        ExperimentState.DRAFT: [ExperimentState.RUNNING],
        ExperimentState.RUNNING: [ExperimentState.ENDED],
        ExperimentState.ENDED: [ExperimentState.DECIDED],
    }
    if experiment.state not in states:
        now = ExperimentState(experiment.state)
        raise RefusedTransitionError(str(now), str(wanted), [str(one) for one in allowed.get(now, [])])


def _store_arms(experiment: Experiment, arms: Sequence[NewArm]) -> None:
    ExperimentArm.objects.bulk_create([ExperimentArm(experiment=experiment, **asdict(arm)) for arm in arms])


def _read(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: read_measures(name, value) if name in LISTS else value for name, value in fields.items()}


def _read_value(experiment: Experiment, field: str, value: Any) -> Any:
    """The value as the field takes it; InvalidInputError otherwise."""
    if field in LISTS:
        return read_measures(field, value)
    if field == "hypothesis":
        return _read_hypothesis(value)
    column: Any = Experiment._meta.get_field(field)
    if value is None or (value == "" and not column.blank) or isinstance(value, bool | list | dict):
        raise InvalidInputError("value", f"{field} needs a value.")
    clean: Callable[[Any, Any], Any] = column.clean
    try:
        return clean(value, experiment)
    except (ValidationError, OverflowError) as refusal:
        words = refusal.messages if isinstance(refusal, ValidationError) else ["Too large."]
        raise InvalidInputError("value", " ".join(words)) from refusal


def _read_hypothesis(value: Any) -> Hypothesis | None:
    if value is None:
        return None
    found = Hypothesis.objects.filter(key=value).first() if isinstance(value, str) else None
    if found is None:
        raise InvalidInputError("value", "There is no hypothesis of this key.")
    return found


def _plain(value: Any) -> Any:
    """The value as JSON keeps it."""
    if isinstance(value, date):
        return value.isoformat()
    return value.key if isinstance(value, Hypothesis) else value
