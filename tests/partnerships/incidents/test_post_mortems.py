from datetime import UTC, date, datetime, timedelta

import pytest

from foundation.errors import InvalidInputError, StaleWriteError
from partnerships.models import PostMortem, PostMortemAction
from partnerships.selectors.incident_evidence import list_overdue_actions, list_repeated_causes
from partnerships.services.incidents import (
    NewAction,
    NewCause,
    Said,
    add_action,
    add_cause,
    change_incident_state,
    complete_action,
    finish_post_mortem,
    reopen_incident,
    start_post_mortem,
    waive_action,
    write_post_mortem,
)
from tests.factories import NOW, UserFactory
from tests.factories_incidents import (
    ContributingCauseFactory,
    IncidentFactory,
    PostMortemActionFactory,
    PostMortemFactory,
    ResolvedIncidentFactory,
)
from tests.factories_operations import BusinessCalendarFactory, CalendarHolidayFactory, CalendarVersionFactory

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
SECTIONS = {"impact": "All", "detection": "A check", "went_well": "The call"}


def said(at=NOW + DAY, **more):
    return Said(at, **{"actor": UserFactory(), **more})


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"severity": "sev1"}, 1),
        ({"severity": "sev2"}, 1),
        ({"severity": "sev3"}, 0),
        ({"severity": "sev1", "is_drill": True}, 0),
    ],
)
def test_resolving_a_grave_incident_makes_a_post_mortem_due(fields, expected):
    incident = IncidentFactory(**fields)

    change_incident_state(incident_id=incident.pk, state="resolved", said=said(NOW))

    assert PostMortem.objects.count() == expected
    if expected:
        assert PostMortem.objects.get().due_at == datetime(2026, 3, 10, tzinfo=UTC)  # Monday to Monday, its end.


def test_a_post_mortem_is_due_by_the_organisations_calendar():
    calendar = BusinessCalendarFactory(timezone="America/Denver", is_organisation=True)
    hours = {day: ["08:00-12:00", "13:00-17:00"] for day in ("mon", "tue", "wed", "thu")}  # Closed on Fridays.
    CalendarVersionFactory(calendar=calendar, effective_on=date(2026, 1, 1), windows=hours)
    CalendarHolidayFactory(calendar=calendar, day_on=date(2026, 3, 4), windows=[])
    CalendarHolidayFactory(calendar=calendar, day_on=date(2026, 3, 10), windows=["08:00-10:00"])
    incident = IncidentFactory(severity="sev1")

    change_incident_state(incident_id=incident.pk, state="resolved", said=said(NOW))  # Monday 05:00 there.

    # Tue 3, Thu 5, Mon 9, Tue 10, Wed 11 March, at five by the clock of summer time.
    assert PostMortem.objects.get().due_at == datetime(2026, 3, 11, 23, tzinfo=UTC)


def test_resolving_again_moves_the_day_it_is_due():
    incident = IncidentFactory(severity="sev1")
    change_incident_state(incident_id=incident.pk, state="resolved", said=said(NOW))
    reopen_incident(incident_id=incident.pk, text="Back", said=said(NOW + DAY))
    change_incident_state(incident_id=incident.pk, state="resolved", said=said(NOW + 2 * DAY))

    assert PostMortem.objects.get().due_at == datetime(2026, 3, 12, tzinfo=UTC)  # Wednesday to Wednesday.


def test_closing_waits_for_the_post_mortem_and_its_actions():
    incident = IncidentFactory(severity="sev1")
    change_incident_state(incident_id=incident.pk, state="resolved", said=said(NOW))
    change_incident_state(incident_id=incident.pk, state="review", said=said(NOW))
    post_mortem = PostMortem.objects.get()
    key = {"post_mortem_id": post_mortem.pk}

    def closing_is_refused():
        with pytest.raises(InvalidInputError) as caught:
            change_incident_state(incident_id=incident.pk, state="closed", said=said())
        return caught.value.message

    assert closing_is_refused() == "its post-mortem is not finished"
    for missing in ("impact", "detection", "went_well"):
        with pytest.raises(InvalidInputError) as caught:
            finish_post_mortem(**key, said=said())
        assert caught.value.field == missing
        write_post_mortem(**key, said=said(), **{missing: SECTIONS[missing]})
    with pytest.raises(InvalidInputError) as caught:
        finish_post_mortem(**key, said=said())
    assert caught.value.field == "causes"
    cause = add_cause(**key, new=NewCause("change", "Token rotation"), said=said())
    first, second = (
        add_action(**key, new=NewAction(title, "prevent", UserFactory(), date(2026, 4, 1), cause), said=said())
        for title in ("Rotate in steps", "Alert")
    )
    finish_post_mortem(**key, said=said())

    assert closing_is_refused() == "an action is neither done nor waived"
    complete_action(action_id=first.pk, evidence="Rotated on 3 March", said=said())
    assert closing_is_refused() == "an action is neither done nor waived"
    waive_action(action_id=second.pk, reason="The partner alerts now", said=said())
    closed = change_incident_state(incident_id=incident.pk, state="closed", said=said())

    assert closed.state == "closed"
    with pytest.raises(InvalidInputError):
        write_post_mortem(**key, said=said(), impact="More")


