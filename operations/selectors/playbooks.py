"""Reading playbooks and their runs, with the live values of gates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from metrics.models import Grain
from metrics.selectors.values import calendar_for, get_current_versions, list_series
from operations.escalation.ladder import FINAL_ROLE
from operations.models import GateCheck, PlaybookRun, RunStep, StepState, User
from operations.playbooks.gates import Condition, Outcome, Verdict, judge, verdict_of

_LOOKED_BACK = timedelta(weeks=8)


@dataclass(frozen=True)
class Judged:
    """One condition with the value of the metric's last complete week; `period` is the day that week began."""

    metric: str
    name: str
    op: str
    limit: float
    is_hard: bool
    value: float | None
    unit: str
    period: str
    outcome: str


@dataclass(frozen=True)
class GateReading:
    """All conditions of a gate at one instant, and what they say together."""

    conditions: tuple[Judged, ...]
    verdict: Verdict

    def as_snapshot(self) -> list[dict[str, Any]]:
        """The conditions as they are stored with a decision."""
        return [asdict(one) for one in self.conditions]


def read_gates(steps: Iterable[RunStep], *, at: datetime) -> dict[int, GateReading]:
    """The gates among the steps with their metrics' values now, by number; a constant number of queries.

    A metric that does not exist, or has no complete week in the last eight, has no value.
    """
    gates = [step for step in steps if step.is_gate]
    conditions = {step.pk: [_condition(one) for one in step.conditions] for step in gates}
    keys = {one.metric for found in conditions.values() for one in found}
    values = _last_weeks(keys, at=at)
    readings = {}
    for pk, found in conditions.items():
        judged = tuple(_judged(one, values) for one in found)
        readings[pk] = GateReading(judged, verdict_of([one.outcome for one in judged]))
    return readings


def list_last_decisions(run_ids: Iterable[int]) -> dict[int, GateCheck]:
    """The newest decision of each run, by the run's number. One query."""
    checks = GateCheck.objects.filter(step__run__in=list(run_ids)).select_related("decided_by", "step")
    return {check.step.run_id: check for check in checks.order_by("decided_at", "pk")}


def get_run(pk: int) -> PlaybookRun:
    """One run with its playbook; raises PlaybookRun.DoesNotExist."""
    return PlaybookRun.objects.select_related("playbook_version__playbook", "started_by", "ended_by").get(pk=pk)


def list_run_steps(run: PlaybookRun) -> list[RunStep]:
    """The run's steps in order, with who does them."""
    return list(run.steps.select_related("owner", "done_by").prefetch_related("gate_checks__decided_by"))


def may_decide_gate(step: RunStep, user: User) -> bool:
    """Whether the gate is theirs: its owner, who still has the role it is for, anybody of that role where nobody owns
    it, and the COO always. A gate of nobody and no role is decided by who may carry out steps.
    """
    roles = set(user.groups.values_list("name", flat=True))
    if user.is_superuser or FINAL_ROLE in roles:
        return True
    is_of_role = not step.owner_role or step.owner_role in roles
    return is_of_role and step.owner_id in (None, user.pk)


def list_waited_for(step: RunStep, steps: Iterable[RunStep]) -> list[str]:
    """The titles of steps that must be done first and are not."""
    wanted = {*step.waits_for, step.after_key}
    return [one.title for one in steps if one.key in wanted and one.state == StepState.OPEN]


def _last_weeks(keys: set[str], *, at: datetime) -> dict[str, tuple[str, str, float | None, str]]:
    """Name, unit, value and first day of the last complete week by key."""
    versions = get_current_versions(keys)
    found: dict[str, tuple[str, str, float | None, str]] = {}
    if not versions:
        return found
    today = calendar_for(next(iter(versions.values()))).day_of(at)
    for key, series in list_series(list(versions.values()), Grain.WEEK, today - _LOOKED_BACK, today, at=at).items():
        last = series.last_complete
        value, begun = (last.value, str(last.start)) if last else (None, "")
        found[key] = (series.metric.name, series.metric.unit, value, begun)
    return found


def _condition(stored: dict[str, Any]) -> Condition:
    return Condition(stored["metric"], stored["op"], float(stored["value"]), bool(stored.get("is_hard", True)))


def _judged(condition: Condition, values: dict[str, tuple[str, str, float | None, str]]) -> Judged:
    name, unit, value, period = values.get(condition.metric, (condition.metric, "", None, ""))
    return Judged(
        metric=condition.metric,
        name=name,
        op=condition.op,
        limit=condition.value,
        is_hard=condition.is_hard,
        value=value,
        unit=unit,
        period=period,
        outcome=Outcome(judge(condition, value)).value,
    )
