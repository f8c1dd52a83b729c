"""How grave an incident is: judged by impact and urgency, and by the tier of what it affects."""

from django.db import transaction

from foundation.errors import InvalidInputError
from partnerships.incidents.rules import severity_of
from partnerships.models import Incident, IncidentEventKind, Integration, Level, Tier
from partnerships.services.incidents.clocks import CLOCKS, tighten_clocks
from partnerships.services.incidents.escalations import escalated_as, judge_escalation
from partnerships.services.incidents.events import Happening, Said, lock_incident, record_event, save_incident


def set_severity(*, incident_id: int, impact: str, urgency: str, said: Said, text: str = "") -> Incident:
    """Judge impact and urgency anew; the severity follows by the matrix. Judging the same changes nothing."""
    for name, level in (("impact", impact), ("urgency", urgency)):
        if level not in Level.values:
            raise InvalidInputError(name, f"must be one of {', '.join(Level.values)}")
    with transaction.atomic():
        incident = lock_incident(incident_id, version=said.version)
        if (incident.impact, incident.urgency) != (impact, urgency):
            judge(incident, impact=impact, urgency=urgency, tier=incident.tier, said=said, text=text.strip())
    return incident


def judge(incident: Incident, *, impact: str, urgency: str, tier: str, said: Said, text: str = "") -> None:
    """Write the judgement, the severity that follows and the event; the caller holds the incident's lock."""
    wanted = {
        "impact": impact,
        "urgency": urgency,
        "tier": tier,
        "severity": severity_of(impact=impact, urgency=urgency, tier=tier).value,
    }
    before = escalated_as(incident)
    changes = {name: [getattr(incident, name), str(new)] for name, new in wanted.items()}
    for name, new in wanted.items():
        setattr(incident, name, new)
    tighten_clocks(incident, at=said.at)
    save_incident(incident, *wanted, *CLOCKS)
    moved = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    record_event(incident, Happening(IncidentEventKind.SEVERITY, text=text, changes=moved), said)
    judge_escalation(incident, before, at=said.at, by=said.actor)


def raise_tier(incident: Incident, integration: Integration, said: Said) -> None:
    """Judge anew where a production integration joins an incident that had none."""
    if integration.tier == Tier.PRODUCTION and incident.tier != Tier.PRODUCTION:
        judge(
            incident,
            impact=incident.impact,
            urgency=incident.urgency,
            tier=Tier.PRODUCTION,
            said=said,
            text=f"{integration} is in production.",
        )
