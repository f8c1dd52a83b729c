"""Reading launches: where each stands, and its steps with live gates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Min, Q

from foundation.words import local
from operations.models import GateCheck, RunState, RunStep, StepState
from operations.selectors.playbooks import GateReading, list_last_decisions, list_run_steps, list_waited_for, read_gates
from partnerships.models import Launch

_STEPS = "run__steps"


@dataclass(frozen=True)
class LaunchRow:
    """One launch of the list. `next_due_on` is of the open step that is due first."""

    launch: Launch
    steps: int
    ended: int
    late: int
    next_due_on: date | None
    decision: GateCheck | None


@dataclass(frozen=True)
class BoardStep:
    """One step of a launch's board; `reading` is of a gate's conditions now."""

    step: RunStep
    waits_for: list[str]
    is_late: bool
    reading: GateReading | None
    checks: list[GateCheck]


def list_launches(*, kind: str = "", state: str = "", at: datetime) -> list[LaunchRow]:
    """Launches, those that run first, then newest first. Two queries."""
    today = local(at).date()
    is_open = Q(**{f"{_STEPS}__state": StepState.OPEN})
    launches = Launch.objects.select_related("run", "integration", "partner").annotate(
        steps=Count(_STEPS),
        ended=Count(_STEPS, filter=~is_open),
        late=Count(_STEPS, filter=is_open & Q(**{f"{_STEPS}__due_on__lt": today})),
        next_due_on=Min(f"{_STEPS}__due_on", filter=is_open),
    )
    launches = launches.filter(kind=kind) if kind else launches
    launches = launches.filter(run__state=state) if state else launches
    found = list(launches)
    decisions = list_last_decisions(one.run_id for one in found)
    rows = [LaunchRow(one, one.steps, one.ended, one.late, one.next_due_on, decisions.get(one.run_id)) for one in found]
    return sorted(rows, key=lambda row: row.launch.run.state != RunState.RUNNING)


def get_launch(pk: int) -> Launch:
    """One launch with its run; raises Launch.DoesNotExist."""
    joined = ("run__playbook_version__playbook", "run__started_by", "run__ended_by", "integration", "partner")
    return Launch.objects.select_related(*joined).get(pk=pk)


def list_board(launch: Launch, *, at: datetime) -> list[BoardStep]:
    """The steps in order, gates with the values of their conditions now."""
    today, steps = local(at).date(), list_run_steps(launch.run)
    readings = read_gates([step for step in steps if step.state == StepState.OPEN], at=at)
    return [
        BoardStep(
            step=step,
            waits_for=list_waited_for(step, steps) if step.state == StepState.OPEN else [],
            is_late=step.state == StepState.OPEN and step.due_on < today,
            reading=readings.get(step.pk),
            checks=list(step.gate_checks.all()),
        )
        for step in steps
    ]
