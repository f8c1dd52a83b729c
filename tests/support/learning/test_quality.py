"""How people work: samples by lot, reviews, trainings, and who sees what."""

from datetime import timedelta

import pytest

from foundation.errors import InvalidInputError
from support.models import Review, ReviewSample, TicketEvent, TrainingRecord
from support.selectors.quality import get_works, list_expiring, summarise
from support.services.quality import add_review, draw, draw_review_samples
from support.services.tickets import assign_ticket
from tests.api_client import BASE, client_of, problem
from tests.factories import NOW, SolvedTicketFactory, TeamFactory, TicketEventFactory, TicketFactory, UserFactory
from tests.factories_learning import ReviewFactory, ReviewSampleFactory, TrainingRecordFactory
from tests.factories_support import TicketClockFactory

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
POINTS = {"understanding": 4, "correctness": 3, "tone": 4, "process": 1}


def solve(agent, at=NOW - 4 * DAY, **fields):
    ticket = SolvedTicketFactory(opened_at=at - 10 * HOUR, resolved_at=at, **fields)
    TicketEventFactory(ticket=ticket, kind="state", old_state="open", new_state="solved", at=at, actor=agent)
    return ticket


def test_a_lot_of_each_person_s_week_is_drawn_once_and_can_be_drawn_again():
    agent, few, tool = UserFactory(), UserFactory(), UserFactory(is_service=True)
    mine = {solve(agent).pk for _ in range(8)}
    theirs = solve(few)
    solve(tool)
    solve(agent, at=NOW - 9 * DAY)
    solve(agent, state="spam", closed_at=NOW)

    assert [draw_review_samples(at=NOW) for _ in range(2)] == [4, 0]

    rows = ReviewSample.objects.filter(agent=agent)
    assert set(rows.values_list("week_on", "seed")) == {((NOW - 7 * DAY).date(), f"2026-02-23/{agent.pk}")}
    assert set(rows.values_list("ticket", flat=True)) == set(draw(mine, f"2026-02-23/{agent.pk}")) < mine
    assert ReviewSample.objects.get(agent=few).ticket == theirs
    assert set(draw(mine, "another")) != set(draw(mine, f"2026-02-23/{agent.pk}"))


def test_a_review_is_of_a_colleague_s_work_and_given_once():
    agent, lead, tool = UserFactory(), UserFactory(), UserFactory(is_service=True)
    ticket = solve(agent)

    def review(**more):
        given = {"ticket": ticket, "agent": agent, "points": POINTS, "comment": "Good", "by": lead, "at": NOW}
        return add_review(**{**given, **more})

    assert review().points == 3.0
    for wrong, field in (
        ({}, "ticket"),
        ({"by": agent}, "agent"),
        ({"agent": tool}, "agent"),
        ({"agent": UserFactory()}, "ticket"),
        ({"by": UserFactory(), "points": {**POINTS, "tone": 5}}, "tone"),
        ({"by": UserFactory(), "comment": " "}, "comment"),
    ):
        with pytest.raises(InvalidInputError) as refusal:
            review(**wrong)
        assert refusal.value.field == field
    assert Review.objects.count() == 1


def test_measures_of_people_and_of_them_together_by_hand():
    ann, bob, tool = UserFactory(name="Ann"), UserFactory(name="Bob"), UserFactory(name="Bot", is_service=True)
    first, again = solve(ann), solve(ann, at=NOW - 2 * DAY)
    solve(bob, at=NOW - DAY)
    solve(tool)
    TicketEventFactory(ticket=again, kind="state", old_state="solved", new_state="open", at=NOW - DAY)
    for who, ticket, seconds in ((ann, first, 600), (bob, again, 1800)):
        at = ticket.resolved_at - HOUR
        TicketEventFactory(ticket=ticket, kind="reply", at=at, actor=who)
        TicketClockFactory(
            ticket=ticket, state="fulfilled", started_at=at - HOUR, ended_at=at, running_since=None,
            elapsed_business_us=seconds * 1_000_000,
        )  # fmt: skip
    UserFactory(name="Ann")
    on = {"assignee": ["Ann", "Bob"], "holder_id": [str(ann.pk), str(bob.pk)]}
    by_tool, taken = {"holder_id": [str(tool.pk), str(ann.pk)]}, {"holder_id": ["", str(ann.pk)]}
    for changes in (on | {"cause": ["", "absence"]}, on, by_tool, taken):
        TicketEventFactory(ticket=first, kind="assigned", at=NOW - DAY, changes=changes)
    ReviewFactory(agent=ann, reviewed_at=NOW - DAY)

    works = get_works(NOW - 28 * DAY, NOW)
    one, both = summarise([works[ann.pk]]), summarise([works[ann.pk], works[bob.pk]])

    assert (one.solved, one.first_reply, one.resolution, one.reopen_ratio) == (2, 600, 36_000, 0.5)
    assert (one.handed_on, one.reviews, one.points) == (1, 1, 3.0)
    assert (both.solved, both.first_reply, both.first_replies, both.reopened) == (3, 1200, 2, 1)
    assert tool.pk not in works
    assert summarise([]).first_reply is None


