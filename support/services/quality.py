"""Looking after the quality of support: tickets drawn by lot, reviews by colleagues, trainings."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.db import IntegrityError, transaction

from foundation.bulk_rows import insert_missing_rows
from foundation.errors import InvalidInputError
from metrics.models import Grain
from operations.models import User
from support.models import Review, ReviewSample, Ticket, TicketEvent
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
