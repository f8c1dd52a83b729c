"""Which promise a ticket gets."""

from django.db.models import Prefetch

from support.clocks.policy_terms import fits
from support.models import SlaPolicy, SlaPolicyVersion, Ticket


def facts_of(ticket: Ticket) -> dict[str, str]:
    """What conditions look at, by their names."""
    customer = ticket.customer
    return {
        "priority": ticket.priority,
        "category": ticket.category,
        "channel": ticket.channel,
        "team": ticket.team.slug if ticket.team else "",
        "product": ticket.product,
        "integration": ticket.integration,
        "segment": customer.segment if customer else "",
        "tier": customer.tier if customer else "",
        "city": customer.city if customer else "",
    }


def find_policy_version(ticket: Ticket) -> SlaPolicyVersion | None:
    """The newest version of the first active policy that fits the ticket; None where none does."""
    facts = facts_of(ticket)
    return next((version for version in list_newest_versions() if fits(version.conditions, facts)), None)


def list_newest_versions(draft: SlaPolicyVersion | None = None) -> list[SlaPolicyVersion]:
    """The newest version of each active policy as they are tried; a draft stands for its policy's."""
    newest = SlaPolicyVersion.objects.order_by("policy", "-number").select_related("calendar", "policy")
    policies = SlaPolicy.objects.filter(is_active=True).order_by("position", "pk")
    found = []
    for policy in policies.prefetch_related(Prefetch("versions", newest)):
        is_drafted = draft is not None and draft.policy_id == policy.pk
        version = draft if is_drafted else next(iter(policy.versions.all()), None)
        if version is not None:
            found.append(version)
    return found
