"""Escalations as people look for them: what waits for them first."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from foundation.tallies import Tally
from operations.escalation.ladder import Ladder, load_ladder
from operations.models import (
    UNANSWERED,
    Escalation,
    EscalationEvent,
    EscalationRun,
    RunStatus,
    Severity,
    User,
)

ROWS_SHOWN = 200
RUNS_ALL = "operations.change_escalationpolicy"
"""The right of those who answer for how matters climb, operations and the COO."""
TABS = {"mine": "For me", "open": "Open", "ended": "Resolved and closed", "all": "All"}


@dataclass(frozen=True, slots=True)
class EscalationQuery:
    """What is asked of the list; empty means any."""

    tab: str = "open"
    words: str = ""
    kind: str = ""
    severity: str = ""


@dataclass(frozen=True, slots=True)
class Climbing:
    """One escalation with its run, its ladder, and whether it waits for the person who looks."""

    run: EscalationRun
    ladder: Ladder
    is_mine: bool

    @property
    def escalation(self) -> Escalation:
        """The matter itself."""
        return self.run.escalation

    @property
    def level_name(self) -> str:
        """The level that was told last."""
        return self.ladder.rung(self.run.level).name if self.run.level else ""


@dataclass(frozen=True, slots=True)
class EscalationPage:
    """One escalation with all that happened to it, newest first."""

    climbing: Climbing
    events: list[EscalationEvent]
    trigger_count: int


def may_answer(run: EscalationRun, user: User) -> bool:
    """Whether the matter is for them: its owner, those on its ladder, and operations and the COO for all."""
    if run.escalation.owner_id == user.pk or user.has_perm(RUNS_ALL):
        return True
    levels, roles = load_ladder(run.policy_snapshot).levels, _roles_of(user)
    return any(user.pk in rung.users or roles & set(rung.roles) for rung in levels)


def list_escalations(query: EscalationQuery, *, user: User) -> list[Climbing]:
    """At most ROWS_SHOWN, those that wait for the user first, then critical ones, then the longest open."""
    runs = _narrow(EscalationRun.objects.select_related("escalation__owner"), query)
    found = _climbing(runs.order_by("-escalation__ended_at", "-pk"), user)
    if query.tab == "mine":
        found = [one for one in found if one.is_mine]
    return sorted(found, key=_urgency)[:ROWS_SHOWN]


def list_waiting_for(user: User) -> list[Climbing]:
    """The open escalations that were told to the user's level and nobody answered, and those that the user owns."""
    return list_escalations(EscalationQuery(tab="mine"), user=user)


def count_tabs(user: User) -> dict[str, int]:
    """How many each tab holds, without further filters."""
    every = EscalationRun.objects.count()
    ended = EscalationRun.objects.filter(status=RunStatus.ENDED).count()
    mine = len(list_waiting_for(user))
    return {"mine": mine, "open": every - ended, "ended": ended, "all": every}


def tally_unanswered() -> Tally:
    """Those that nobody answers for yet; the critical ones are loud."""
    waiting = Escalation.objects.filter(state__in=UNANSWERED)
    return Tally(waiting, loud=Count("pk", filter=Q(severity=Severity.CRITICAL)))


def get_escalation_page(pk: int, *, user: User) -> EscalationPage:
    """All that is known of one; EscalationRun.DoesNotExist if there is none."""
    run = EscalationRun.objects.select_related(
        "escalation__owner", "escalation__raised_by", "escalation__decided_by", "policy"
    ).get(escalation_id=pk)
    events = EscalationEvent.objects.filter(escalation_id=pk).select_related("actor").order_by("-pk")
    return EscalationPage(_one(run, user, _roles_of(user)), list(events), run.escalation.triggers.count())


def _narrow(runs: "QuerySet[EscalationRun]", query: EscalationQuery) -> "QuerySet[EscalationRun]":
    if query.tab in {"mine", "open"}:
        runs = runs.exclude(status=RunStatus.ENDED)
    elif query.tab == "ended":
        runs = runs.filter(status=RunStatus.ENDED)
    if query.words:
        runs = runs.filter(Q(escalation__title__icontains=query.words) | Q(escalation__subject__icontains=query.words))
    if query.kind:
        runs = runs.filter(escalation__kind=query.kind)
    return runs.filter(escalation__severity=query.severity) if query.severity else runs


def _climbing(runs: "QuerySet[EscalationRun]", user: User) -> Sequence[Climbing]:
    roles = _roles_of(user)
    return [_one(run, user, roles) for run in runs[: 5 * ROWS_SHOWN]]


def _roles_of(user: User) -> set[str]:
    return set(user.groups.values_list("name", flat=True))


def _one(run: EscalationRun, user: User, roles: set[str]) -> Climbing:
    ladder = load_ladder(run.policy_snapshot)
    escalation = run.escalation
    is_told = any(user.pk in rung.users or roles & set(rung.roles) for rung in ladder.levels[: run.reached_level])
    is_mine = escalation.is_open and (escalation.owner_id == user.pk or (is_told and escalation.state in UNANSWERED))
    return Climbing(run, ladder, is_mine)


def _urgency(one: Climbing) -> tuple[bool, bool, float]:
    escalation = one.escalation
    age = escalation.raised_at.timestamp()
    return (not one.is_mine, escalation.severity != Severity.CRITICAL, age if escalation.is_open else -age)
