import itertools
from datetime import UTC, datetime, timedelta

import pytest

from foundation.errors import InvalidInputError, RefusedTransitionError, StaleWriteError
from partnerships.incidents.rules import ALLOWED, list_allowed_states, severity_of
from partnerships.models import AffectedIntegration, Incident, IncidentEvent, IncidentRole, IncidentState, Level, Tier
from partnerships.services.incidents import (
    NewIncident,
    Said,
    add_affected,
    add_note,
    assign_role,
    change_details,
    change_incident_state,
    close_affected,
    correct_beginning,
    declare_incident,
    merge_incidents,
    reopen_incident,
    set_severity,
)
from tests.factories import NOW, IntegrationFactory, UserFactory
from tests.factories_incidents import AffectedIntegrationFactory, IncidentFactory, ResolvedIncidentFactory

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
LATER = NOW + HOUR


def said(at=LATER, **more):
    return Said(at, **more)


def incident_in(state, **fields):
    """An incident in the state, with the instants that it needs there."""
    if state in {"resolved", "review"}:
        return ResolvedIncidentFactory(state=state, **fields)
    if state == "closed":
        return ResolvedIncidentFactory(state=state, closed_at=LATER, **fields)
    return IncidentFactory(state=state, **fields)


def production():
    return IntegrationFactory(tier="production")


@pytest.mark.parametrize(("old", "new"), list(itertools.product(IncidentState.values, repeat=2)))
def test_every_step_is_taken_or_refused_with_the_allowed_ones(old, new):
    incident = incident_in(old)

    if new in ALLOWED[old]:
        changed = change_incident_state(incident_id=incident.pk, state=new, said=said(LATER), text="so")
        event = IncidentEvent.objects.get()
        assert (changed.state, event.old_state, event.new_state, event.text) == (new, old, new, "so")
        assert Incident.objects.get().version == 2
    else:
        with pytest.raises(RefusedTransitionError) as caught:
            change_incident_state(incident_id=incident.pk, state=new, said=said())
        assert caught.value.allowed == list_allowed_states(old)
        assert not IncidentEvent.objects.exists()


def test_allowed_steps_are_those_of_the_specification():
    working = {"investigating", "identified", "monitoring"}

    assert set(ALLOWED["declared"]) == {*working, "resolved"}
    for state in working:
        assert set(ALLOWED[state]) == {*working, "resolved"} - {state}
    assert (ALLOWED["resolved"], ALLOWED["review"], ALLOWED["closed"]) == (("review", "closed"), ("closed",), ())


def test_matrix_is_complete_and_falls_with_impact_and_urgency():
    order = ["high", "medium", "low"]

    for tier in Tier.values:
        table = [[severity_of(impact=i, urgency=u, tier=tier) for u in order] for i in order]
        assert all(row == sorted(row) for row in table)
        assert all(list(column) == sorted(column) for column in zip(*table, strict=True))
    assert severity_of(impact="high", urgency="high", tier="production") == "sev1"
    wakes = {severity_of(impact=i, urgency=u, tier="experimental") for i in Level.values for u in Level.values}
    assert wakes == {"sev3", "sev4"}


def test_declaring_writes_the_incident_its_periods_and_one_event():
    actor, one, two = UserFactory(), production(), IntegrationFactory(tier="experimental")

    new = NewIncident(
        title=" Payouts fail ",
        impact="high",
        urgency="high",
        integrations=[one, two],
        started_at=NOW - 9 * MINUTE,
        detected_at=NOW - 4 * MINUTE,
    )
    incident = declare_incident(new=new, said=Said(NOW, actor))

    incident.refresh_from_db()
    assert (incident.title, incident.state, incident.severity, incident.tier) == (
        "Payouts fail", "declared", "sev1", "production",
    )  # fmt: skip
    assert (incident.opened_at, incident.opened_by, incident.integration) == (NOW, actor, one)
    assert (incident.update_due_at, incident.external_update_due_at) == (NOW + 30 * MINUTE, NOW + HOUR)
    assert incident.acknowledged_at is None
    periods = AffectedIntegration.objects.values_list("integration", "started_at", "ended_at")
    assert set(periods) == {(one.pk, NOW - 9 * MINUTE, None), (two.pk, NOW - 9 * MINUTE, None)}
    event = IncidentEvent.objects.get()
    assert (event.kind, event.occurred_at, event.recorded_at, event.actor) == ("opened", NOW, NOW, actor)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": " "}, "title"),
        ({"detected_at": NOW + MINUTE}, "detected_at"),
        ({"started_at": NOW, "detected_at": NOW - MINUTE}, "started_at"),
    ],
)
def test_declaring_refuses_what_cannot_be(fields, field):
    with pytest.raises(InvalidInputError) as caught:
        declare_incident(new=NewIncident(**{"title": "A", **fields}), said=Said(NOW))

    assert caught.value.field == field
    assert not Incident.objects.exists()


