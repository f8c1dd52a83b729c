"""How the team works: for who looks after it, and for each person their own figures."""

from datetime import timedelta
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from foundation.access import requires
from foundation.words import duration, figure, local
from operations.models import User
from support.models import Review, TrainingRecord
from support.models.quality import CRITERIA
from support.selectors.quality import Measures, Work, get_works, list_agents, list_expiring, list_unreviewed, summarise

DAYS = 28
_SHOWN = 20


@require_safe
@requires("support.view_review", "support.oversee_review")
def team(request: HttpRequest) -> HttpResponse:
    """Everybody's figures of the last 28 days, team by team, and trainings that end soon."""
    at = timezone.now()
    works, agents = get_works(at - timedelta(days=DAYS), at), list(list_agents())
    teams: dict[str, list[User]] = {}
    for agent in agents:
        for one in agent.support_teams.all():
            teams.setdefault(one.name, []).append(agent)
    groups = [
        {
            "name": name,
            "total": _row(summarise(works.get(one.pk, Work()) for one in members)),
            "rows": [{"agent": one, **_row(summarise([works.get(one.pk, Work())]))} for one in members],
        }
        for name, members in sorted(teams.items())
    ]
    context = {"groups": groups, "days": DAYS, "expiring": list_expiring(local(at).date()), "today": local(at).date()}
    return render(request, "support/team.html", context)


@require_safe
@requires("support.view_review", "support.oversee_review")
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One colleague's figures, reviews and trainings."""
    return _render(request, get_object_or_404(User, pk=pk, is_service=False))


@require_safe
@requires("support.view_review")
def mine(request: HttpRequest) -> HttpResponse:
    """One's own figures, reviews and trainings."""
    return _render(request, cast("User", request.user))


def _render(request: HttpRequest, who: User) -> HttpResponse:
    at = timezone.now()
    works = get_works(at - timedelta(days=DAYS), at)
    reviews = Review.objects.filter(agent=who).select_related("ticket", "reviewer", "acknowledgement")[:_SHOWN]
    context = {
        "who": who,
        "days": DAYS,
        "facts": _facts(summarise([works.get(who.pk, Work())])),
        "reviews": [_review(one, request) for one in reviews],
        "may_review": who != request.user and request.user.has_perms(("support.oversee_review", "support.add_review")),
        "waiting": list_unreviewed(who.pk)[:_SHOWN],
        "trainings": TrainingRecord.objects.filter(person=who),
        "today": local(at).date(),
    }
    return render(request, "support/team_person.html", context)


def _review(review: Review, request: HttpRequest) -> dict[str, Any]:
    found = getattr(review, "acknowledgement", None)
    return {
        "review": review,
        "points": figure(review.points, 1),
        "parts": ", ".join(f"{name} {getattr(review, name)}" for name in CRITERIA),
        "read_at": found.acknowledged_at if found else None,
        "may_read": found is None and review.agent_id == request.user.pk,
    }


def _row(found: Measures) -> dict[str, Any]:
    return {
        "solved": figure(found.solved, 0),
        "first_reply": duration(found.first_reply) if found.first_reply is not None else "–",
        "resolution": duration(found.resolution) if found.resolution is not None else "–",
        "reopened": f"{found.reopened} of {found.solved}" if found.solved else "–",
        "handed_on": figure(found.handed_on, 0),
        "points": f"{figure(found.points, 1)}, n = {found.reviews}" if found.points is not None else "–",
    }


def _facts(found: Measures) -> list[tuple[str, str]]:
    row = _row(found)
    return [
        ("Tickets solved", row["solved"]),
        ("First reply, median", f"{row['first_reply']} of business time, n = {found.first_replies}"),
        ("Resolution, median", row["resolution"]),
        ("Came back", row["reopened"]),
        ("Handed on", f"{row['handed_on']}, absences left out"),
        ("Reviews, of 4", row["points"]),
    ]
