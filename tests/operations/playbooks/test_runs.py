from datetime import UTC, date, datetime, timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from foundation.errors import InvalidInputError, RefusedTransitionError
from operations.migrations._shipped_playbooks import ship_playbooks
from operations.models import GateCheck, Playbook, PlaybookRun, PlaybookVersion, RunStep
from operations.services.playbook_runs import (
    NewRun,
    cancel_playbook_run,
    complete_run_step,
    decide_gate,
    move_run_anchor,
    skip_run_step,
    start_playbook_run,
)
from operations.services.playbooks import draft_playbook_version, publish_playbook_version, retire_playbook_version
from tests.factories import MetricVersionFactory, PeriodValueFactory, UserFactory
from tests.factories_ledger import PlaybookFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shipped(db):
    """What the migration adds, which tests that empty tables take away."""
    ship_playbooks(apps, None)


NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)  # A Monday.
ANCHOR = date(2026, 4, 1)  # A Wednesday.
STEPS = [
    {"key": "scope", "phase": "Prepare", "title": "Scope", "owner_role": "partner_manager", "offset_days": -10},
    {"key": "build", "phase": "Prepare", "title": "Build", "offset_days": 3, "after_key": "scope",
     "is_evidence_required": True},
    {"key": "extra", "phase": "Prepare", "title": "Extra", "offset_days": -2, "is_required": False},
    {"key": "go", "phase": "Launch", "title": "Decide", "waits_for": ["scope", "build"], "is_gate": True,
     "conditions": [
         {"metric": "uptime", "op": "at_least", "value": 0.99},
         {"metric": "missing", "op": "at_most", "value": 5, "is_hard": False},
     ]},
]  # fmt: skip


@pytest.fixture
def person():
    return UserFactory()


@pytest.fixture
def version(person):
    book = PlaybookFactory()
    draft = draft_playbook_version(playbook_id=book.pk, steps=STEPS, by=person, at=NOW)
    return publish_playbook_version(version_id=draft.pk, by=person, at=NOW)


@pytest.fixture
def run(version, person):
    new = NewRun(version_id=version.pk, name="Asana", anchor_on=ANCHOR)
    return start_playbook_run(new=new, by=person, at=NOW)


def step(run, key):
    return run.steps.get(key=key)


def due(run):
    return dict(run.steps.values_list("key", "due_on"))


def test_circle_is_refused_and_nothing_is_written():
    book = PlaybookFactory()
    steps = [{"key": "a", "phase": "P", "title": "A", "waits_for": ["b"]}]
    steps += [{"key": "b", "phase": "P", "title": "B", "after_key": "a"}]

    with pytest.raises(InvalidInputError) as refusal:
        draft_playbook_version(playbook_id=book.pk, steps=steps, by=None, at=NOW)

    assert refusal.value.message == "These steps wait for each other: a → b → a."
    assert book.versions.count() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": ""},
        {"key": "no spaces"},
        {"title": ""},
        {"offset_days": 400},
        {"offset_days": "soon"},
        {"waits_for": "scope"},
        {"colour": "red"},
        {"conditions": [{"metric": "m", "op": "at_least", "value": 1}]},
        {"is_gate": True, "conditions": [{"metric": "m", "op": "near", "value": 1}]},
        {"is_gate": True, "conditions": [{"metric": "m", "op": "at_least", "value": True}]},
        {"is_gate": True, "conditions": [{"metric": "m", "op": [], "value": 1}]},
    ],
)
def test_step_that_makes_no_sense_is_refused_by_its_number(wrong):
    book = PlaybookFactory()

    with pytest.raises(InvalidInputError) as refusal:
        steps = [{"key": "a", "phase": "P", "title": "A"} | wrong]
        draft_playbook_version(playbook_id=book.pk, steps=steps, by=None, at=NOW)

    assert refusal.value.field == "steps"
    assert refusal.value.message.startswith("Step 1")


def test_next_version_retires_the_one_before_and_leaves_runs_alone(version, run, person):
    later = draft_playbook_version(playbook_id=version.playbook_id, steps=STEPS[:1], by=person, at=NOW)
    publish_playbook_version(version_id=later.pk, by=person, at=NOW)

    assert list(PlaybookVersion.objects.filter(playbook=version.playbook).values_list("number", "state")) == [
        (2, "published"),
        (1, "retired"),
    ]
    assert run.steps.count() == 4
    with pytest.raises(RefusedTransitionError):
        publish_playbook_version(version_id=version.pk, by=person, at=NOW)
    with pytest.raises(InvalidInputError):
        start_playbook_run(new=NewRun(version.pk, "Again", ANCHOR), by=person, at=NOW)
    assert retire_playbook_version(version_id=later.pk).state == "retired"


def test_run_copies_steps_with_owners_and_due_days(version, person):
    manager = UserFactory(groups=["partner_manager"])

    run = start_playbook_run(new=NewRun(version.pk, "Asana", ANCHOR), by=person, at=NOW)

    assert due(run) == {
        "scope": date(2026, 3, 18),
        "build": date(2026, 3, 23),
        "extra": date(2026, 3, 30),
        "go": ANCHOR,
    }
    assert (step(run, "scope").owner, step(run, "build").owner) == (manager, None)
    assert run.people == {"partner_manager": manager.pk}


@pytest.mark.parametrize("people", [{"pilot": 1}, {"partner_manager": 10**15}, {"partner_manager": "7"}])
def test_people_that_are_none_are_refused(version, person, people):
    with pytest.raises(InvalidInputError) as refusal:
        start_playbook_run(new=NewRun(version.pk, "Asana", ANCHOR, people=people), by=person, at=NOW)

    assert refusal.value.field == "people"
    assert PlaybookRun.objects.count() == 0


