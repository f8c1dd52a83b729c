"""Launches of the demo company: a rollout on its way, a joint launch that is late, one that is over."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from dashboards.demo.integrations import Watched
from dashboards.demo.people import People
from dashboards.demo.story import Story
from operations.models import PlaybookVersion, RunStep, StepState, User, VersionState
from operations.playbooks.gates import Verdict
from operations.services.playbook_runs import complete_run_step, decide_gate, skip_run_step
from partnerships.models import Integration, Launch, LaunchKind
from partnerships.services.launches import NewLaunch, start_launch

_ON_ITS_WAY, _LATE, _ALL = 5, 2, 99


def add_launches(story: Story, people: People, watched: Sequence[Watched]) -> None:
    """Save launches by the shipped playbooks; none where these were taken away."""
    versions = {
        one.playbook.kind: one
        for one in PlaybookVersion.objects.filter(state=VersionState.PUBLISHED).select_related("playbook")
    }
    if not {LaunchKind.ROLLOUT.value, LaunchKind.MARKETING.value} <= set(versions):
        return
    plans = (
        (LaunchKind.ROLLOUT, "{} for all customers", watched[-1], 9, _ON_ITS_WAY),
        (LaunchKind.MARKETING, "{} in the autumn mailing", watched[0], 12, _LATE),
        (LaunchKind.ROLLOUT, "{} out of beta", watched[len(watched) // 2], -45, _ALL),
    )
    for kind, name, one, days, done in plans:
        version = versions[kind.value]
        launch = _begin(story, people, kind, name.format(one.integration.name), one.integration, version, days)
        _carry_out(launch, people.coo, done, begun=launch.created_at)


def _begin(
    story: Story,
    people: People,
    kind: LaunchKind,
    name: str,
    integration: Integration,
    version: PlaybookVersion,
    days: int,
) -> Launch:
    anchor = story.now + timedelta(days=days)
    new = NewLaunch(kind=kind, name=name, version_id=version.pk, anchor_on=anchor.date(), integration=integration)
    return start_launch(new=new, by=people.by_role["partner_manager"][0], at=anchor - timedelta(days=45))


def _carry_out(launch: Launch, by: User, count: int, *, begun: datetime) -> None:
    """End the first steps in the order they can be done in, four days apart."""
    for number, step in enumerate(_in_order(list(launch.run.steps.all()))[:count]):
        at = begun + timedelta(days=4 * (number + 1))
        if step.is_gate:
            decide_gate(step_id=step.pk, decision=Verdict.GO, note="The pilot went well.", by=step.owner or by, at=at)
        elif step.is_required:
            complete_run_step(step_id=step.pk, evidence="Linked in the minutes of the day.", by=by, at=at)
        elif step.state == StepState.OPEN:
            skip_run_step(step_id=step.pk, reason="The articles of the beta do.", by=by, at=at)


def _in_order(steps: list[RunStep]) -> list[RunStep]:
    """As they are due: nothing of the shipped playbooks waits for something that is due later."""
    return sorted(steps, key=lambda step: (step.due_on, step.position))
