"""Who is given a ticket: whoever takes it first, or whoever is there, knows how and has the least to do."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from foundation.errors import ServiceError
from operations.models import User
from support.cover.load import WEIGHTS, Candidate, choose
from support.models import OPEN_STATES, AgentProfile, Ticket, TicketSkill, TicketState, Via
from support.selectors.absences import AUTOMATIC
from support.selectors.duty import list_on_duty
from support.selectors.load import get_loads
from support.selectors.queue import PRIORITY_RANK
from support.services.giving import give_ticket
from support.services.people import check_person
from support.services.ticket_events import lock_ticket

_AT_ONCE = 500
_WAITING = (TicketState.NEW, TicketState.OPEN)


class TakenError(ServiceError):
    """Somebody has the ticket already."""

    code = "taken"

    def __init__(self, ticket: Ticket) -> None:
        super().__init__(f"{ticket.assignee} has {ticket.reference} already.")
        self.holder = ticket.assignee


class NotOpenError(ServiceError):
    """The ticket is over, so nobody is given it."""

    code = "not_open"

    def __init__(self, ticket: Ticket) -> None:
        super().__init__(f"{ticket.reference} is {ticket.get_state_display().lower()}.")


@dataclass(frozen=True)
class Assigned:
    """The ticket with whoever has it now; `reason` says why that is nobody."""

    ticket: Ticket
    reason: str = ""


@dataclass(frozen=True)
class Pick:
    """Whom a ticket would go to, or why to nobody. `is_full` where all who could have as much as they may."""

    chosen: Candidate | None
    reason: str = ""
    is_full: bool = False


def take_ticket(*, ticket_id: int, actor: User, at: datetime, via: Via = Via.UI) -> Ticket:
    """Give the ticket to whoever asks, and return it; one's own stays as it is.

    Raises TakenError naming who has it, NotOpenError where it is over, InvalidInputError for an internal tool. Of any
    number at once exactly one gets it.
    """
    with transaction.atomic():
        ticket = lock_ticket(ticket_id, version=None)
        if ticket.assignee_id == actor.pk:
            return ticket
        _check_free(ticket)
        check_person("assignee", actor)
        give_ticket(ticket, actor, cause="", reason="Taken.", actor=actor, via=via, at=at)
    return ticket


def assign_automatically(*, ticket_id: int, at: datetime, actor: User | None = None, via: Via = Via.WORKER) -> Assigned:
    """Give the ticket to the agent of its team who is on duty, knows how, stays within the cap and has least to do.

    Where there is nobody it stays in the queue, with the reason. Raises TakenError and NotOpenError.
    """
    with transaction.atomic():
        ticket = lock_ticket(ticket_id, version=None)
        _check_free(ticket)
        return assign_locked(ticket, at=at, actor=actor, via=via)


def _check_free(ticket: Ticket) -> None:
    if not ticket.is_open:
        raise NotOpenError(ticket)
    if ticket.assignee_id is not None:
        raise TakenError(ticket)


def assign_locked(ticket: Ticket, *, at: datetime, actor: User | None = None, via: Via = Via.WORKER) -> Assigned:
    """As `assign_automatically`, for a locked open ticket that nobody has."""
    picked = pick_agent(ticket, at=at)
    if picked.chosen is None:
        note_reason([ticket.pk], picked.reason)
        ticket.queue_reason = picked.reason
        return Assigned(ticket, picked.reason)
    agent, team = picked.chosen, ticket.team
    reason = f"On duty for {team}, with the least to do: {agent.load} of {agent.cap}."
    to = User.objects.get(pk=agent.user_id)
    give_ticket(ticket, to, cause=AUTOMATIC, reason=reason, actor=actor, via=via, at=at)
    mark_turn(agent, at=at)
    return Assigned(ticket)


def pick_agent(ticket: Ticket, *, at: datetime, but: Collection[int] = ()) -> Pick:
    """Whom the locked ticket goes to. The profiles of all who could are locked, in the order of their numbers.

    So of two tickets at once the second one sees what the first one added to a load.
    """
    if ticket.team is None:
        return Pick(None, "It is in no team's queue.")
    there = {duty.shift.user_id for duty in list_on_duty(at, team_id=ticket.team.pk)} - set(but)
    if not there:
        return Pick(None, f"Nobody of {ticket.team} is on duty.")
    able = AgentProfile.objects.filter(user__in=there, is_accepting=True)
    if needs_skill(ticket.category):
        skilled = AgentProfile.objects.filter(skills__category=ticket.category).values("pk")
        able = able.filter(pk__in=skilled)
    profiles = list(able.select_for_update(of=("self",), no_key=True).order_by("pk"))
    if not profiles:
        return Pick(None, f"Nobody on duty for {ticket.team} takes tickets of “{ticket.category}”."[:200])
    loads = get_loads(profile.user_id for profile in profiles)
    candidates = [
        Candidate(one.user_id, one.pk, loads.get(one.user_id, 0), one.cap, one.last_assigned_at) for one in profiles
    ]
    chosen = choose(candidates, weight=WEIGHTS[ticket.priority])
    if chosen is None:
        return Pick(None, f"All who are on duty for {ticket.team} have as much as they may.", is_full=True)
    return Pick(chosen)


def needs_skill(category: str) -> bool:
    """Whether tickets of this category go only to agents who have the skill."""
    return bool(category) and TicketSkill.objects.filter(category=category).exists()


def mark_turn(agent: Candidate, *, at: datetime) -> None:
    """The agent was given a ticket: others of the same load are next."""
    AgentProfile.objects.filter(pk=agent.profile_id).update(last_assigned_at=at)


def note_reason(ticket_ids: Collection[int], reason: str) -> None:
    """Write down why these tickets stay in the queue; no change of theirs that anybody could have missed."""
    Ticket.objects.filter(pk__in=ticket_ids).exclude(queue_reason=reason).update(queue_reason=reason)


def assign_waiting_tickets(*, at: datetime) -> int:
    """Give out the tickets that wait in queues of teams that assign automatically, the urgent first; how many.

    Any number of workers may run it at once. A ticket is passed over where one that weighs no more just found all
    agents full.
    """
    waiting = Ticket.objects.filter(team__has_auto_assignment=True, assignee=None, state__in=_WAITING)
    rows = waiting.order_by(PRIORITY_RANK, "opened_at", "pk").values_list("pk", "team", "category", "priority")
    full: dict[tuple[int | None, str], int] = {}
    given = 0
    for pk, team, category, priority in list(rows[:_AT_ONCE]):
        weight = WEIGHTS[priority]
        if weight >= full.get((team, category), weight + 1):
            continue
        picked = _assign_waiting(pk, at=at)
        given += picked is not None and picked.reason == ""
        if picked is not None and picked.reason:
            full[team, category] = weight
    return given


def _assign_waiting(pk: int, *, at: datetime) -> Assigned | None:
    """None where somebody has it by now, or it is over."""
    with transaction.atomic():
        ticket = lock_ticket(pk, version=None)
        if ticket.assignee_id is not None or ticket.state not in OPEN_STATES:
            return None
        return assign_locked(ticket, at=at)
