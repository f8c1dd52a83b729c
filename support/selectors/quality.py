"""How a team works, person by person: internal tools and hand-overs because somebody was out are left out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import mean, median
from typing import Any

from django.db.models import QuerySet

from operations.models import User
from support.models import (
    ClockMetric,
    EventKind,
    Review,
    ReviewSample,
    TicketClock,
    TicketEvent,
    TicketState,
    TrainingRecord,
)
from support.selectors.absences import ABSENCE, CAUSE, HOLDERS

EXPIRES_WITHIN = timedelta(days=60)
_US = 1_000_000
_LEFT_OUT = (TicketState.MERGED, TicketState.SPAM)
_SOLVED = (TicketState.SOLVED, TicketState.CLOSED)
OVERSEE = "support.oversee_review"
OVERSEE_CSAT = "support.oversee_csatrequest"


@dataclass
class Work:
    """What one person did in a period; durations in seconds."""

    solved: dict[int, datetime] = field(default_factory=dict)
    resolutions: list[float] = field(default_factory=list)
    first_replies: list[float] = field(default_factory=list)
    reopened: int = 0
    handed_on: int = 0
    points: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Measures:
    """One person's, or several people's, measures of a period; None where there is nothing to measure.

    First replies are in business seconds, resolutions in calendar seconds from opening to the person's last solving.
    """

    solved: int
    first_reply: float | None
    first_replies: int
    resolution: float | None
    reopened: int
    handed_on: int
    reviews: int
    points: float | None

    @property
    def reopen_ratio(self) -> float | None:
        """The share of the solved tickets that came back since."""
        return self.reopened / self.solved if self.solved else None


def summarise(works: Iterable[Work]) -> Measures:
    """The measures of these people together; medians are over all their tickets."""
    found = list(works)
    replies = [one for work in found for one in work.first_replies]
    resolutions = [one for work in found for one in work.resolutions]
    points = [one for work in found for one in work.points]
    return Measures(
        solved=sum(len(work.solved) for work in found),
        first_reply=median(replies) if replies else None,
        first_replies=len(replies),
        resolution=median(resolutions) if resolutions else None,
        reopened=sum(work.reopened for work in found),
        handed_on=sum(work.handed_on for work in found),
        reviews=len(points),
        points=mean(points) if points else None,
    )


def list_solvings(start: datetime, end: datetime) -> "QuerySet[TicketEvent]":
    """The solvings by people, from `start` and before `end`; spam, merged tickets and internal tools left out."""
    events = TicketEvent.objects.filter(kind=EventKind.STATE, new_state=TicketState.SOLVED, at__gte=start, at__lt=end)
    return events.filter(actor__isnull=False, actor__is_service=False).exclude(ticket__state__in=_LEFT_OUT)


def get_works(start: datetime, end: datetime) -> Mapping[int, Work]:
    """What each person did from `start` and before `end`, by their key; five queries."""
    works: dict[int, Work] = defaultdict(Work)
    _add_solvings(works, start, end)
    _add_replies(works, start, end)
    _add_handings(works, start, end)
    reviews = Review.objects.filter(reviewed_at__gte=start, reviewed_at__lt=end)
    for review in reviews:
        works[review.agent_id].points.append(review.points)
    return works


def _add_solvings(works: dict[int, Work], start: datetime, end: datetime) -> None:
    rows = list_solvings(start, end).order_by("at", "pk")
    opened = {}
    first: dict[tuple[int, int], datetime] = {}
    for actor, ticket, at, opened_at in rows.values_list("actor", "ticket", "at", "ticket__opened_at"):
        works[actor].solved[ticket] = at
        first.setdefault((actor, ticket), at)
        opened[ticket] = opened_at
    back: dict[int, datetime] = {}
    returns = TicketEvent.objects.filter(kind=EventKind.STATE, old_state__in=_SOLVED, new_state=TicketState.OPEN)
    solved = list_solvings(start, end).values("ticket")
    for ticket, at in returns.filter(ticket__in=solved, at__gte=start).values_list("ticket", "at"):
        back[ticket] = max(at, back.get(ticket, at))
    for person, work in works.items():
        work.resolutions = [(at - opened[ticket]).total_seconds() for ticket, at in work.solved.items()]
        work.reopened = sum(ticket in back and back[ticket] > first[person, ticket] for ticket in work.solved)


def _add_replies(works: dict[int, Work], start: datetime, end: datetime) -> None:
    """A first reply counts for who gave it."""
    clocks = TicketClock.objects.filter(metric=ClockMetric.FIRST_REPLY, ended_at__gte=start, ended_at__lt=end)
    kept = clocks.filter(state="fulfilled").exclude(ticket__state__in=_LEFT_OUT)
    took = {(ticket, at): us / _US for ticket, at, us in kept.values_list("ticket", "ended_at", "elapsed_business_us")}
    replies = TicketEvent.objects.filter(kind=EventKind.REPLY, at__gte=start, at__lt=end, actor__is_service=False)
    for ticket, at, actor in replies.order_by("pk").values_list("ticket", "at", "actor"):
        seconds = took.pop((ticket, at), None)
        if seconds is not None:
            works[actor].first_replies.append(seconds)


def _add_handings(works: dict[int, Work], start: datetime, end: datetime) -> None:
    """Tickets given on from one person to another, but for an absence."""
    people = {str(user.pk): user.pk for user in User.objects.filter(is_service=False)}
    given = TicketEvent.objects.filter(kind=EventKind.ASSIGNED, at__gte=start, at__lt=end)
    for changes in given.values_list("changes", flat=True):
        old, new = changes.get(HOLDERS) or ("", "")
        is_absence = (changes.get(CAUSE) or ["", ""])[1] == ABSENCE
        if old in people and new and not is_absence:
            works[people[old]].handed_on += 1


def list_agents() -> "QuerySet[User]":
    """The people of the support teams, by name."""
    members = User.objects.filter(support_teams__isnull=False, is_active=True, is_service=False)
    return members.distinct().order_by("name", "pk").prefetch_related("support_teams")


def list_expiring(today: date) -> "QuerySet[TrainingRecord]":
    """Trainings of active people that end within 60 days or have ended, and were not done again since."""
    ending = TrainingRecord.objects.filter(valid_until__lt=today + EXPIRES_WITHIN, person__is_active=True)
    rows = ending.select_related("person").order_by("valid_until", "pk")
    newer = TrainingRecord.objects.all().values_list("person", "topic", "valid_until")
    latest: dict[tuple[int, str], date] = {}
    for person, topic, until in newer:
        key = (person, topic)
        latest[key] = max(until or date.max, latest.get(key, date.min))
    kept = [row.pk for row in rows if latest[row.person_id, row.topic] == row.valid_until]
    return rows.filter(pk__in=kept)


def list_own(rows: "QuerySet[Any]", user: User, *, person: str, overseer: str = OVERSEE) -> "QuerySet[Any]":
    """The rows that the user may see: all with the permission to oversee, else those of which they are the person."""
    return rows if user.has_perm(overseer) else rows.filter(**{person: user.pk})


def list_unreviewed(agent_id: int) -> "QuerySet[ReviewSample]":
    """The drawn tickets of an agent that nobody has reviewed, the last solved first."""
    reviewed = Review.objects.filter(agent=agent_id).values("ticket")
    drawn = ReviewSample.objects.filter(agent=agent_id).exclude(ticket__in=reviewed)
    return drawn.select_related("ticket").order_by("-ticket__resolved_at", "pk")
