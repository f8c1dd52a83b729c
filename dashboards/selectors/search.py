"""One box over everything with a name."""

from dataclasses import dataclass

from django.db.models import Q

from metrics.models import Metric
from operations.models import User
from partnerships.models import Integration
from support.models import Ticket
from support.selectors.search import about

LIMIT = 20


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found."""

    kind: str
    label: str
    url: str
    note: str


def find(query: str, *, user: User) -> list[Hit]:
    """What matches the words and the person may see: metrics, integrations, then the newest tickets, 20 of each."""
    words = query.strip()
    if not words:
        return []
    return [
        *(_metrics(words) if user.has_perm("metrics.view_metric") else []),
        *(_integrations(words) if user.has_perm("partnerships.view_integration") else []),
        *(_tickets(words) if user.has_perm("support.view_ticket") else []),
    ]


def _metrics(words: str) -> list[Hit]:
    found = Metric.objects.filter(Q(name__icontains=words) | Q(key__icontains=words) | Q(question__icontains=words))
    return [Hit("Metric", metric.name, metric.get_absolute_url(), metric.question) for metric in found[:LIMIT]]


def _integrations(words: str) -> list[Hit]:
    found = Integration.objects.filter(Q(name__icontains=words) | Q(partner__name__icontains=words))
    return [
        Hit("Integration", row.name, row.get_absolute_url(), f"{row.partner.name}, {row.get_tier_display().lower()}")
        for row in found.select_related("partner")[:LIMIT]
    ]


def _tickets(words: str) -> list[Hit]:
    found = Ticket.objects.filter(about(words)).order_by("-opened_at", "-pk")[:LIMIT]
    return [
        Hit("Ticket", row.subject, row.get_absolute_url(), f"{row.reference}, {row.get_state_display().lower()}")
        for row in found
    ]
