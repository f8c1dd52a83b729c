"""Who is told what of a run: each step once ready and once due, a gate when it turns red."""

from datetime import UTC, date, datetime, timedelta

import pytest

from metrics.models import PeriodValue
from operations.models import OutboxMessage, RunStep
from operations.services.playbook_notices import tell_run_steps
from operations.services.playbook_runs import NewRun, cancel_playbook_run, complete_run_step, move_run_anchor
from operations.services.playbook_runs import start_playbook_run as start
from operations.services.playbooks import draft_playbook_version, publish_playbook_version
from tests.factories import MetricVersionFactory, PeriodValueFactory, UserFactory
from tests.factories_ledger import PlaybookFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)  # A Monday.
DAY = timedelta(days=1)
STEPS = [
    {"key": "scope", "phase": "Prepare", "title": "Scope", "owner_role": "partner_manager", "offset_days": 2},
    {"key": "build", "phase": "Prepare", "title": "Build", "offset_days": 3, "after_key": "scope"},
    {"key": "go", "phase": "Launch", "title": "Decide", "waits_for": ["build"], "offset_days": 10, "is_gate": True,
     "conditions": [{"metric": "uptime", "op": "at_least", "value": 0.99}, {"metric": "speed", "op": "at_least",
                                                                           "value": 1}]},
]  # fmt: skip


@pytest.fixture
def people():
    return UserFactory(), UserFactory(groups=["partner_manager"])


@pytest.fixture
def run(people):
    leader, _ = people
    book = PlaybookFactory()
    draft = draft_playbook_version(playbook_id=book.pk, steps=STEPS, by=leader, at=NOW)
    version = publish_playbook_version(version_id=draft.pk, by=leader, at=NOW)
    return start(new=NewRun(version.pk, "Rollout", NOW.date()), by=leader, at=NOW)


def told():
    rows = OutboxMessage.objects.filter(channel="in_app").order_by("pk")
    return list(rows.values_list("user", "title"))


def finish(run, key, by, at):
    complete_run_step(step_id=RunStep.objects.get(run=run, key=key).pk, evidence="Minutes", by=by, at=at)


def test_owners_are_told_when_their_step_is_ready_and_when_it_is_due_once_each(run, people):
    leader, manager = people
    days = [tell_run_steps(at=NOW + day * DAY) for day in (0, 1, 2, 2, 3)]
    finish(run, "scope", manager, NOW + 3 * DAY)  # A Thursday; Build is due on Tuesday.
    days += [tell_run_steps(at=NOW + day * DAY) for day in (3, 4, 7, 8, 9)]

    assert days == [0, 0, 1, 0, 0, 1, 0, 0, 1, 0]
    assert told() == [(manager.pk, "Due: Scope"), (leader.pk, "Ready: Build"), (leader.pk, "Due: Build")]


def test_another_due_day_is_told_anew_and_a_cancelled_run_is_silent(run, people):
    leader, _ = people
    tell_run_steps(at=NOW + 2 * DAY)
    move_run_anchor(run_id=run.pk, anchor_on=NOW.date() + 7 * DAY)
    moved = [tell_run_steps(at=NOW + day * DAY) for day in (3, 9)]
    cancel_playbook_run(run_id=run.pk, reason="Put off", by=leader, at=NOW + 10 * DAY)

    assert (moved, tell_run_steps(at=NOW + 99 * DAY)) == ([0, 1], 0)


def test_a_gate_that_turns_red_is_told_to_who_began_the_run_once(run, people):
    leader, _ = people
    values = {}
    for key in ("uptime", "speed"):
        version = MetricVersionFactory(metric__key=key, metric__status="approved", metric__unit="")
        values[key] = PeriodValueFactory(version=version, grain="week", start=date(2026, 2, 23), value=2.0, n=7)

    def look(value, at):
        PeriodValue.objects.filter(pk__in=[one.pk for one in values.values()]).update(value=value)
        return tell_run_steps(at=at)

    seen = [look(value, NOW + number * timedelta(hours=1)) for number, value in enumerate((2, 0, 0, 2, 0))]

    assert seen == [0, 1, 0, 0, 1]
    assert told() == [(leader.pk, "Gate turned red: Decide")] * 2
