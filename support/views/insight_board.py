"""The board of insights: a column for each state, a card for each insight."""

from datetime import datetime, timedelta
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from foundation.access import requires
from foundation.words import duration
from operations.models import User
from support.insight_forms import list_moves
from support.models import INSIGHT_OPEN, Insight, InsightState
from support.selectors.insights import RATE_DAYS, Numbers, get_numbers, list_insights
from support.views.insight_words import hours, plural, rate

_DECIDED = (InsightState.CONFIRMED, InsightState.REFUTED, InsightState.INCONCLUSIVE)
_COLUMNS = (*((str(state.label), (state,)) for state in INSIGHT_OPEN), ("Decided", _DECIDED))
_NEXT = {
    InsightState.CANDIDATE: "validate or dismiss",
    InsightState.VALIDATED: "plan a change",
    InsightState.PLANNED: "ship it",
    InsightState.SHIPPED: "wait for the check date",
    InsightState.MEASURED: "give a verdict",
}
RECENTLY = timedelta(days=90)
MOST_CARDS = 20


@require_safe
@requires("support.view_insight")
def board(request: HttpRequest) -> HttpResponse:
    """Open insights by state, and those decided in the last 90 days."""
    at = timezone.now()
    kept = [state for _, states in _COLUMNS for state in states]
    insights = list(list_insights(states=kept))
    shown = [one for one in insights if one.ended_at is None or at - one.ended_at <= RECENTLY]
    numbers = get_numbers(shown, at=at)
    may_change = cast("User", request.user).has_perm("support.change_insight")
    columns = [_column(label, states, shown, numbers, at, may_change=may_change) for label, states in _COLUMNS]
    context = {
        "columns": columns,
        "lede": _lede(shown),
        "rate_days": RATE_DAYS,
        "may_change": may_change,
        "may_add": cast("User", request.user).has_perm("support.add_insight"),
        "is_empty": not shown,
    }
    return render(request, "support/insight_board.html", context)


def _lede(insights: list[Insight]) -> str:
    counts = {state: sum(one.state == state for one in insights) for state in InsightState}
    waiting, verdicts = counts[InsightState.CANDIDATE], counts[InsightState.MEASURED]
    words = [
        f"{plural(waiting, 'candidate')} to validate or dismiss" if waiting else "No candidate waits",
        f"{plural(verdicts, 'result')} without a verdict" if verdicts else "no result waits for a verdict",
    ]
    return f"{', '.join(words)}."


def _column(
    label: str,
    states: tuple[InsightState, ...],
    insights: list[Insight],
    numbers: dict[int, Numbers],
    at: datetime,
    *,
    may_change: bool,
) -> dict[str, Any]:
    found = [insight for insight in insights if insight.state in states]
    found.sort(key=lambda insight: (numbers[insight.pk].recent, numbers[insight.pk].tickets, insight.pk), reverse=True)
    waits = states[0] in (InsightState.CANDIDATE, InsightState.MEASURED) and found
    return {
        "label": label,
        "count": len(found),
        "next": _NEXT.get(states[0], "learnt from"),
        "tone": "watch" if waits else "",
        "cards": [_card(insight, numbers[insight.pk], at, may_change=may_change) for insight in found[:MOST_CARDS]],
        "more": max(len(found) - MOST_CARDS, 0),
    }


def _card(insight: Insight, numbers: Numbers, at: datetime, *, may_change: bool) -> dict[str, Any]:
    return {
        "insight": insight,
        "tone": InsightState.tone_of(insight.state) if insight.ended_at else "",
        "state": insight.get_state_display(),
        "numbers": [
            f"{plural(numbers.tickets, 'ticket')} of {plural(numbers.customers, 'customer')}",
            f"{numbers.recent} lately, {hours(numbers.minutes)} of work",
            rate(numbers),
        ],
        "age": duration(at - insight.opened_at),
        "owner": str(insight.owner or ""),
        "moves": list_moves(insight) if may_change else [],
    }
