"""Telling those who carry out playbooks: steps that are ready or due, gates whose conditions turn red; each once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from foundation.words import local
from operations.models import TICKET_SUBJECT, PlaybookRun, RunState, RunStep, StepState
from operations.playbooks.gates import Verdict
from operations.selectors.playbooks import GateReading, list_waited_for, read_gates
from operations.services.notifications import Notice, notify


def tell_run_steps(*, at: datetime) -> int:
    """Tell each step's owner that it is ready or due, and each run's that a gate turned red; how many were told.

    A step without an owner is told to who began the run. Ready is told where something came first; due, once for each
    day it is due on. A red gate is told when it was not red at the last look. Checklists of tickets are left out: the
    promises of the ticket press for it.
    """
    runs = PlaybookRun.objects.filter(state=RunState.RUNNING).exclude(subject__startswith=TICKET_SUBJECT)
    return sum(_tell_run(pk, at) for pk in runs.order_by("pk").values_list("pk", flat=True))


def _tell_run(run_id: int, at: datetime) -> int:
    with transaction.atomic():
        run = PlaybookRun.objects.select_for_update(of=("self",)).get(pk=run_id)
        if run.state != RunState.RUNNING:
            return 0
        steps = list(run.steps.all())
        still = [step for step in steps if step.state == StepState.OPEN]
        readings = read_gates(still, at=at)
        ready = [step for step in still if not list_waited_for(step, steps)]
        told = sum(_tell_step(run, step, readings, at) for step in ready)
        told += sum(_tell_gate(run, step, readings[step.pk], at) for step in still if step.is_gate)
        RunStep.objects.bulk_update(still, ["ready_told_at", "due_told_on", "told_verdict"])
    return told


def _tell_step(run: PlaybookRun, step: RunStep, readings: Mapping[int, GateReading], at: datetime) -> bool:
    is_due = step.due_on <= local(at).date() and step.due_told_on != step.due_on
    is_ready = step.ready_told_at is None and bool(step.waits_for or step.after_key)
    if not is_due and not is_ready:
        return False
    words = f"Due on {step.due_on:%-d %b %Y}. {step.phase}, {run.name}."
    if step.is_gate:
        words += f" Its conditions say now: {readings[step.pk].verdict.label.lower()}."
    if is_due:
        step.due_told_on = step.due_on
    step.ready_told_at = step.ready_told_at or at
    notice = Notice(
        event=f"run_step:{step.pk}:{f'due:{step.due_on}' if is_due else 'ready'}",
        title=f"{'Due' if is_due else 'Ready'}: {step.title}"[:200],
        text=words,
        url=run.playbook_version.playbook.get_absolute_url(),
    )
    notify(notice=notice, to=[step.owner_id or run.started_by_id], at=at)
    return True


def _tell_gate(run: PlaybookRun, step: RunStep, reading: GateReading, at: datetime) -> bool:
    before, step.told_verdict = step.told_verdict, reading.verdict.value
    if reading.verdict != Verdict.NO_GO or before in {"", Verdict.NO_GO.value}:
        return False
    failed = [f"{one.name}: {one.value}" for one in reading.conditions if one.outcome != "pass"]
    notice = Notice(
        event=f"run_step:{step.pk}:red:{at.isoformat()}",
        title=f"Gate turned red: {step.title}"[:200],
        text=f"{run.name}. {'; '.join(failed)}",
        url=run.playbook_version.playbook.get_absolute_url(),
    )
    notify(notice=notice, to=[run.started_by_id], at=at)
    return True