def test_moving_the_anchor_moves_only_what_is_open(run, person):
    complete_run_step(step_id=step(run, "scope").pk, evidence="", by=person, at=NOW)
    before = due(run)

    move_run_anchor(run_id=run.pk, anchor_on=date(2026, 4, 8))

    assert before["build"] == date(2026, 3, 5)  # Three working days after it was done on Monday.
    assert due(run) == {**before, "extra": date(2026, 4, 6), "go": date(2026, 4, 8)}


def test_steps_wait_need_evidence_and_are_skipped_only_where_they_may(run, person):
    def refused(service, key, **more):
        with pytest.raises(InvalidInputError) as refusal:
            service(step_id=step(run, key).pk, by=person, at=NOW, **more)
        return refusal.value.field, refusal.value.message

    assert refused(complete_run_step, "build", evidence="x") == ("step", "These come first: Scope.")
    complete_run_step(step_id=step(run, "scope").pk, evidence="", by=person, at=NOW)
    assert refused(complete_run_step, "build", evidence=" ")[0] == "evidence"
    assert refused(skip_run_step, "build", reason="late")[0] == "step"
    assert refused(skip_run_step, "extra", reason=" ")[0] == "reason"
    assert refused(complete_run_step, "scope", evidence="")[1] == "It is done already."
    assert refused(complete_run_step, "go", evidence="x")[1] == "This is a gate: it is decided."
    assert refused(decide_gate, "go", decision="go", note="")[1] == "These come first: Build."


def ready(run, person):
    complete_run_step(step_id=step(run, "scope").pk, evidence="", by=person, at=NOW)
    complete_run_step(step_id=step(run, "build").pk, evidence="Merged", by=person, at=NOW)
    return step(run, "go")


def uptime(value):
    version = MetricVersionFactory(metric__key="uptime", metric__status="approved", metric__unit="")
    PeriodValueFactory(version=version, grain="week", start=date(2026, 2, 23), value=value, n=7)


def test_gate_is_decided_on_live_values_which_stay(run, person):
    uptime(0.985)
    gate = ready(run, person)

    with pytest.raises(InvalidInputError) as refusal:
        decide_gate(step_id=gate.pk, decision="go", note="", by=person, at=NOW)
    no = decide_gate(step_id=gate.pk, decision="no_go", note="", by=person, at=NOW)
    yes = decide_gate(step_id=gate.pk, decision="go", note="Fixed since", by=person, at=NOW + timedelta(hours=1))

    assert refusal.value.field == "note"
    assert (no.verdict, yes.verdict) == ("conditional", "conditional")
    assert [(one["metric"], one["value"], one["outcome"], one["period"]) for one in no.snapshot] == [
        ("uptime", 0.985, "fail", "2026-02-23"),
        ("missing", None, "warn", ""),
    ]
    assert step(run, "go").state == "done"
    with pytest.raises(IntegrityError), transaction.atomic():
        GateCheck.objects.update(note="")


def decides(gate, by):
    try:
        decide_gate(step_id=gate.pk, decision="no_go", note="", by=by, at=NOW)
    except InvalidInputError as refusal:
        assert refusal.field == "decided_by"
        return False
    return True


@pytest.mark.parametrize("has_owner", [True, False])
def test_gate_is_decided_by_its_owner_or_the_coo(run, person, has_owner):
    gate = ready(run, person)
    owner, deputy, other = (
        UserFactory(groups=["operations"]),
        *(UserFactory(groups=[name]) for name in ("operations", "partner_manager")),
    )
    RunStep.objects.filter(pk=gate.pk).update(owner_role="operations", owner=owner if has_owner else None)

    assert decides(gate, other) is False
    assert decides(gate, deputy) is not has_owner
    assert decides(gate, owner) is True
    assert decides(gate, UserFactory(groups=["coo"])) is True


def test_gate_of_the_coo_is_not_decided_by_who_was_named_in_their_place(run, person):
    gate, other = ready(run, person), UserFactory(groups=["partner_manager"])
    RunStep.objects.filter(pk=gate.pk).update(owner_role="coo", owner=other)

    assert decides(gate, other) is False


def test_gate_with_met_conditions_needs_no_note_and_the_last_step_ends_the_run(run, person):
    uptime(0.995)
    gate = ready(run, person)

    check = decide_gate(step_id=gate.pk, decision="go", note="", by=person, at=NOW)
    skip_run_step(step_id=step(run, "extra").pk, reason="Not needed", by=person, at=NOW)

    assert check.verdict == "go"
    run.refresh_from_db()
    assert (run.state, run.ended_by) == ("done", person)
    with pytest.raises(InvalidInputError):
        move_run_anchor(run_id=run.pk, anchor_on=ANCHOR)


def test_cancelled_run_goes_no_further(run, person):
    cancel_playbook_run(run_id=run.pk, reason="Partner left", by=person, at=NOW)

    with pytest.raises(InvalidInputError):
        complete_run_step(step_id=step(run, "scope").pk, evidence="", by=person, at=NOW)
    assert RunStep.objects.filter(state="open").count() == 4


def test_shipped_playbooks_can_be_run(person):
    for key in ("integration-rollout", "partnership-launch"):
        version = Playbook.objects.get(key=key).versions.get(state="published")
        run = start_playbook_run(new=NewRun(version.pk, key, ANCHOR), by=person, at=NOW)

        assert run.steps.filter(is_gate=True).count() == 1
        assert run.steps.get(offset_days=0, is_gate=False).due_on == ANCHOR