def test_who_hands_on_is_told_from_somebody_of_the_same_name():
    ann, other, bob = UserFactory(name="Ann"), UserFactory(name="Ann"), UserFactory(name="Bob")
    ticket = TicketFactory(assignee=ann)
    assign_ticket(ticket_id=ticket.pk, actor=ann, at=NOW - DAY, assignee=other)
    assign_ticket(ticket_id=ticket.pk, actor=other, at=NOW - DAY, assignee=bob)

    works = get_works(NOW - 28 * DAY, NOW)

    assert {user.pk: works[user.pk].handed_on for user in (ann, other)} == {ann.pk: 1, other.pk: 1}
    assert bob.pk not in works


def test_a_ticket_that_came_back_counts_also_once_it_is_solved_again():
    ann = UserFactory()
    ticket = solve(ann, at=NOW - 3 * DAY)
    TicketEventFactory(ticket=ticket, kind="state", old_state="solved", new_state="open", at=NOW - 2 * DAY)
    TicketEventFactory(ticket=ticket, kind="state", old_state="open", new_state="solved", at=NOW - DAY, actor=ann)

    work = get_works(NOW - 28 * DAY, NOW)[ann.pk]

    assert (len(work.solved), work.reopened) == (1, 1)


def test_trainings_are_listed_before_they_end_until_they_are_done_again():
    person, today = UserFactory(), NOW.date()
    soon = TrainingRecordFactory(person=person, topic="Privacy", valid_until=today + 20 * DAY)
    TrainingRecordFactory(person=person, topic="Fire", valid_until=today - DAY)
    TrainingRecordFactory(person=person, topic="Fire", valid_until=today + 300 * DAY)
    TrainingRecordFactory(person=person, topic="Product")
    TrainingRecordFactory(valid_until=today + 90 * DAY)

    assert list(list_expiring(today)) == [soon]


def test_people_see_their_own_figures_and_not_their_peers(client):
    agent, peer = UserFactory(groups=["support_agent"], name="Ann Own"), UserFactory(groups=["support_agent"])
    TeamFactory().members.add(agent, peer)
    mine, theirs = ReviewFactory(agent=agent, comment="Mine"), ReviewFactory(agent=peer, comment="Theirs")
    TrainingRecordFactory(person=peer)
    ReviewSampleFactory(agent=peer)
    api = client_of(agent)
    client.force_login(agent)

    assert [row["id"] for row in api.get(f"{BASE}/ticket-reviews/").json()["results"]] == [mine.pk]
    assert api.get(f"{BASE}/ticket-reviews/{theirs.pk}/").status_code == 404
    assert api.get(f"{BASE}/training-records/").json()["results"] == []
    assert api.get(f"{BASE}/review-samples/").json()["results"] == []
    page = client.get("/team/me/").text
    assert "Mine" in page
    assert "Theirs" not in page
    assert {client.get(f"/team/{who.pk}/").status_code for who in (agent, peer)} == {403}
    assert client.get("/team/").status_code == 403
    assert client.get(f"/admin/support/review/{theirs.pk}/change/").status_code in {302, 403}


def test_the_auditor_reads_how_all_work_and_writes_nothing(client):
    auditor, review = UserFactory(groups=["auditor"]), ReviewFactory(comment="Well asked")
    rows = {
        "ticket-reviews": review,
        "review-samples": ReviewSampleFactory(),
        "training-records": TrainingRecordFactory(),
    }
    api = client_of(auditor)
    client.force_login(auditor)

    for path, row in rows.items():
        assert [one["id"] for one in api.get(f"{BASE}/{path}/").json()["results"]] == [row.pk]
    assert client.get("/team/").status_code == 200
    assert "Well asked" in client.get(f"/team/{review.agent_id}/").text
    assert api.post(f"{BASE}/ticket-reviews/", {}).status_code == 403
    assert api.patch(f"{BASE}/training-records/{rows['training-records'].pk}/", {}).status_code == 403
    assert client.post("/team/trainings/new/", {}).status_code == 403


def test_the_lead_sees_the_team_and_reviews(client):
    lead, agent = UserFactory(groups=["support_lead"]), UserFactory(name="Ann Agent")
    TeamFactory(name="Frontline").members.add(agent)
    TrainingRecordFactory(person=agent, topic="Privacy", valid_until=NOW.date())
    ticket, api = solve(agent), client_of(lead)
    client.force_login(lead)
    body = {"ticket": ticket.pk, "agent": agent.pk, "comment": "Good", **POINTS}

    assert api.post(f"{BASE}/ticket-reviews/", body).status_code == 201
    assert problem(api.post(f"{BASE}/ticket-reviews/", body))["status"] == 400
    assert TicketEvent.objects.exists()
    page = client.get("/team/").text
    assert "Frontline" in page
    assert "Privacy" in page
    assert "Good" in client.get(f"/team/{agent.pk}/").text
    assert TrainingRecord.objects.count() == 1
