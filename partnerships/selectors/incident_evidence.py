"""Us or them: what a partner told of an incident, causes that come again, actions that are late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from foundation.words import local
from partnerships.models import (
    ActionState,
    ContributingCause,
    Incident,
    IncidentLink,
    PostMortemAction,
    VendorIncidentUpdate,
)
from partnerships.selectors.partner_honesty import lead_of


@dataclass(frozen=True, slots=True)
class Evidence:
    """One incident of theirs that may be ours, with what they said of it, in order."""

    link: IncidentLink
    lead: timedelta
    updates: Sequence[VendorIncidentUpdate]


def list_evidence(incident: Incident) -> list[Evidence]:
    """The partner's incidents beside this one; two queries."""
    links = list(
        incident.vendor_links.select_related("vendor_incident__partner", "incident", "decided_by").order_by("pk")
    )
    updates = VendorIncidentUpdate.objects.filter(vendor_incident__in=[link.vendor_incident_id for link in links])
    by_incident: dict[int, list[VendorIncidentUpdate]] = {}
    for update in updates.order_by("said_at", "pk"):
        by_incident.setdefault(update.vendor_incident_id, []).append(update)
    return [Evidence(link, lead_of(link), by_incident.get(link.vendor_incident_id, [])) for link in links]


def list_repeated_causes(incident: Incident) -> list[tuple[ContributingCause, PostMortemAction]]:
    """Causes of this incident that another one had, with an action of that one which was open; two queries.

    It repeats a cause whose remedy was agreed and not done.
    """
    mine = list(ContributingCause.objects.filter(post_mortem__incident=incident))
    shared = {(cause.category, cause.key): cause for cause in mine}
    actions = PostMortemAction.objects.filter(
        state=ActionState.OPEN, cause__key__in=[cause.key for cause in mine]
    ).exclude(post_mortem__incident=incident)
    found = []
    for action in actions.select_related("cause", "owner", "post_mortem__incident").order_by("due_on", "pk"):
        cause = action.cause and shared.get((action.cause.category, action.cause.key))
        if cause is not None:
            found.append((cause, action))
    return found


def list_overdue_actions(*, at: datetime) -> list[PostMortemAction]:
    """Open actions past their day on the organisation's clock, the oldest first."""
    late = PostMortemAction.objects.filter(state=ActionState.OPEN, due_on__lt=local(at).date())
    return list(late.select_related("owner", "post_mortem__incident").order_by("due_on", "pk"))
