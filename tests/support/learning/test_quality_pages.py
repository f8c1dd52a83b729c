"""Reviews and trainings as they are written on the team's pages."""

from datetime import timedelta

import pytest
from django.utils import timezone

from foundation.words import local
from support.models import Review, ReviewAcknowledgement, TrainingRecord
from tests.api_client import BASE, client_of
from tests.factories import TicketEventFactory, UserFactory
from tests.factories_learning import ReviewFactory, ReviewSampleFactory

pytestmark = pytest.mark.django_db
POINTS = {"understanding": "4", "correctness": "3", "tone": "4", "process": "0"}
WORDS = {**POINTS, "comment": "Friendly; the cause is missing."}


@pytest.fixture
def lead(client):
    person = UserFactory(groups=["support_lead"])
    client.force_login(person)
    return person


@pytest.fixture
def sample():
    found = ReviewSampleFactory()
    TicketEventFactory(ticket=found.ticket, actor=found.agent)
    return found


def test_the_lead_reviews_what_was_drawn(client, lead, sample):
    page = client.get(f"/team/{sample.agent_id}/").content.decode()
    assert f"/team/samples/{sample.pk}/" in page
    assert client.get(f"/team/samples/{sample.pk}/").status_code == 200

    answer = client.post(f"/team/samples/{sample.pk}/", WORDS)

    assert (answer.status_code, answer["Location"]) == (302, f"/team/{sample.agent_id}/")
    review = Review.objects.get()
    assert (review.ticket, review.agent, review.reviewer) == (sample.ticket, sample.agent, lead)
    assert (review.understanding, review.correctness, review.tone, review.process) == (4, 3, 4, 0)
    page = client.get(f"/team/{sample.agent_id}/").content.decode()
    assert "the cause is missing" in page
    assert f"/team/samples/{sample.pk}/" not in page
    assert "I have read it" not in page  # It is not theirs.


@pytest.mark.parametrize(
    ("name", "value"), [("tone", ""), ("tone", "5"), ("process", "-1"), ("comment", " "), ("comment", "a\x07b")]
)
def test_what_is_wrong_with_a_review_is_said_at_its_field(client, lead, sample, name, value):
    answer = client.post(f"/team/samples/{sample.pk}/", {**WORDS, name: value})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [name]
    assert not Review.objects.exists()


def test_nobody_reviews_twice_or_themselves(client, lead, sample):
    client.post(f"/team/samples/{sample.pk}/", WORDS)
    again = client.post(f"/team/samples/{sample.pk}/", WORDS)
    own = ReviewSampleFactory(agent=lead)
    TicketEventFactory(ticket=own.ticket, actor=lead)

    assert (again.status_code, Review.objects.count()) == (422, 1)
    assert b"You have reviewed it already." in again.content
    answer = client.post(f"/team/samples/{own.pk}/", WORDS)
    assert answer.status_code == 422
    assert b"Nobody reviews their own work" in answer.content
    assert f"/team/samples/{own.pk}/" not in client.get("/team/me/").content.decode()


def test_whoever_was_reviewed_reads_it_and_says_so_once(client):
    agent = UserFactory(groups=["support_agent"])
    mine, other = ReviewFactory(agent=agent), ReviewFactory()
    client.force_login(agent)
    assert "I have read it" in client.get("/team/me/").content.decode()

    answers = [client.post(f"/team/reviews/{mine.pk}/read/") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert ReviewAcknowledgement.objects.get().review == mine
    page = client.get("/team/me/").content.decode()
    assert "I have read it" not in page
    assert "read " in page
    assert client.post(f"/team/reviews/{other.pk}/read/").status_code == 404
    assert client.get(f"/team/reviews/{mine.pk}/read/").status_code == 405


def test_tools_acknowledge_by_the_same_rule():
    agent = UserFactory(groups=["support_agent"])
    mine, other = ReviewFactory(agent=agent), ReviewFactory()

    client = client_of(agent)
    assert client.post(f"{BASE}/ticket-reviews/{mine.pk}/acknowledgements/").status_code == 201
    assert client.post(f"{BASE}/ticket-reviews/{other.pk}/acknowledgements/").status_code == 404
    lead = client_of(UserFactory(groups=["support_lead"]))
    assert lead.post(f"{BASE}/ticket-reviews/{other.pk}/acknowledgements/").status_code == 400
    seen = client.get(f"{BASE}/review-acknowledgements/").json()["results"]
    assert [row["review"] for row in seen] == [mine.pk]


def training(*people, **fields):
    today = local(timezone.now()).date()
    return {"people": [one.pk for one in people], "topic": "Refunds", "completed_on": str(today), **fields}


def test_a_training_is_recorded_for_each_who_took_part(client, lead):
    people = UserFactory.create_batch(2)
    until = local(timezone.now()).date() + timedelta(days=365)
    assert client.get("/team/trainings/new/").status_code == 200

    answer = client.post("/team/trainings/new/", training(*people, valid_until=str(until), evidence="Certificate 7"))

    assert (answer.status_code, answer["Location"]) == (302, "/team/")
    rows = TrainingRecord.objects.order_by("person")
    assert [(row.person, row.topic, row.valid_until, row.evidence) for row in rows] == [
        (person, "Refunds", until, "Certificate 7") for person in people
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [("topic", " "), ("completed_on", "2199-01-01"), ("valid_until", "2001-01-01"), ("people", []), ("people", ["0"])],
)
def test_what_is_wrong_with_a_training_is_said_at_its_field(client, lead, name, value):
    answer = client.post("/team/trainings/new/", training(lead, **{name: value}))

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [name])
    assert not TrainingRecord.objects.exists()


@pytest.mark.parametrize("path", ["/team/trainings/new/", "/team/samples/{pk}/"])
def test_agents_write_neither(client, sample, path):
    client.force_login(UserFactory(groups=["support_agent"]))

    assert client.get(path.format(pk=sample.pk)).status_code == 403
    assert client.post(path.format(pk=sample.pk), WORDS).status_code == 403