def test_only_experimental_integrations_make_an_experimental_incident():
    quiet = NewIncident(
        title="A", impact="high", urgency="high", integrations=[IntegrationFactory(tier="experimental")]
    )

    incident = declare_incident(new=quiet, said=Said(NOW))
    assert (incident.tier, incident.severity, incident.external_update_due_at) == ("experimental", "sev3", None)

    add_affected(incident_id=incident.pk, integration=production(), said=said())
    incident.refresh_from_db()
    assert (incident.tier, incident.severity) == ("production", "sev1")
    assert incident.external_update_due_at == LATER + HOUR


def test_back_dating_keeps_both_instants():
    incident = IncidentFactory()

    event = add_note(incident_id=incident.pk, text="saw it", said=Said(LATER, UserFactory(), occurred_at=NOW - HOUR))

    assert (event.occurred_at, event.recorded_at) == (NOW - HOUR, LATER)
    with pytest.raises(InvalidInputError) as caught:
        add_note(incident_id=incident.pk, text="seer", said=Said(LATER, occurred_at=LATER + MINUTE))
    assert caught.value.field == "occurred_at"


def test_first_event_of_a_person_acknowledges():
    incident, person = IncidentFactory(), UserFactory(groups=["partner_manager"])

    add_note(incident_id=incident.pk, text="by a worker", said=said(NOW + MINUTE))
    incident.refresh_from_db()
    assert incident.acknowledged_at is None

    assign_role(incident_id=incident.pk, role="commander", user=person, said=Said(NOW + 3 * MINUTE, person))
    add_note(incident_id=incident.pk, text="later", said=Said(LATER, UserFactory()))
    incident.refresh_from_db()
    assert (incident.acknowledged_at, incident.acknowledged_by) == (NOW + 3 * MINUTE, person)


def test_resolving_ends_periods_and_says_when_it_was_restored():
    incident = IncidentFactory(started_at=NOW - HOUR)
    open_one = AffectedIntegrationFactory(incident=incident, started_at=NOW - HOUR)
    late = AffectedIntegrationFactory(incident=incident, started_at=NOW + 10 * MINUTE)

    change_incident_state(incident_id=incident.pk, state="resolved", said=said(LATER, occurred_at=NOW + 5 * MINUTE))

    incident.refresh_from_db(), open_one.refresh_from_db(), late.refresh_from_db()
    assert (open_one.ended_at, late.ended_at) == (NOW + 5 * MINUTE, NOW + 10 * MINUTE)
    assert (incident.restored_at, incident.resolved_at) == (NOW + 10 * MINUTE, LATER)
    assert (incident.update_due_at, incident.external_update_due_at) == (None, None)


def test_resolving_before_it_began_is_refused():
    incident = IncidentFactory(started_at=NOW - HOUR)

    with pytest.raises(InvalidInputError):
        change_incident_state(incident_id=incident.pk, state="resolved", said=said(LATER, occurred_at=NOW - 2 * HOUR))

    incident.refresh_from_db()
    assert (incident.state, incident.version) == ("declared", 1)


def test_a_stale_version_is_refused():
    incident = IncidentFactory()
    add = {"incident_id": incident.pk, "state": "investigating"}

    change_incident_state(**add, said=said(version=1))
    with pytest.raises(StaleWriteError):
        change_incident_state(incident_id=incident.pk, state="identified", said=said(version=1))

    assert IncidentEvent.objects.count() == 1


def test_reopening_counts_and_needs_a_reason():
    incident = incident_in("closed")

    with pytest.raises(InvalidInputError):
        reopen_incident(incident_id=incident.pk, text=" ", said=said())
    reopen_incident(incident_id=incident.pk, text="it is back", said=said())

    incident.refresh_from_db()
    assert (incident.state, incident.reopen_count) == ("investigating", 1)
    assert (incident.restored_at, incident.resolved_at, incident.closed_at) == (None, None, None)
    with pytest.raises(InvalidInputError):
        reopen_incident(incident_id=incident.pk, text="again", said=said())


