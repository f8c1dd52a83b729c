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
    newest = SlaPolicyVersion.objects.order_by("policy", "-number")
    policies = SlaPolicy.objects.filter(is_active=True).order_by("position", "pk")
    facts = facts_of(ticket)
    for policy in policies.prefetch_related(Prefetch("versions", newest)):
        version = next(iter(policy.versions.all()), None)
        if version is not None and fits(version.conditions, facts):
            return version
    return None
