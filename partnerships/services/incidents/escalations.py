"""The escalation of an incident: raised as it opens, answered and ended with it.

The caller holds the incident's lock.
"""

from datetime import datetime

from operations.models import UNANSWERED, Escalation, EscalationKind, User
from operations.services.escalation_actions import acknowledge_escalation
from operations.services.escalations import NewEscalation, raise_escalation, resolve_subject
from partnerships.incidents.rules import ESCALATED
from partnerships.models import Incident, Tier

KIND = EscalationKind.DISRUPTION


def subject_of(incident: Incident) -> str:
    """What all escalations of the incident are about."""
    return f"incident:{incident.pk}"


def escalated_as(incident: Incident) -> str | None:
    """How grave its escalation is; None where nobody is to be called: drills, SEV4, experimental integrations."""
    if incident.is_drill or incident.tier != Tier.PRODUCTION:
        return None
    return ESCALATED.get(incident.severity)


def escalate(incident: Incident, *, at: datetime, reason: str, by: User | None = None) -> None:
    """Raise the incident's escalation by its severity, or raise the open one again; nothing where it has none."""
    severity = escalated_as(incident)
    if severity is not None:
        _raise(incident, severity, at=at, reason=reason, by=by)


def _raise(incident: Incident, severity: str, *, at: datetime, reason: str, by: User | None) -> None:
    new = NewEscalation(
        kind=KIND,
        subject=subject_of(incident),
        title=f"{incident.reference} {incident.get_severity_display()}: {incident.title}"[:200],
        reason=reason,
        url=incident.get_absolute_url(),
        severity=severity,
        owner_id=incident.integration.owner_id if incident.integration else None,
    )
    raise_escalation(new=new, at=at, by=by)


def judge_escalation(incident: Incident, before: str | None, *, at: datetime, by: User | None) -> None:
    """After another severity: a graver one is raised again, one that calls nobody any more ends it."""
    now = escalated_as(incident)
    if not incident.is_open or now == before:
        return
    words = f"Judged {incident.get_severity_display()}."
    if now is None:
        end_escalation(incident, note=words, at=at, by=by)
    elif before is None or now == "critical":
        escalate(incident, at=at, reason=words, by=by)


def answer_escalation(incident: Incident, *, at: datetime, by: User) -> None:
    """Somebody works on the incident: its escalation stops climbing."""
    found = _open_one(incident)
    if found is not None and found.state in UNANSWERED:
        acknowledge_escalation(escalation_id=found.pk, by=by, at=at, through_work=True)


def end_escalation(incident: Incident, *, note: str, at: datetime, by: User | None) -> None:
    """The incident is over, or nobody is called for it any more."""
    resolve_subject(subject=subject_of(incident), kind=KIND, at=at, note=note, by=by)


def merge_escalations(duplicate: Incident, target: Incident, *, at: datetime, by: User | None) -> None:
    """End the duplicate's and raise the target's again for it, so that one is open, as grave as the graver was."""
    found = _open_one(duplicate)
    if found is not None:
        words = f"{duplicate.reference} is the same: {duplicate.title}"
        end_escalation(duplicate, note=f"Merged into {target.reference}.", at=at, by=by)
        _raise(target, found.severity, at=at, reason=words, by=by)


def _open_one(incident: Incident) -> Escalation | None:
    return Escalation.objects.filter(subject=subject_of(incident), kind=KIND, ended_at__isnull=True).first()
