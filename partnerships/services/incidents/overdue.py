"""What is overdue in incidents: told once on the timeline, and handed up to the owner's lead, then to the COO."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from foundation.words import local
from operations.escalation.ladder import make_lead_ladder
from operations.models import EscalationKind, User
from operations.services.escalations import NewEscalation, raise_escalation, resolve_subject
from partnerships.incidents.rules import LEAD_WAITS
from partnerships.models import (
    OPEN_INCIDENT_STATES,
    ActionState,
    Incident,
    IncidentEvent,
    IncidentEventKind,
    PostMortem,
    PostMortemAction,
    RoleKind,
    Severity,
)
from partnerships.selectors.incident_evidence import list_overdue_actions
from partnerships.services.incidents.clocks import CLOCKS
from partnerships.services.incidents.escalations import subject_of
from partnerships.services.incidents.events import Happening, Said, record_event

_WHO = {"update_due_at": "our own people", "external_update_due_at": "those outside"}
_TELLERS = (RoleKind.COMMS_LEAD, RoleKind.COMMANDER)
_KIND = EscalationKind.PROCESS_FAILURE


def tell_overdue_updates(*, at: datetime) -> int:
    """Enter each update that became overdue in its incident's timeline; how many were new."""
    due = Q(update_due_at__lte=at) | Q(external_update_due_at__lte=at)
    new = 0
    for pk in Incident.objects.filter(due, state__in=OPEN_INCIDENT_STATES).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            incident = Incident.objects.select_for_update().get(pk=pk)
            if incident.is_open:
                new += sum(_tell(incident, clock, at) for clock in CLOCKS)
    return new


def _tell(incident: Incident, clock: str, at: datetime) -> bool:
    due_at: datetime | None = getattr(incident, clock)
    if due_at is None or due_at > at:
        return False
    key = f"overdue:{incident.pk}:{clock}:{due_at.isoformat()}"
    if IncidentEvent.objects.filter(key=key).exists():
        return False
    what = Happening(IncidentEventKind.COMMUNICATION, text=f"The update for {_WHO[clock]} is overdue.", key=key)
    record_event(incident, what, Said(at, occurred_at=due_at))
    if not incident.is_drill:
        _escalate(incident, clock, at)
    return True


def _escalate(incident: Incident, clock: str, at: datetime) -> None:
    """Hand it up; a further update that is overdue is a further trigger of the same escalation."""
    owner = _teller(incident)
    lead_id = owner.lead_id if owner else None
    new = NewEscalation(
        kind=_KIND,
        subject=subject_of(incident),
        title=f"{incident.reference}: an update is overdue",
        reason=f"The update for {_WHO[clock]} on “{incident.title}” was not sent in time.",
        url=incident.get_absolute_url(),
        severity="critical" if incident.severity == Severity.SEV1 else "normal",
        owner_id=owner.pk if owner else None,
        ladder=make_lead_ladder(lead_id, wait_seconds=LEAD_WAITS["update"]),
    )
    raise_escalation(new=new, at=at)


def _teller(incident: Incident) -> User | None:
    """Who owes the update: the communications lead, else the commander, else the integration's owner."""
    held = {one.role: one.user for one in incident.roles.filter(ended_at=None).select_related("user")}
    found = next((held[role] for role in _TELLERS if role in held), None)
    return found or (incident.integration.owner if incident.integration else None)


def end_overdue(incident: Incident, said: Said) -> None:
    """End the escalation once no update is overdue; the caller holds the incident's lock."""
    dues = [getattr(incident, clock) for clock in CLOCKS]
    if all(due is None or due > said.at for due in dues):
        note = "The incident is over." if not incident.is_open else "The update was sent."
        resolve_subject(subject=subject_of(incident), kind=_KIND, at=said.at, note=note, by=said.actor)


def tell_overdue_post_mortems(*, at: datetime) -> int:
    """Hand up each post-mortem that is not finished in time, once for each instant it was due; how many were new."""
    late = PostMortem.objects.filter(finished_at=None, due_at__lte=at).order_by("pk")
    late_keys = {_post_mortem_key(one): one for one in late}
    told = set(IncidentEvent.objects.filter(key__in=late_keys).values_list("key", flat=True))
    return sum(_tell_post_mortem(one, key, at) for key, one in late_keys.items() if key not in told)


