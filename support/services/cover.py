"""Tickets of somebody who is out: substitute, then the team's queue, then its lead, then the COO. No clock pauses."""

from dataclasses import dataclass
from datetime import datetime

from foundation.words import moment
from operations.models import User
from operations.selectors.people import list_role_members
from operations.services.notifications import Notice, notify
from support.cover.chain import find_substitute
from support.models import Absence, AbsenceHandover, Handover, Ticket
from support.selectors.absences import ABSENCE, list_absences_at, map_substitutes
from support.selectors.duty import list_on_duty
from support.services.assignment import mark_turn, pick_agent
from support.services.giving import give_ticket

LAST_RESORT = "coo"


@dataclass(frozen=True)
class Heir:
    """Who has the ticket instead, nobody for its team's queue, and why they."""

    user: User | None
    why: str


def cover_ticket(ticket: Ticket, *, at: datetime, is_arrival: bool = False, actor: User | None = None) -> bool:
    """Hand the locked ticket over if whoever has it is out; whether it was.

    An arrival, which nobody waits for yet, stays where the absence hands nothing over. What its owner does themselves
    is no reason to take it away.
    """
    if ticket.assignee_id is None or not ticket.is_open or (actor is not None and actor.pk == ticket.assignee_id):
        return False
    absence = list_absences_at(at).filter(user=ticket.assignee_id).select_related("user").first()
    if absence is None or (is_arrival and absence.handover == Handover.NONE):
        return False
    handed = hand_over(ticket, absence, at=at)
    _tell(ticket, handed, at=at)
    return True


def hand_over(ticket: Ticket, absence: Absence, *, at: datetime) -> AbsenceHandover:
    """Give the locked ticket of the person who is out to whoever is next, and write down that it went."""
    heir = find_heir(ticket, absence.user, at=at)
    reason = f"{ABSENCE}: {absence.user} is out until {moment(absence.ends_at, now=at)}; {heir.why}"
    event = give_ticket(ticket, heir.user, cause=ABSENCE, reason=reason, at=at)
    values = {"given_to": heir.user, "event": event, "given_at": at, "returned_at": None}
    handed, _ = AbsenceHandover.objects.update_or_create(absence=absence, ticket=ticket, defaults=values)
    return handed


def find_heir(ticket: Ticket, owner: User, *, at: datetime) -> Heir:
    """Who stands in for the owner, or whom the queue has, or the lead, or the COO; the queue where nobody is there."""
    away = map_substitutes(at)
    substitute = find_substitute(owner.pk, away)
    if substitute is not None:
        return Heir(User.objects.get(pk=substitute), "the substitute has it.")
    return _from_queue(ticket, owner, at=at) or _from_above(ticket, owner, away) or Heir(None, "nobody else is there.")


def _from_queue(ticket: Ticket, owner: User, *, at: datetime) -> Heir | None:
    """The team's agent whose turn it is; or the queue itself where the team takes by hand and somebody is there."""
    team = ticket.team
    if team is None:
        return None
    if not team.has_auto_assignment:
        is_manned = any(duty.shift.user_id != owner.pk for duty in list_on_duty(at, team_id=team.pk))
        return Heir(None, f"back to the queue of {team}.") if is_manned else None
    agent = pick_agent(ticket, at=at, but={owner.pk}).chosen
    if agent is None:
        return None
    mark_turn(agent, at=at)
    return Heir(User.objects.get(pk=agent.user_id), f"on duty for {team}.")


def _from_above(ticket: Ticket, owner: User, away: dict[int, int | None]) -> Heir | None:
    """The lead of the team, or the owner's own where it has no team, else a COO; whoever is out is passed over."""
    lead = ticket.team.lead if ticket.team else owner.lead
    others = [(lead, "the lead has it."), *((one, "the COO has it.") for one in list_role_members(LAST_RESORT))]
    for one, why in others:
        if one is not None and one.is_active and one.pk != owner.pk and one.pk not in away:
            return Heir(one, why)
    return None


def _tell(ticket: Ticket, handed: AbsenceHandover, *, at: datetime) -> None:
    if handed.given_to_id is None:
        return
    event = f"cover:{ticket.pk}:{handed.event_id}"
    title = f"{ticket.reference} is yours: {handed.absence.user} is out"
    notice = Notice(event=event, title=title[:200], text=ticket.subject, url=ticket.get_absolute_url())
    notify(notice=notice, to=[handed.given_to_id], at=at)