def test_a_light_incident_closes_without_one_unless_it_has_one():
    incident, other = ResolvedIncidentFactory(severity="sev3"), ResolvedIncidentFactory(severity="sev3")
    started = start_post_mortem(incident_id=other.pk, said=said())
    assert start_post_mortem(incident_id=other.pk, said=said()) == started
    PostMortemActionFactory(post_mortem=started)

    assert change_incident_state(incident_id=incident.pk, state="closed", said=said()).state == "closed"
    with pytest.raises(InvalidInputError):
        change_incident_state(incident_id=other.pk, state="closed", said=said())
    with pytest.raises(InvalidInputError):
        start_post_mortem(incident_id=IncidentFactory().pk, said=said())


def test_actions_end_once_with_words():
    action = PostMortemActionFactory()

    for act, words in ((complete_action, "evidence"), (waive_action, "reason")):
        with pytest.raises(InvalidInputError):
            act(action_id=action.pk, said=said(), **{words: " "})
    with pytest.raises(StaleWriteError):
        complete_action(action_id=action.pk, evidence="x", said=said(version=7))
    complete_action(action_id=action.pk, evidence="It held", said=said())
    with pytest.raises(InvalidInputError):
        waive_action(action_id=action.pk, reason="No", said=said())

    done = PostMortemAction.objects.get()
    assert (done.state, done.evidence, done.ended_at) == ("done", "It held", NOW + DAY)


def test_a_cause_is_named_once_and_an_action_is_of_its_own_causes():
    post_mortem = PostMortemFactory()
    key = {"post_mortem_id": post_mortem.pk, "said": said()}
    add_cause(**key, new=NewCause("change", " Token  Rotation "))

    for category, name in (("change", "token rotation"), ("weather", "Rain"), ("change", " ")):
        with pytest.raises(InvalidInputError):
            add_cause(**key, new=NewCause(category, name))
    add_cause(**key, new=NewCause("process", "token rotation"))
    strange = NewAction("A", "prevent", UserFactory(), date(2026, 4, 1), ContributingCauseFactory())
    with pytest.raises(InvalidInputError):
        add_action(**key, new=strange)


def test_a_cause_repeats_while_the_action_against_it_is_open():
    before, now = ContributingCauseFactory(), ContributingCauseFactory(name="TOKEN rotation")
    ContributingCauseFactory(category="process")
    action = PostMortemActionFactory(post_mortem=before.post_mortem, cause=before)
    incident = now.post_mortem.incident

    assert list_repeated_causes(incident) == [(now, action)]
    assert list_repeated_causes(before.post_mortem.incident) == []
    complete_action(action_id=action.pk, evidence="Done", said=said())
    assert list_repeated_causes(incident) == []


def test_overdue_actions_are_those_past_their_day():
    late = PostMortemActionFactory(due_on=NOW.date() - DAY)
    PostMortemActionFactory(due_on=NOW.date())

    assert list_overdue_actions(at=NOW) == [late]


@pytest.mark.parametrize("day", [date(1, 1, 1), date(2026, 2, 28), date(2201, 1, 1), date(9999, 12, 31)])
def test_an_action_is_due_on_a_day_after_its_incident_began(day):
    post_mortem = PostMortemFactory(incident__started_at=NOW - DAY, incident__detected_at=NOW)
    key = {"post_mortem_id": post_mortem.pk, "said": said()}

    with pytest.raises(InvalidInputError) as caught:
        add_action(**key, new=NewAction("Rotate", "prevent", UserFactory(), day))

    assert caught.value.field == "due_on"
    assert add_action(**key, new=NewAction("Rotate", "prevent", UserFactory(), date(2026, 3, 1))).pk
