"""Whom an incident calls: one escalation for it, answered, made graver and ended with it."""

from datetime import date, timedelta

import pytest

from operations.models import Escalation, EscalationEvent, EscalationTrigger
from operations.services.escalation_steps import advance_due_escalations
from partnerships.models import Incident
from partnerships.services.incidents import (
    NewIncident,
    Said,
    add_affected,
    add_note,
    assign_role,
    change_incident_state,
    complete_action,
    declare_incident,
    finish_post_mortem,
    merge_incidents,
    reopen_incident,
    set_severity,
    waive_action,
)
from partnerships.services.incidents.overdue import (
    tell_overdue_actions,
    tell_overdue_post_mortems,
    tell_overdue_updates,
)
from partnerships.services.incidents.watch import watch_outages
from tests.factories import NOW, IntegrationFactory, UserFactory
from tests.factories_incidents import (
    ContributingCauseFactory,
    IncidentFactory,
    PostMortemActionFactory,
    PostMortemFactory,
)
from tests.partnerships.incidents.test_watch import back_up, down

pytestmark = pytest.mark.django_db

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def declared(impact="high", urgency="high", tier="production", **fields):
    integration = IntegrationFactory(tier=tier, owner=UserFactory())
    new = NewIncident("Payouts fail", impact=impact, urgency=urgency, integrations=[integration], **fields)
    return declare_incident(new=new, said=Said(NOW, UserFactory()))


def escalations(**fields):
    found = Escalation.objects.filter(**fields).order_by("pk")
    return [(one.subject, one.kind, one.severity, one.state) for one in found]


def told():
    """Who was told by the steps of escalations, by level."""
    rows = EscalationEvent.objects.filter(kind="notified").order_by("pk")
    return [(row.level, row.details["people"]) for row in rows]


@pytest.mark.parametrize(
    ("fields", "severity"),
    [
        ({}, "critical"),  # SEV1
        ({"urgency": "medium"}, "critical"),  # SEV2
        ({"impact": "medium", "urgency": "medium"}, "normal"),  # SEV3
        ({"impact": "low", "urgency": "low"}, None),  # SEV4
        ({"is_drill": True}, None),
        ({"tier": "experimental"}, None),
    ],
)
def test_declaring_an_incident_escalates_it_by_its_severity(fields, severity):
    incident = declared(**fields)

    expected = [(f"incident:{incident.pk}", "disruption", severity, "raised")] if severity else []
    assert escalations() == expected
    if severity:
        raised = Escalation.objects.get()
        assert (raised.owner, raised.url) == (incident.integration.owner, incident.get_absolute_url())


def test_an_outage_is_escalated_once_and_ends_with_the_incident():
    outage = down()
    watch_outages(at=NOW)
    watch_outages(at=NOW + MINUTE)

    incident = Incident.objects.get()
    assert escalations() == [(f"incident:{incident.pk}", "disruption", "critical", "raised")]
    assert EscalationTrigger.objects.count() == 1

    back_up(outage, NOW + 2 * MINUTE)
    watch_outages(at=NOW + 3 * MINUTE)
    assert escalations(ended_at=None)
    watch_outages(at=NOW + 17 * MINUTE)
    assert (escalations(ended_at=None), Escalation.objects.get().state) == ([], "resolved")


def test_the_first_thing_a_person_does_in_it_answers_the_escalation():
    incident = declared()
    person = UserFactory()

    add_note(incident_id=incident.pk, text="I look", said=Said(NOW + MINUTE, person))
    add_note(incident_id=incident.pk, text="Still", said=Said(NOW + 2 * MINUTE, UserFactory()))

    raised = Escalation.objects.get()
    assert (raised.state, raised.acknowledged_by, raised.acknowledged_at) == ("acknowledged", person, NOW + MINUTE)


def test_a_graver_judgement_raises_it_again_and_a_harmless_one_ends_it():
    incident = declared(impact="low", urgency="low")
    judged = [("medium", "medium"), ("high", "high"), ("high", "medium"), ("low", "low")]
    seen = []
    for minute, (impact, urgency) in enumerate(judged):
        said = Said(NOW + minute * MINUTE, UserFactory())
        set_severity(incident_id=incident.pk, impact=impact, urgency=urgency, said=said)
        seen.append([(one[2], one[3]) for one in escalations()])

    assert seen == [
        [("normal", "raised")],
        [("critical", "raised")],
        [("critical", "acknowledged")],
        [("critical", "resolved")],
    ]
    assert EscalationTrigger.objects.count() == 2


def test_an_experimental_incident_is_escalated_once_production_is_affected():
    incident = declared(tier="experimental")

    add_affected(
        incident_id=incident.pk, integration=IntegrationFactory(tier="production"), said=Said(NOW, UserFactory())
    )

    assert [one[2] for one in escalations()] == ["critical"]


def test_opening_an_incident_again_escalates_it_again():
    incident = declared()
    change_incident_state(incident_id=incident.pk, state="resolved", said=Said(NOW + MINUTE, UserFactory()))
    reopen_incident(incident_id=incident.pk, text="Back", said=Said(NOW + 2 * MINUTE, UserFactory()))

    assert [one[3] for one in escalations()] == ["resolved", "raised"]


