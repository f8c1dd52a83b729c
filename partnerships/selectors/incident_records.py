"""Messages of an incident, and the year of its partner."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from operations.models import MessageState, OutboxMessage
from partnerships.models import Communication, CommunicationState, Incident
from partnerships.selectors.partner_honesty import PartnerHonesty, get_partner_honesty

_YEAR = timedelta(days=365)


def list_communications(incident: Incident) -> list[Communication]:
    """Its messages, newest first; one query."""
    found = incident.communications.select_related("drafted_by", "approved_by")
    return list(found.order_by("-drafted_at", "-pk"))


def get_deliveries(incident: Incident) -> Mapping[tuple[int, str], str]:
    """How far the mails to those outside are, in words, by message and address; one query."""
    head = f"incident:{incident.pk}:communication:"
    rows = OutboxMessage.objects.filter(event__startswith=head).exclude(address="")
    return {
        (int(event.removeprefix(head)), address): MessageState(state).label
        for event, address, state in rows.values_list("event", "address", "state")
    }


def list_steps(one: Communication, *, user_id: int) -> list[str]:
    """What this person may do with the message next."""
    if one.state == CommunicationState.DRAFT:
        return ["withdraw"] if one.drafted_by_id == user_id else ["approve", "withdraw"]
    return ["send", "withdraw"] if one.state == CommunicationState.APPROVED else []


def get_year_of_honesty(incident: Incident, *, at: datetime) -> PartnerHonesty | None:
    """What its partner admitted in the last 365 days; None without a partner."""
    if incident.integration is None:
        return None
    partner = incident.integration.partner
    return get_partner_honesty(partner, start=at - _YEAR, end=at + timedelta(microseconds=1), now=at)
