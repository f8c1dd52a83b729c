"""Telling people of an incident: a draft from a template, approved by somebody else, sent once and kept as it was."""

from dataclasses import dataclass

from django.db import transaction

from foundation.errors import InvalidInputError, RefusedTransitionError, StaleWriteError
from foundation.plain_text import check_text
from foundation.words import duration, instant
from operations.channels import is_email_set_up
from operations.models import User
from operations.selectors.people import list_role_members
from operations.services.notifications import Notice, mail_outside, notify
from partnerships.incidents.default_templates import default_words
from partnerships.incidents.placeholders import fill_in
from partnerships.incidents.recipients import MAX_LINES, find_addresses, split_recipients
from partnerships.incidents.rules import AUDIENCE_ROLES
from partnerships.models import (
    INTERNAL_AUDIENCES,
    Audience,
    Communication,
    CommunicationState,
    CommunicationTemplate,
    Incident,
    IncidentEventKind,
    Phase,
    Severity,
)
from partnerships.services.incidents.clocks import CLOCKS, set_clocks
from partnerships.services.incidents.events import Happening, Said, lock_incident, record_event, save_incident
from partnerships.services.incidents.overdue import end_overdue

SUBJECT_LENGTH = 200  # As long as the outbox takes: what is approved is what is sent.


@dataclass(frozen=True)
class NewCommunication:
    """A draft; empty words are taken from the template. Recipients, one a line, are for those outside."""

    audience: str
    phase: str
    subject: str = ""
    body: str = ""
    recipients: str = ""


def draft_communication(*, incident_id: int, new: NewCommunication, said: Said) -> Communication:
    """A draft of somebody's; InvalidInputError for an audience or phase that there is none of."""
    if new.audience not in Audience.values:
        raise InvalidInputError("audience", f"must be one of {', '.join(Audience.values)}")
    if new.phase not in Phase.values:
        raise InvalidInputError("phase", f"must be one of {', '.join(Phase.values)}")
    for name in ("subject", "body", "recipients"):
        check_text(name, getattr(new, name))
    actor, recipients = _person(said), _lines(new.recipients)
    if len(recipients.splitlines()) > MAX_LINES:
        raise InvalidInputError("recipients", f"at most {MAX_LINES} lines")
    with transaction.atomic():
        incident = lock_incident(incident_id)
        words = words_for(incident, new.audience, new.phase, said)
        draft = Communication.objects.create(
            incident=incident,
            audience=new.audience,
            phase=new.phase,
            subject=(new.subject.strip() or words[0])[:SUBJECT_LENGTH],
            body=new.body.strip() or words[1],
            recipients=recipients,
            drafted_at=said.at,
            drafted_by=actor,
        )
        _tell(incident, draft, "drafted", said)
    return draft


def approve_communication(*, communication_id: int, said: Said) -> Communication:
    """The message as somebody else than its author finds it right; InvalidInputError for the author."""
    actor = _person(said)
    with transaction.atomic():
        incident, found = _lock(communication_id, said, {CommunicationState.DRAFT}, CommunicationState.APPROVED)
        if found.drafted_by_id == actor.pk:
            raise InvalidInputError("approved_by", "somebody else than who wrote it approves it")
        found.approved_at, found.approved_by = said.at, actor
        _save(found, "approved_at", "approved_by")
        _tell(incident, found, "approved", said)
    return found


def send_communication(*, communication_id: int, said: Said) -> Communication:
    """Send the approved message, once, and start the clock of its audience anew.

    Our own people get it through the outbox, and so do those outside whose line has an e-mail address. The others are
    recorded as told by hand, by whoever sends it; InvalidInputError without any recipient.
    """
    actor = _person(said)
    with transaction.atomic():
        incident, found = _lock(communication_id, said, {CommunicationState.APPROVED}, CommunicationState.SENT)
        is_internal = found.audience in INTERNAL_AUDIENCES
        if is_internal:
            found.recipients = _notify(incident, found, said)
        if not found.recipients:
            raise InvalidInputError("recipients", "there is nobody to send it to")
        if not is_internal:
            found.mailed_to = _mail(incident, found, said)
        found.sent_at, found.sent_by = said.at, actor
        _save(found, "recipients", "mailed_to", "sent_at", "sent_by")
        set_clocks(incident, at=said.at, internal=is_internal, external=not is_internal)
        save_incident(incident, *CLOCKS)
        end_overdue(incident, said)
        _tell(incident, found, "sent", said)
    return found