def test_severity_follows_the_judgement_and_never_puts_an_update_off():
    incident = declare_incident(new=NewIncident(title="A", impact="high", urgency="medium"), said=Said(NOW))

    set_severity(incident_id=incident.pk, impact="high", urgency="high", said=said(NOW + 50 * MINUTE))
    incident.refresh_from_db()
    assert (incident.severity, incident.update_due_at) == ("sev1", NOW + HOUR)

    before = IncidentEvent.objects.count()
    set_severity(incident_id=incident.pk, impact="high", urgency="high", said=said())
    assert IncidentEvent.objects.count() == before
    event = IncidentEvent.objects.get(kind="severity")
    assert event.changes == {"urgency": ["medium", "high"], "severity": ["sev2", "sev1"]}
    with pytest.raises(InvalidInputError):
        set_severity(incident_id=incident.pk, impact="odd", urgency="high", said=said())


def test_a_role_has_one_holder_and_a_history():
    incident, first, second = IncidentFactory(), *(UserFactory(groups=["partner_manager"]) for _ in range(2))
    role = {"incident_id": incident.pk, "role": "scribe"}

    assign_role(**role, user=first, said=said(NOW))
    assign_role(**role, user=first, said=said(NOW + MINUTE))
    assign_role(**role, user=second, said=said(LATER))
    assign_role(**role, user=None, said=said(LATER + HOUR))

    held = IncidentRole.objects.values_list("user", "started_at", "ended_at")
    assert list(held) == [(first.pk, NOW, LATER), (second.pk, LATER, LATER + HOUR)]
    assert IncidentEvent.objects.filter(kind="role").count() == 3
    with pytest.raises(InvalidInputError):
        assign_role(**role, user=UserFactory(is_service=True), said=said())
    with pytest.raises(InvalidInputError):
        assign_role(incident_id=incident.pk, role="cook", user=first, said=said())


@pytest.mark.parametrize("groups", [[], ["finance"]])
def test_nobody_takes_a_role_who_may_not_see_incidents(groups):
    incident = IncidentFactory()

    with pytest.raises(InvalidInputError, match="may see incidents"):
        assign_role(incident_id=incident.pk, role="commander", user=UserFactory(groups=groups), said=said())

    assert not IncidentRole.objects.exists()


def test_periods_open_once_and_close_in_order():
    incident, integration = IncidentFactory(), production()
    which = {"incident_id": incident.pk, "integration": integration}

    add_affected(**which, said=said(LATER, occurred_at=NOW))
    for act, at in ((add_affected, None), (close_affected, NOW - MINUTE)):
        with pytest.raises(InvalidInputError):
            act(**which, said=said(occurred_at=at))
    period = close_affected(**which, said=said(occurred_at=NOW + MINUTE))

    assert (period.started_at, period.ended_at) == (NOW, NOW + MINUTE)
    with pytest.raises(InvalidInputError):
        close_affected(**which, said=said())
    past = add_affected(**which, said=said(occurred_at=NOW - HOUR), ended_at=NOW - MINUTE)
    assert (past.started_at, past.ended_at) == (NOW - HOUR, NOW - MINUTE)
    with pytest.raises(InvalidInputError):
        add_affected(**which, said=said(occurred_at=NOW), ended_at=NOW - MINUTE)


def test_an_incident_that_is_over_takes_closed_periods_only():
    incident = incident_in("resolved")

    with pytest.raises(InvalidInputError) as caught:
        add_affected(incident_id=incident.pk, integration=production(), said=said())

    assert caught.value.field == "ended_at"


def test_merging_moves_periods_ends_roles_and_closes_the_duplicate():
    shared, own, person = production(), production(), UserFactory(groups=["partner_manager"])
    target, duplicate, older = IncidentFactory(), IncidentFactory(), IncidentFactory()
    AffectedIntegrationFactory(incident=target, integration=shared, started_at=NOW)
    AffectedIntegrationFactory(incident=duplicate, integration=shared, started_at=NOW - HOUR)
    AffectedIntegrationFactory(incident=duplicate, integration=own, started_at=NOW)
    assign_role(incident_id=duplicate.pk, role="scribe", user=person, said=said(NOW))
    merge_incidents(incident_id=older.pk, into_id=duplicate.pk, said=said(NOW))

    merge_incidents(incident_id=duplicate.pk, into_id=target.pk, said=said(LATER, actor=person))

    duplicate.refresh_from_db(), older.refresh_from_db()
    assert (duplicate.state, duplicate.merged_into, older.merged_into) == ("closed", target, target)
    assert (duplicate.resolved_at, duplicate.closed_at, duplicate.update_due_at) == (LATER, LATER, None)
    open_there = AffectedIntegration.objects.filter(incident=target, ended_at=None)
    assert set(open_there.values_list("integration", "started_at")) == {(shared.pk, NOW - HOUR), (own.pk, NOW)}
    assert not IncidentRole.objects.filter(incident=duplicate, ended_at=None).exists()
    assert set(IncidentEvent.objects.filter(kind="merged").values_list("incident", flat=True)) == {
        target.pk, duplicate.pk, older.pk,
    }  # fmt: skip
    with pytest.raises(InvalidInputError):
        add_note(incident_id=duplicate.pk, text="late", said=said())


