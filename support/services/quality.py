"""Looking after the quality of support: tickets drawn by lot, reviews by colleagues, trainings."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.db import IntegrityError, transaction

from foundation.bulk_rows import insert_missing_rows
from foundation.errors import InvalidInputError
from foundation.words import local
from metrics.models import Grain
from operations.models import User
from support.models import Review, ReviewAcknowledgement, ReviewSample, Ticket, TicketEvent, TrainingRecord
from support.models.quality import CRITERIA, MOST_POINTS
from support.selectors.outcomes import calendar
from support.selectors.quality import list_solvings

_COLUMNS = ("week_on", "agent_id", "ticket_id", "seed", "drawn_at")


def draw_review_samples(*, at: datetime) -> int:
    """Draw `REVIEW_SAMPLE` of the tickets that each person solved in the latest complete week; how many were drawn.

    Who has a sample of the week gets no second one. Tickets are ordered by a hash of the seed and their number, so that
    two workers draw the same ones and anybody can draw them again.
    """
    days = calendar()
    this = days.period_start(days.day_of(at), Grain.WEEK)
    week = this - timedelta(weeks=1)
    solved: dict[int, set[int]] = defaultdict(set)
    with transaction.atomic():
        drawn = set(ReviewSample.objects.filter(week_on=week).values_list("agent", flat=True))
        solvings = list_solvings(days.midnight(week), days.midnight(this)).exclude(actor__in=drawn)
        for agent, ticket in solvings.values_list("actor", "ticket"):
            solved[agent].add(ticket)
        rows = []
        for agent, tickets in sorted(solved.items()):
            seed = f"{week}/{agent}"
            rows += [(week, agent, ticket, seed, at) for ticket in draw(tickets, seed)]
        return insert_missing_rows(ReviewSample, _COLUMNS, rows, unique=("week_on", "agent_id", "ticket_id"))


def draw(tickets: set[int], seed: str) -> list[int]:
    """As many of the tickets as are reviewed, by the lot of this seed."""
    return sorted(tickets, key=lambda ticket: sha256(f"{seed}/{ticket}".encode()).digest())[: settings.REVIEW_SAMPLE]


def add_review(
    *, ticket: Ticket, agent: User, points: Mapping[str, int], comment: str, by: User, at: datetime
) -> Review:
    """What `by` thinks of the agent's work on the ticket.

    InvalidInputError for one's own work or an internal tool's, for a ticket on which the agent did nothing, for points
    outside 0 to 4, without a comment, and for a second review.
    """
    if agent.pk == by.pk or agent.is_service:
        raise InvalidInputError("agent", "Nobody reviews their own work, and internal tools are not reviewed.")
    if not TicketEvent.objects.filter(ticket=ticket, actor=agent).exists():
        raise InvalidInputError("ticket", "They did nothing on this ticket.")
    for name in CRITERIA:
        if not 0 <= points.get(name, -1) <= MOST_POINTS:
            raise InvalidInputError(name, f"Give 0 to {MOST_POINTS} points.")
    if not comment.strip():
        raise InvalidInputError("comment", "Say what was good, and what would be better.")
    try:
        with transaction.atomic():
            return Review.objects.create(
                ticket=ticket, agent=agent, reviewer=by, reviewed_at=at, comment=comment.strip()[:1000], **points
            )
    except IntegrityError:
        raise InvalidInputError("ticket", "You have reviewed it already.") from None


def acknowledge_review(*, review: Review, by: User, at: datetime) -> ReviewAcknowledgement:
    """Note that whoever was reviewed has read it, once; InvalidInputError where `by` is somebody else."""
    if review.agent_id != by.pk:
        raise InvalidInputError("review", "Only whoever was reviewed can say that they have read it.")
    return ReviewAcknowledgement.objects.get_or_create(review=review, defaults={"acknowledged_at": at})[0]


@dataclass(frozen=True)
class NewTraining:
    """What was trained, by whom it was completed, and until when it is good."""

    people: Sequence[User]
    topic: str
    completed_on: date
    valid_until: date | None = None
    evidence: str = ""


def record_training(*, new: NewTraining, at: datetime) -> list[TrainingRecord]:
    """A record for each of the people; InvalidInputError names what is missing or cannot be."""
    if not new.people:
        raise InvalidInputError("people", "Say who took part.")
    if not new.topic.strip():
        raise InvalidInputError("topic", "Say what was trained.")
    if new.completed_on > local(at).date():
        raise InvalidInputError("completed_on", "It is recorded once it is completed.")
    if new.valid_until is not None and new.valid_until < new.completed_on:
        raise InvalidInputError("valid_until", "It cannot end before it was completed.")
    words = {"topic": new.topic.strip(), "evidence": new.evidence.strip()}
    days = {"completed_on": new.completed_on, "valid_until": new.valid_until}
    with transaction.atomic():
        return [TrainingRecord.objects.create(person=person, **words, **days) for person in new.people]