def _tell_post_mortem(post_mortem: PostMortem, key: str, at: datetime) -> bool:
    with transaction.atomic():
        incident = Incident.objects.select_for_update().get(pk=post_mortem.incident_id)
        found = PostMortem.objects.select_related("owner").get(pk=post_mortem.pk)
        is_new = not IncidentEvent.objects.filter(key=key).exists()
        if not is_new or found.finished_at is not None or _post_mortem_key(found) != key:
            return False
        what = Happening(IncidentEventKind.REVIEW, text="The post-mortem is overdue.", key=key)
        record_event(incident, what, Said(at, occurred_at=found.due_at))
        if not incident.is_drill:
            _escalate_post_mortem(found, incident, at)
    return True


def _post_mortem_key(post_mortem: PostMortem) -> str:
    return f"overdue:post_mortem:{post_mortem.pk}:{post_mortem.due_at.isoformat()}"


def _escalate_post_mortem(post_mortem: PostMortem, incident: Incident, at: datetime) -> None:
    owner = post_mortem.owner or _teller(incident)
    new = NewEscalation(
        kind=_KIND,
        subject=f"post_mortem:{post_mortem.pk}",
        title=f"{incident.reference}: the post-mortem is overdue",
        reason=f"What “{incident.title}” taught was to be written by {local(post_mortem.due_at):%-d %b %Y}.",
        url=incident.get_absolute_url(),
        owner_id=owner.pk if owner else None,
        ladder=make_lead_ladder(owner.lead_id if owner else None, wait_seconds=LEAD_WAITS["post_mortem"]),
    )
    raise_escalation(new=new, at=at)


def end_overdue_post_mortem(post_mortem: PostMortem, said: Said, *, note: str) -> None:
    """Its escalation, if any, is over with it; the caller holds the incident's lock."""
    resolve_subject(subject=f"post_mortem:{post_mortem.pk}", kind=_KIND, at=said.at, note=note, by=said.actor)


def tell_overdue_actions(*, at: datetime) -> int:
    """Hand up each action of a post-mortem whose day has passed, once for each day it was due; how many were new."""
    late = {_action_key(action): action for action in list_overdue_actions(at=at)}
    told = set(IncidentEvent.objects.filter(key__in=late).values_list("key", flat=True))
    return sum(_tell_action(action, key, at) for key, action in late.items() if key not in told)


def _tell_action(action: PostMortemAction, key: str, at: datetime) -> bool:
    with transaction.atomic():
        incident = Incident.objects.select_for_update().get(post_mortem=action.post_mortem_id)
        found = PostMortemAction.objects.select_related("owner").get(pk=action.pk)
        is_new = not IncidentEvent.objects.filter(key=key).exists()
        if not is_new or found.state != ActionState.OPEN or _action_key(found) != key:
            return False
        what = Happening(IncidentEventKind.REVIEW, text=f"Overdue: {found.title}, of {found.owner}", key=key)
        record_event(incident, what, Said(at))
        if not incident.is_drill:
            _escalate_action(found, incident, at)
    return True


def _action_key(action: PostMortemAction) -> str:
    return f"overdue:action:{action.pk}:{action.due_on.isoformat()}"


def _escalate_action(action: PostMortemAction, incident: Incident, at: datetime) -> None:
    new = NewEscalation(
        kind=_KIND,
        subject=f"action:{action.pk}",
        title=f"{incident.reference}: an action is overdue",
        reason=f"“{action.title}” of {action.owner} was due on {action.due_on:%-d %b %Y}.",
        url=incident.get_absolute_url(),
        owner_id=action.owner_id,
        ladder=make_lead_ladder(action.owner.lead_id, wait_seconds=LEAD_WAITS["action"]),
    )
    raise_escalation(new=new, at=at)


def end_overdue_action(action: PostMortemAction, said: Said) -> None:
    """Its escalation, if any, is over with it; the caller holds the incident's lock."""
    note = f"The action is {action.get_state_display().lower()}."
    resolve_subject(subject=f"action:{action.pk}", kind=_KIND, at=said.at, note=note, by=said.actor)
