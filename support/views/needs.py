"""What customers need, ranked: for the review with whoever decides about the product."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from foundation.access import requires
from foundation.csv_export import stream_csv
from foundation.words import figure
from support.models import Insight, InsightState
from support.selectors.insights import NEED_SORTS, Numbers, list_needs
from support.views.insight_words import hours, rate, revenue

_LABELS = {
    "customers": "Customers",
    "tickets": "Tickets",
    "minutes": "Our work",
    "revenue": "They pay a year",
    "recent": "Lately",
}
_HEAD = (
    *("rank", "need", "state", "kind", "cause", "product", "customers", "tickets", "recent_tickets"),
    *("minutes", "revenue_minor", "rate", "rate_per", "owner", "changes"),
)


@require_safe
@requires("support.view_insight")
def needs(request: HttpRequest) -> HttpResponse:
    """The ranked list, which prints."""
    sort = _sort(request)
    at = timezone.now()
    rows = list_needs(at=at, sort=sort)
    context = {
        "rows": [_row(rank, insight, numbers) for rank, (insight, numbers) in enumerate(rows, start=1)],
        "columns": [
            {"label": _LABELS[name], "url": f"?{urlencode({'sort': name})}", "is_sorted": name == sort}
            for name in NEED_SORTS
        ],
        "sorted_by": _LABELS[sort].lower(),
        "csv": f"{reverse('insights:needs_csv')}?{urlencode({'sort': sort})}",
        "at": at,
    }
    return render(request, "support/needs.html", context)


@require_safe
@requires("support.view_insight")
def needs_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The rows of the list in its order."""
    rows = enumerate(list_needs(at=timezone.now(), sort=_sort(request)), start=1)
    return stream_csv("needs.csv", _HEAD, (_csv_row(rank, *row) for rank, row in rows))


def _sort(request: HttpRequest) -> str:
    asked = request.GET.get("sort", "")
    return asked if asked in NEED_SORTS else NEED_SORTS[0]


def _changes(insight: Insight) -> str:
    return "; ".join(change.title for change in insight.changes.all())


def _row(rank: int, insight: Insight, numbers: Numbers) -> dict[str, Any]:
    return {
        "rank": rank,
        "insight": insight,
        "tone": InsightState.tone_of(insight.state),
        "customers": figure(numbers.customers, 0),
        "tickets": figure(numbers.tickets, 0),
        "minutes": hours(numbers.minutes),
        "revenue": revenue(numbers.revenue_minor),
        "recent": figure(numbers.recent, 0),
        "rate": rate(numbers),
        "changes": _changes(insight),
    }


def _csv_row(rank: int, insight: Insight, numbers: Numbers) -> list[object]:
    return [
        *(rank, insight.statement, insight.get_state_display(), insight.get_kind_display()),
        *(insight.cause, insight.product, numbers.customers, numbers.tickets, numbers.recent, numbers.minutes),
        *(numbers.revenue_minor, None if numbers.rate is None else round(numbers.rate, 3), numbers.rate_per),
        *(str(insight.owner or ""), _changes(insight)),
    ]
