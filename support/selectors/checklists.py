"""Checklists of tickets: what there is to do, and which playbooks can be put on one."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from operations.models import Playbook, PlaybookKind, RunState, RunStep, StepState, VersionState
from operations.selectors.playbooks import list_waited_for
from support.models import TicketChecklist

KINDS = (PlaybookKind.SUPPORT, PlaybookKind.GENERAL)


@dataclass(frozen=True)
class ShownStep:
    """A step with the titles of those that come first and are not done."""

    step: RunStep
    waits_for: Sequence[str]


@dataclass(frozen=True)
class ShownChecklist:
    """A checklist with its steps in order."""

    checklist: TicketChecklist
    steps: Sequence[ShownStep]

    @property
    def is_running(self) -> bool:
        return self.checklist.run.state == RunState.RUNNING


def list_checklists(ticket_id: int) -> list[ShownChecklist]:
    """The checklists of the ticket, the first added first; three queries."""
    rows = TicketChecklist.objects.filter(ticket=ticket_id).select_related("run__playbook_version__playbook")
    found = []
    for row in rows.prefetch_related("run__steps__done_by"):
        steps = list(row.run.steps.all())
        found.append(ShownChecklist(row, [ShownStep(step, list_waited_for(step, steps)) for step in steps]))
    return found


def list_undone(ticket_id: int) -> list[RunStep]:
    """The steps that are open on the ticket's running checklists, in order; one query."""
    steps = RunStep.objects.filter(run__ticket_checklist__ticket=ticket_id, run__state=RunState.RUNNING)
    return list(steps.filter(state=StepState.OPEN).order_by("run", "position", "pk"))


def list_playbooks_for_tickets() -> "QuerySet[Playbook]":
    """The playbooks of which a version is published that can be put on a ticket, by name."""
    published = Playbook.objects.filter(kind__in=KINDS, versions__state=VersionState.PUBLISHED)
    return published.order_by("name", "key")