def withdraw_communication(*, communication_id: int, said: Said) -> Communication:
    """The message will not be sent."""
    with transaction.atomic():
        before = {CommunicationState.DRAFT, CommunicationState.APPROVED}
        incident, found = _lock(communication_id, said, before, CommunicationState.WITHDRAWN)
        _save(found)
        _tell(incident, found, "withdrawn", said)
    return found


def words_for(incident: Incident, audience: str, phase: str, said: Said) -> tuple[str, str]:
    """Subject and body by the template of this audience and phase, filled in from the incident."""
    stored = CommunicationTemplate.objects.filter(audience=audience, phase=phase).first()
    template = stored or default_words(audience, phase)
    values = _values(incident, audience, said)
    return fill_in(template.subject, values), fill_in(template.body, values)


def _values(incident: Incident, audience: str, said: Said) -> dict[str, str]:
    began = incident.started_at or incident.detected_at
    names = dict.fromkeys(period.integration.name for period in incident.affected.select_related("integration"))
    due = incident.update_due_at if audience in INTERNAL_AUDIENCES else incident.external_update_due_at
    return {
        "reference": incident.reference,
        "title": incident.title,
        "severity": incident.get_severity_display(),
        "state": incident.get_state_display().lower(),
        "integrations": ", ".join(names) or "the product",
        "partner": incident.integration.partner.name if incident.integration else "",
        "began": instant(began),
        "lasted": duration((incident.restored_at or said.at) - began),
        "summary": incident.summary,
        "next_update": instant(due) if due else "when there is news",
    }


def _notify(incident: Incident, found: Communication, said: Said) -> str:
    """Put it into the outbox of the audience; the names of those who get it, one a line."""
    roles = AUDIENCE_ROLES[found.audience]
    people = {person.pk: person for role in roles for person in list_role_members(role)}
    notice = Notice(
        event=message_event(incident.pk, found.pk),
        title=found.subject[:200],
        text=found.body,
        url=incident.get_absolute_url(),
        severity="critical" if incident.severity == Severity.SEV1 else "normal",
    )
    notify(notice=notice, to=people, at=said.at)
    return _lines("\n".join(f"{person.name} <{person.email}>" for person in people.values()))


def _mail(incident: Incident, found: Communication, said: Said) -> str:
    """Put it into the outbox for those with an address; their lines. Nobody is mailed where no mail is set up."""
    mailed = find_addresses(found.recipients) if is_email_set_up() else {}
    notice = Notice(event=message_event(incident.pk, found.pk), title=found.subject[:200], text=found.body)
    mail_outside(notice=notice, to=mailed.values(), at=said.at)
    return "\n".join(mailed)


def message_event(incident_id: int, communication_id: int) -> str:
    """What the outbox calls the message."""
    return f"incident:{incident_id}:communication:{communication_id}"


def _lock(
    pk: int, said: Said, before: set[CommunicationState], after: CommunicationState
) -> tuple[Incident, Communication]:
    """The incident and the message, locked in this order, the message in its new state."""
    incident_id = Communication.objects.values_list("incident", flat=True).get(pk=pk)
    incident = lock_incident(incident_id)
    found = Communication.objects.select_for_update().get(pk=pk)
    if said.version is not None and found.version != said.version:
        raise StaleWriteError
    if found.state not in before:
        allowed = {"draft": ["approved", "withdrawn"], "approved": ["sent", "withdrawn"]}.get(found.state, [])
        raise RefusedTransitionError(found.state, after.value, allowed)
    found.state = after
    return incident, found


def _save(found: Communication, *fields: str) -> None:
    found.version += 1
    found.save(update_fields=["state", "version", *fields])


def _tell(incident: Incident, found: Communication, verb: str, said: Said) -> None:
    head = f"To {found.get_audience_display().lower()}, {found.get_phase_display().lower()}: {verb}."
    text = f"{head} {found.subject}"
    if verb == "sent":
        text = "\n\n".join([head, *_whom(found), found.subject, found.body])
    record_event(incident, Happening(IncidentEventKind.COMMUNICATION, text=text), said)


def _whom(found: Communication) -> list[str]:
    """Who was mailed and who was told by hand, of those outside."""
    if found.audience in INTERNAL_AUDIENCES:
        return []
    mailed, by_hand = split_recipients(found.recipients, found.mailed_to)
    named = (("Mailed to", mailed), ("Told by hand", by_hand))
    return [f"{words}: {', '.join(lines)}." for words, lines in named if lines]


def _person(said: Said) -> User:
    if said.actor is None:
        raise InvalidInputError("actor", "a person writes, approves and sends it")
    return said.actor


def _lines(text: str) -> str:
    return "\n".join(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