def test_merging_refuses_what_cannot_be_merged():
    open_one, closed, drill = IncidentFactory(), incident_in("closed"), IncidentFactory(is_drill=True)

    for one, into in ((open_one, open_one), (open_one, closed), (closed, open_one), (drill, open_one)):
        with pytest.raises(InvalidInputError):
            merge_incidents(incident_id=one.pk, into_id=into.pk, said=said())
    with pytest.raises(InvalidInputError):
        merge_incidents(incident_id=open_one.pk, into_id=10**9, said=said())

    assert not IncidentEvent.objects.exists()


def test_details_change_with_their_event():
    incident = IncidentFactory(title="Old")

    change_details(incident_id=incident.pk, title="New", summary="All of it", said=said())
    change_details(incident_id=incident.pk, title="New", said=said())

    event = IncidentEvent.objects.get()
    assert event.changes == {"title": ["Old", "New"], "summary": ["", "All of it"]}
    for title in (" ", "x" * 201):
        with pytest.raises(InvalidInputError):
            change_details(incident_id=incident.pk, title=title, said=said())


YEAR = 366 * 24 * HOUR


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"started_at": LATER - YEAR - MINUTE}, "started_at"),
        ({"started_at": LATER + MINUTE}, "started_at"),
        ({"detected_at": LATER - YEAR - MINUTE}, "detected_at"),
        ({"started_at": datetime(1, 1, 1, tzinfo=UTC)}, "started_at"),
    ],
)
def test_a_person_declares_what_began_in_the_year_before(fields, field):
    with pytest.raises(InvalidInputError) as caught:
        declare_incident(new=NewIncident(title="A", **fields), said=said(actor=UserFactory()))

    assert caught.value.field == field
    assert declare_incident(new=NewIncident(title="A", started_at=LATER - YEAR), said=said(actor=UserFactory())).pk


def test_a_note_is_of_the_year_before_or_since():
    incident = IncidentFactory()

    with pytest.raises(InvalidInputError) as caught:
        add_note(incident_id=incident.pk, text="x", said=said(actor=UserFactory(), occurred_at=NOW - YEAR - MINUTE))

    assert caught.value.field == "occurred_at"
    assert add_note(incident_id=incident.pk, text="x", said=said(actor=UserFactory(), occurred_at=NOW - YEAR)).pk


def test_the_beginning_is_corrected_with_what_was_affected_from_it():
    first, second = IntegrationFactory(), IntegrationFactory()
    new = NewIncident(title="A", integrations=[first], started_at=NOW - HOUR, detected_at=NOW)
    incident = declare_incident(new=new, said=said(NOW, actor=UserFactory()))
    AffectedIntegrationFactory(incident=incident, integration=second, started_at=NOW)

    correct_beginning(incident_id=incident.pk, started_at=NOW - MINUTE, said=said(actor=UserFactory()))
    correct_beginning(incident_id=incident.pk, started_at=NOW - MINUTE, said=said(actor=UserFactory()))
    correct_beginning(incident_id=incident.pk, started_at=None, said=said(actor=UserFactory()))

    old, new, none = (NOW - HOUR).isoformat(), (NOW - MINUTE).isoformat(), None
    changes = IncidentEvent.objects.filter(kind="details").order_by("pk").values_list("changes", flat=True)
    assert list(changes) == [{"started_at": [old, new]}, {"started_at": [new, none]}]
    assert list(incident.affected.values_list("started_at", flat=True)) == [NOW, NOW]
    incident.refresh_from_db()
    assert incident.started_at is None


def test_the_beginning_is_before_it_was_noticed_and_over():
    incident = IncidentFactory(started_at=NOW - HOUR, detected_at=NOW, opened_at=NOW)
    over = ResolvedIncidentFactory(started_at=NOW - HOUR, restored_at=NOW - 30 * MINUTE, detected_at=NOW)
    ended = IncidentFactory(started_at=NOW - HOUR, detected_at=NOW)
    AffectedIntegrationFactory(incident=ended, started_at=NOW - HOUR, ended_at=NOW - 30 * MINUTE)

    refused = [(incident, NOW + MINUTE), (incident, NOW - YEAR - MINUTE), (over, NOW - MINUTE), (ended, NOW - MINUTE)]
    for one, moment in refused:
        with pytest.raises(InvalidInputError) as caught:
            correct_beginning(incident_id=one.pk, started_at=moment, said=said(actor=UserFactory()))
        assert caught.value.field == "started_at"
    assert not IncidentEvent.objects.exists()
