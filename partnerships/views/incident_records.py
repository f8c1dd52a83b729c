"""Messages, evidence and the post-mortem of an incident, ready for its page."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from charts.state import state
from foundation.words import duration, instant, local, moment
from operations.channels import is_email_set_up
from partnerships.incident_record_forms import ActionEndForm
from partnerships.incidents.recipients import find_addresses, split_recipients
from partnerships.incidents.rules import needs_post_mortem
from partnerships.models import (
    INTERNAL_AUDIENCES,
    ActionState,
    Audience,
    Communication,
    CommunicationState,
    Incident,
    LinkState,
    PostMortem,
    PostMortemAction,
)
from partnerships.selectors.incident_evidence import Evidence, list_evidence, list_repeated_causes
from partnerships.selectors.incident_records import get_deliveries, get_year_of_honesty, list_communications, list_steps
from partnerships.selectors.partner_honesty import PartnerHonesty


def records_context(incident: Incident, *, user_id: int, at: datetime) -> dict[str, Any]:
    """What the sections of the page show besides the timeline."""
    honesty = get_year_of_honesty(incident, at=at)
    delivered = get_deliveries(incident)
    return {
        "messages_of": [_message(one, delivered, user_id, at) for one in list_communications(incident)],
        "evidence": [_evidence(one, at) for one in list_evidence(incident)],
        "honesty": _honesty(honesty, incident) if honesty else "",
        "post_mortem": _post_mortem(incident, at),
        "repeats": [
            f"{cause.name}: {action.title} of {action.post_mortem.incident.reference} is still open, "
            f"with {action.owner}, due {action.due_on:%-d %b %Y}"
            for cause, action in list_repeated_causes(incident)
        ],
    }


def _message(
    one: Communication, delivered: Mapping[tuple[int, str], str], user_id: int, at: datetime
) -> dict[str, object]:
    steps = list_steps(one, user_id=user_id)
    who = [f"by {one.drafted_by}"]
    if one.approved_by:
        who.append(f"approved by {one.approved_by}")
    if one.sent_at:
        who.append(f"sent {moment(one.sent_at, now=at)}")
    return {
        "pk": one.pk,
        "subject": one.subject,
        "body": one.body,
        "recipients": _recipients(one, delivered),
        "state": state(CommunicationState.tone_of(one.state), one.get_state_display()),
        "to": f"{Audience(one.audience).label}, {one.get_phase_display().lower()}",
        "who": ", ".join(who),
        "steps": [(step, step.capitalize()) for step in steps],
    }


def _recipients(one: Communication, delivered: Mapping[tuple[int, str], str]) -> list[str]:
    """Each recipient with how the message reaches them: found in the outbox, by mail, or told by hand."""
    if one.audience in INTERNAL_AUDIENCES:
        return one.recipients.splitlines()
    addresses = find_addresses(one.recipients)
    if one.state != CommunicationState.SENT:
        reached = addresses if is_email_set_up() else {}
        return [f"{line}: {'by mail' if line in reached else 'by hand'}" for line in one.recipients.splitlines()]
    mailed, by_hand = split_recipients(one.recipients, one.mailed_to)
    states = [f"{line}: mailed, {delivered.get((one.pk, addresses[line]), 'sent').lower()}" for line in mailed]
    return [*states, *(f"{line}: told by hand" for line in by_hand)]


def _evidence(one: Evidence, at: datetime) -> dict[str, object]:
    theirs, lead = one.link.vendor_incident, one.lead
    ended = moment(theirs.ended_at, now=at) if theirs.ended_at else "goes on"
    words = "They told of it" if lead.total_seconds() <= 0 else "We noticed it"
    return {
        "pk": one.link.pk,
        "title": theirs.title,
        "url": theirs.url if theirs.url.startswith(("https://", "http://")) else "",
        "partner": theirs.partner.name,
        "status": theirs.status,
        "period": f"{moment(theirs.started_at, now=at)} to {ended}" + (", inferred" if theirs.is_end_inferred else ""),
        "lead": f"{words} {duration(abs(lead))} first",
        "state": state(LinkState.tone_of(one.link.state), one.link.get_state_display()),
        "is_open": one.link.state == LinkState.PROPOSED,
        "updates": [
            {"when": moment(update.said_at, now=at), "status": update.status, "body": update.body}
            for update in one.updates
        ],
    }


def _honesty(found: PartnerHonesty, incident: Incident) -> str:
    """The partner's figures of a year, in a sentence."""
    name = incident.integration.partner.name if incident.integration else ""
    if not found.outages:
        return f"No incident of the last year was judged to be {name}’s."
    lead = "" if found.lead_us is None else f", {_lead(found.lead_us)} in the median"
    lost = duration(found.vendor_us // 1_000_000)
    return f"{name} admitted {found.admitted} of {found.outages} of its incidents in a year{lead}; they cost {lost}."


def _lead(lead_us: int) -> str:
    length = duration(abs(lead_us) // 1_000_000)
    return f"{length} after we noticed" if lead_us > 0 else f"{length} before we noticed"


def _post_mortem(incident: Incident, at: datetime) -> dict[str, Any] | None:
    found = PostMortem.objects.filter(incident=incident).select_related("owner", "finished_by").first()
    if found is None:
        is_due = needs_post_mortem(severity=incident.severity, is_drill=incident.is_drill)
        return {"note": "It is begun when the incident is resolved.", "is_missing": True} if is_due else None
    return {
        "state": _review_state(found, at),
        "owner": str(found.owner or "nobody yet"),
        "sections": [
            ("Impact", found.impact),
            ("Detection", found.detection),
            ("What went well", found.went_well),
        ],
        "causes": list(found.causes.all()),
        "actions": [
            _action(action, incident, at) for action in found.actions.select_related("owner", "cause").order_by("pk")
        ],
        "is_open": found.finished_at is None,
    }


def _review_state(found: PostMortem, at: datetime) -> object:
    if found.finished_at:
        return state("done", f"finished {moment(found.finished_at, now=at)} by {found.finished_by}")
    if found.due_at <= at:
        return state("bad", f"overdue for {duration(at - found.due_at)}")
    return state("open", f"due {instant(found.due_at)}")


def _action(action: PostMortemAction, incident: Incident, at: datetime) -> dict[str, Any]:
    is_late = action.state == ActionState.OPEN and action.due_on < local(at).date()
    label = "Overdue" if is_late else action.get_state_display()
    form = ActionEndForm(incident=incident, auto_id=f"action-{action.pk}-%s")
    return {
        "pk": action.pk,
        "title": action.title,
        "note": f"{action.get_kind_display()}, {action.owner}, by {action.due_on:%-d %b %Y}"
        + (f", against {action.cause.name}" if action.cause else ""),
        "words": action.evidence or action.waive_reason,
        "state": state("bad" if is_late else ActionState.tone_of(action.state), label),
        "form": form if action.state == ActionState.OPEN else None,
    }