@pytest.mark.parametrize("urgency", ["high", "low"])
def test_merging_leaves_one_escalation_as_grave_as_the_graver(urgency):
    duplicate, target = declared(), declared(urgency=urgency)
    tell_overdue_updates(at=NOW + 31 * MINUTE)
    person = UserFactory()

    merge_incidents(incident_id=duplicate.pk, into_id=target.pk, said=Said(NOW + 32 * MINUTE, person))

    open_ones = escalations(ended_at=None, kind="disruption")
    assert open_ones == [(f"incident:{target.pk}", "disruption", "critical", "acknowledged")]
    assert not escalations(ended_at=None, subject=f"incident:{duplicate.pk}")


def test_merging_into_one_that_calls_nobody_hands_the_escalation_over():
    duplicate, target = declared(), declared(impact="low", urgency="low")

    merge_incidents(incident_id=duplicate.pk, into_id=target.pk, said=Said(NOW, UserFactory()))

    assert [one[0] for one in escalations(ended_at=None)] == [f"incident:{target.pk}"]
    change_incident_state(incident_id=target.pk, state="resolved", said=Said(NOW + MINUTE, UserFactory()))
    assert escalations(ended_at=None) == []


@pytest.mark.parametrize("has_role", [True, False])
def test_an_overdue_update_goes_to_the_lead_of_who_owes_it_and_then_to_the_coo(has_role):
    coo, lead = UserFactory(groups=["coo"]), UserFactory()
    incident = declared()
    owner = UserFactory(groups=["partner_manager"]) if has_role else incident.integration.owner
    owner.lead = lead
    owner.save()
    if has_role:
        assign_role(incident_id=incident.pk, role="comms_lead", user=owner, said=Said(NOW, UserFactory()))

    for minute in (30, 31, 44, 46, 47):
        tell_overdue_updates(at=NOW + minute * MINUTE)
        run = Escalation.objects.get(kind="process_failure").run
        if run.next_due_at <= NOW + minute * MINUTE:
            advance_due_escalations(at=NOW + minute * MINUTE)

    events = EscalationEvent.objects.filter(kind="notified", escalation__kind="process_failure").order_by("pk")
    assert [(row.level, row.details["people"]) for row in events] == [(1, [lead.pk]), (2, [coo.pk])]
    assert EscalationTrigger.objects.filter(escalation__kind="process_failure").count() == 1


def test_an_overdue_action_goes_to_the_lead_then_to_the_coo_once():
    coo, lead = UserFactory(groups=["coo"]), UserFactory()
    action = PostMortemActionFactory(owner=UserFactory(lead=lead), due_on=date(2026, 3, 2), title="Rotate")
    first = NOW + DAY

    assert [tell_overdue_actions(at=NOW), tell_overdue_actions(at=first), tell_overdue_actions(at=first)] == [0, 1, 0]
    for days in (1, 2):
        advance_due_escalations(at=NOW + days * DAY)
    tell_overdue_actions(at=NOW + 9 * DAY)

    assert told() == [(1, [lead.pk]), (2, [coo.pk])]
    assert escalations() == [(f"action:{action.pk}", "process_failure", "normal", "raised")]


def test_an_overdue_post_mortem_goes_to_the_lead_then_to_the_coo_until_it_is_finished():
    coo, lead = UserFactory(groups=["coo"]), UserFactory()
    late = PostMortemFactory(owner=UserFactory(lead=lead), due_at=NOW, impact="i", detection="d", went_well="w")
    ContributingCauseFactory(post_mortem=late)
    PostMortemFactory(due_at=NOW + 30 * DAY)

    early = tell_overdue_post_mortems(at=NOW - MINUTE)
    assert [early, *(tell_overdue_post_mortems(at=NOW + n * MINUTE) for n in range(3))] == [0, 1, 0, 0]
    for days in (0, 1):
        advance_due_escalations(at=NOW + days * DAY)

    assert told() == [(1, [lead.pk]), (2, [coo.pk])]
    assert escalations() == [(f"post_mortem:{late.pk}", "process_failure", "normal", "raised")]
    finish_post_mortem(post_mortem_id=late.pk, said=Said(NOW + 2 * DAY, UserFactory()))
    assert [one[3] for one in escalations()] == ["resolved"]


@pytest.mark.parametrize("end", [complete_action, waive_action])
def test_ending_an_overdue_action_ends_its_escalation(end):
    UserFactory(groups=["coo"])
    action = PostMortemActionFactory(due_on=date(2026, 3, 1))
    tell_overdue_actions(at=NOW + DAY)
    words = {"evidence": "Drill of May"} if end is complete_action else {"reason": "Gone"}

    end(action_id=action.pk, said=Said(NOW + DAY + MINUTE, UserFactory()), **words)

    assert [one[3] for one in escalations()] == ["resolved"]


def test_an_owner_without_a_lead_leaves_a_hole_and_the_coo_is_told_at_once():
    coo = UserFactory(groups=["coo"])
    PostMortemActionFactory(due_on=date(2026, 3, 1))
    tell_overdue_actions(at=NOW)
    advance_due_escalations(at=NOW)

    assert (told(), EscalationEvent.objects.filter(kind="hole").count()) == ([(2, [coo.pk])], 1)


def test_a_drill_hands_nothing_up():
    incident = IncidentFactory(is_drill=True, update_due_at=NOW)
    PostMortemActionFactory(post_mortem__incident__is_drill=True, due_on=date(2026, 3, 1))

    assert (tell_overdue_updates(at=NOW), tell_overdue_actions(at=NOW), escalations()) == (1, 1, [])
    assert incident.events.count() == 1
