"""How the demo company looks after its support: reviews of tickets drawn by lot, and trainings."""

from datetime import timedelta
from random import Random

from dashboards.demo.people import People
from dashboards.demo.story import Story
from operations.models import User
from support.models import ReviewSample, TrainingRecord
from support.models.quality import CRITERIA
from support.services.quality import add_review, draw_review_samples

WEEKS = 6
REVIEWED_SHARE = 0.7
_COMMENTS = (
    "Clear and kind. The cause could be named more exactly.",
    "Right answer, and quick; the customer had to ask twice what to do next.",
    "Well understood. A note on what was tried would have helped the next one.",
    "Good work from start to end.",
    "The answer was right but long; begin with what they can do.",
)
_TRAININGS = (
    ("Privacy of customers' data", 365, 300),
    ("Reading the integrations' status pages", None, 210),
    ("Refunds and the ledger", 180, 150),
)
"""Topic, days for which it is good, and how many days before the end the first person completed it."""


def add_quality(story: Story, people: People) -> None:
    """Save what was drawn in the last weeks, reviews of most of it, and the trainings of every agent."""
    rng = story.rng("quality")
    for week in range(WEEKS, 0, -1):
        draw_review_samples(at=story.now - timedelta(weeks=week - 1))
    leads = people.by_role["support_lead"]
    for number, sample in enumerate(ReviewSample.objects.select_related("agent", "ticket").order_by("pk")):
        if rng.random() < REVIEWED_SHARE and sample.agent not in leads:
            _review(story, rng, sample, by=leads[number % len(leads)])
    _train(story, people)


def _review(story: Story, rng: Random, sample: ReviewSample, *, by: User) -> None:
    points = {name: rng.choice((2, 3, 3, 3, 4, 4, 4)) for name in CRITERIA}
    at = min(sample.drawn_at + timedelta(days=rng.randrange(5)), story.now)
    add_review(ticket=sample.ticket, agent=sample.agent, points=points, comment=rng.choice(_COMMENTS), by=by, at=at)


def _train(story: Story, people: People) -> None:
    rows = []
    for topic, valid_days, before in _TRAININGS:
        for place, agent in enumerate(people.by_role["support_agent"]):
            completed = (story.now - timedelta(days=before - 7 * place)).date()
            until = completed + timedelta(days=valid_days) if valid_days else None
            rows.append(TrainingRecord(person=agent, topic=topic, completed_on=completed, valid_until=until))
    TrainingRecord.objects.bulk_create(rows)
