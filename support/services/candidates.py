"""Candidates: insights that the tickets themselves suggest, and the evidence that gathers on them."""

from datetime import datetime

from django.db import transaction

from foundation.claims import take_advisory_lock
from foundation.errors import InvalidInputError
from support.models import COLLECTING, Insight, InsightTicket
from support.selectors.candidates import Suggestion, list_suggestions
from support.selectors.causes import tickets_of
from support.services.insights import NewInsight, attach_tickets, lock_insight, open_insight

_LOCK = ("support", "candidates")


def open_candidates(*, at: datetime) -> int:
    """Open what the tickets suggest, each with its evidence in one transaction; how many.

    Run again it opens nothing twice: one insight of a cause and product is open at a time, by a constraint.
    """
    return sum(_open(suggestion, at=at) for suggestion in list_suggestions(at=at))


def _open(suggestion: Suggestion, *, at: datetime) -> bool:
    new = NewInsight(
        statement=f"{suggestion.name}: {suggestion.basis}",
        cause=suggestion.cause,
        product=suggestion.product,
        basis=suggestion.basis,
        collects_from_at=suggestion.since,
    )
    try:
        with transaction.atomic():
            take_advisory_lock(_LOCK)
            insight = open_insight(new=new, by=None, at=at)
            _collect(insight, at=at)
    except InvalidInputError:  # Another worker, or a person, was faster.
        return False
    return True


def collect_evidence(*, at: datetime) -> int:
    """Bring the evidence of every insight that collects in line with the causes of the tickets; how many are new."""
    collecting = Insight.objects.filter(state__in=COLLECTING).exclude(cause="").order_by("pk")
    count = 0
    for insight_id in list(collecting.values_list("pk", flat=True)):
        with transaction.atomic():
            insight = lock_insight(insight_id)
            if insight.state in COLLECTING:
                count += _collect(insight, at=at)
    return count


def _collect(insight: Insight, *, at: datetime) -> int:
    """Attach what has the cause now, and let go what was attached for a cause that it no longer has."""
    fitting = tickets_of(insight.cause, insight.product).filter(opened_at__gte=insight.collects_from_at)
    attached = InsightTicket.objects.filter(insight=insight)
    attached.filter(added_by=None, removed_at=None).exclude(ticket__in=fitting).delete()
    missing = fitting.exclude(pk__in=attached.values("ticket"))
    return attach_tickets(insight, list(missing.values_list("pk", flat=True)), by=None, at=at)
