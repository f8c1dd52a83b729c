"""The page of objectives, and the same rows as CSV. Every choice on it is in its URL."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from charts.primitives import Markup
from charts.state import state
from foundation.access import requires
from foundation.csv_export import stream_csv
from partnerships.models import SLOStatus, Tier
from partnerships.selectors.slo_list import SLOList, SLORow, WantedSLOs, list_slos
from partnerships.views.slo_words import burn_words
from partnerships.views.words import budget_bar, budget_words, target_words, unit_of, whole_percent, window_words

_CSV_HEAD = (
    "integration", "partner", "tier", "target_percent", "window", "status", "budget_left_percent", "granted_minutes",
    "spent_minutes", "open_alerts", "suppressed_alerts", "owner", "accounting_profile", "version",
)  # fmt: skip
_MINUTE_US = 60_000_000


@dataclass(frozen=True, slots=True)
class ShownSLO:
    """One objective, ready."""

    name: str
    url: str
    tier: str
    objective: str
    status: Markup
    bar: Markup | str
    left: str
    spent: str
    burn: str
    alerts: Markup | str
    owner: str


@require_safe
@requires("partnerships.view_slo", "partnerships.view_integration")
def slos(request: HttpRequest) -> HttpResponse:
    """What is promised for each integration, and what is left of it."""
    wanted = _wanted(request)
    found = list_slos(wanted, at=timezone.now())
    parameters = urlencode({name: value for name, value in _named(wanted).items() if value})
    context = {
        "lede": _lede(found),
        "rows": [_shown(row) for row in found.rows],
        "filters": _filters(wanted),
        "wanted": wanted,
        "is_narrowed": wanted.is_narrowed,
        "is_empty": not found.total,
        "csv": f"{reverse('partnerships:slos_csv')}?{parameters}",
    }
    return render(request, "partnerships/slo_list.html", context)


@require_safe
@requires("partnerships.view_slo", "partnerships.view_integration")
def slos_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The rows of the page with the same URL parameters, in the same order."""
    return stream_csv("slos.csv", _CSV_HEAD, _csv_rows(list_slos(_wanted(request), at=timezone.now())))


def _csv_rows(found: SLOList) -> Iterator[list[object]]:
    for row in found.rows:
        slo, budget, integration = row.slo, row.now.budget, row.slo.integration
        yield [
            integration.name,
            integration.partner.name,
            slo.tier,
            f"{float(row.now.objective.target * 100):.6g}",
            window_words(row.now.objective),
            row.now.status,
            None if budget is None else whole_percent(budget.left_share),
            None if budget is None else f"{float(budget.total_us / _MINUTE_US):.1f}",
            None if budget is None else f"{float(budget.spent_us / _MINUTE_US):.1f}",
            row.told,
            len(row.alerts) - row.told,
            integration.owner.name if integration.owner else "",
            row.now.accounting.label,
            slo.number,
        ]


def _wanted(request: HttpRequest) -> WantedSLOs:
    """What the URL asks for; words that mean nothing ask for nothing."""
    asked = {name: request.GET.get(name, "")[:200].strip() for name in ("tier", "status", "q")}
    return WantedSLOs(
        tier=asked["tier"] if asked["tier"] in Tier.values else "",
        status=asked["status"] if asked["status"] in SLOStatus.values else "",
        query=asked["q"],
    )


def _named(wanted: WantedSLOs) -> dict[str, str]:
    return {("q" if name == "query" else name): value for name, value in asdict(wanted).items()}


def _lede(found: SLOList) -> str:
    """How many budgets are spent or nearly so."""
    spent, risk = found.statuses.get(SLOStatus.EXHAUSTED, 0), found.statuses.get(SLOStatus.AT_RISK, 0)
    if not spent and not risk:
        return f"None of {found.total} budgets is exhausted or at risk."
    return f"Of {found.total} budgets {spent} {'is' if spent == 1 else 'are'} exhausted and {risk} at risk."


def _filters(wanted: WantedSLOs) -> list[dict[str, Any]]:
    boxes = (
        ("tier", "Tier: any", wanted.tier, Tier.choices),
        ("status", "Status: any", wanted.status, SLOStatus.choices),
    )
    return [
        {
            "name": name,
            "any": anything,
            "label": anything.split(":")[0],
            "options": [{"value": v, "label": label, "is_chosen": v == chosen} for v, label in choices],
        }
        for name, anything, chosen, choices in boxes
    ]


def _shown(row: SLORow) -> ShownSLO:
    integration, budget = row.slo.integration, row.now.budget
    unit = unit_of(budget) if budget else None
    return ShownSLO(
        name=integration.name,
        url=f"{integration.get_absolute_url()}#slo",
        tier=str(Tier(row.slo.tier).label).lower(),
        objective=f"{target_words(row.now.objective.target)} over {window_words(row.now.objective)}",
        status=state(SLOStatus.tone_of(row.now.status), SLOStatus(row.now.status).label),
        bar=budget_bar(row.now),
        left=budget_words(budget),
        spent=f"{unit.write(budget.spent_us)} of {unit.words(budget.total_us)}" if budget and unit else "",
        burn=burn_words(row.reading) if row.reading else "",
        alerts=_alerts(row),
        owner=integration.owner.name if integration.owner else "",
    )


def _alerts(row: SLORow) -> Markup | str:
    if row.told:
        return state("bad", f"{row.told} open")
    return state("none", f"{len(row.alerts)} suppressed") if row.alerts else ""
