"""The page of integrations by tier, and the same rows as CSV. Every choice on it is in its URL."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from charts.day_strip import KEY, day_strip, state_key
from charts.primitives import Caption, Markup
from charts.state import state
from foundation.access import requires
from foundation.csv_export import stream_csv
from foundation.words import duration, local
from partnerships.models import CheckState, Tier
from partnerships.selectors.pages_figures import ROLLING_DAYS, tier_key
from partnerships.selectors.pages_list import (
    SORTS,
    IntegrationList,
    IntegrationRow,
    TierGroup,
    Wanted,
    list_integrations,
)
from partnerships.views.words import (
    budget_bar,
    budget_words,
    percent,
    profile_words,
    state_mark,
    target_words,
    vendor_mark,
    vendor_word,
    whole_percent,
    with_sign,
)

_COLUMNS = (
    ("name", "Integration", ""),
    ("state", "Now", ""),
    ("", "30 days", ""),
    ("uptime", "Uptime %", "num"),
    ("coverage", "Cover %", "num"),
    ("budget", "Budget left", "num"),
    ("", "They say", ""),
    ("owner", "Owner", ""),
    ("last", "Last result", "num"),
)
_CSV_HEAD = (
    "integration", "partner", "tier", "state", "since", "uptime_percent", "coverage_percent", "budget_left_percent",
    "vendor_says", "owner", "last_result", "accounting_profile", "days",
)  # fmt: skip
_STRIP = (210, 18)


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One integration, ready."""

    name: str
    url: str
    partner: str
    partner_url: str
    now: Markup
    strip: Markup
    uptime: str
    coverage: str
    is_faint: bool
    bar: Markup | str
    budget: str
    vendor: Markup | str
    owner: str
    last: str


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """One tier, ready."""

    name: str
    pooled: str
    metric: str
    note: str
    rows: list[ShownRow]


@require_safe
@requires("partnerships.view_integration")
def integrations(request: HttpRequest) -> HttpResponse:
    """All active integrations by tier, as far as they are asked for."""
    at, wanted = timezone.now(), _wanted(request)
    found = list_integrations(wanted, at=at)
    context = {
        "lede": _lede(found),
        "groups": [_group(group, found, at) for group in found.groups if group.rows],
        "columns": [_column(*column, wanted) for column in _COLUMNS],
        "filters": _filters(wanted, found),
        "wanted": wanted,
        "query": "",
        "is_narrowed": wanted.is_narrowed,
        "is_empty": not found.total,
        "profile": f"{found.accounting.label}: {profile_words(found.accounting)}",
        "key": state_key([(name, _KEY_WORDS.get(name, words)) for name, words in KEY], note=_KEY_NOTE),
        "csv": f"{reverse('partnerships:integrations_csv')}?{_parameters(wanted)}",
        "cleared": _url(Wanted(sort=wanted.sort)),
    }
    return render(request, "partnerships/integration_list.html", context)


_KEY_WORDS = {"paused": "maintenance or paused"}
_KEY_NOTE = "grey figure: coverage below 95 %"


@require_safe
@requires("partnerships.view_integration")
def integrations_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The rows of the page with the same URL parameters, in the same order."""
    found = list_integrations(_wanted(request), at=timezone.now())
    return stream_csv("integrations.csv", _CSV_HEAD, _csv_rows(found))


def _csv_rows(found: IntegrationList) -> Iterator[list[object]]:
    for group in found.groups:
        for row in group.rows:
            yield [
                row.name,
                row.partner,
                row.tier,
                row.now.state,
                _written(row.now.since),
                percent(row.figures.uptime),
                percent(row.figures.coverage, 1),
                None if row.budget is None else whole_percent(row.budget.left_share),
                vendor_word(row.vendor),
                row.owner,
                _written(row.last_result_at),
                found.accounting.label,
                ROLLING_DAYS,
            ]


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else local(moment).isoformat(timespec="seconds")


def _wanted(request: HttpRequest) -> Wanted:
    """What the URL asks for; words that mean nothing ask for nothing."""
    asked = {name: request.GET.get(name, "")[:200].strip() for name in ("tier", "state", "partner", "q", "sort")}
    return Wanted(
        tier=asked["tier"] if asked["tier"] in Tier.values else "",
        state=asked["state"] if asked["state"] in CheckState.values else "",
        partner=asked["partner"],
        query=asked["q"],
        sort=asked["sort"] if asked["sort"].removeprefix("-") in SORTS else "",
    )


def _parameters(wanted: Wanted) -> str:
    named = {("q" if name == "query" else name): value for name, value in asdict(wanted).items()}
    return urlencode({name: value for name, value in named.items() if value})


def _url(wanted: Wanted) -> str:
    parameters = _parameters(wanted)
    return f"{reverse('partnerships:integrations')}{'?' if parameters else ''}{parameters}"


def _lede(found: IntegrationList) -> str:
    """How many are in trouble, and of how many nothing is known."""
    verb = "needs" if found.trouble == 1 else "need"
    trouble = f"{found.trouble} of {found.total} {verb} attention" if found.trouble else ""
    blind = f"{found.blind} of {found.total} {'is' if found.blind == 1 else 'are'} not known" if found.blind else ""
    return f"{', '.join(filter(None, [trouble, blind])) or f'None of {found.total} is down or degraded'}."


def _column(sort: str, label: str, cls: str, wanted: Wanted) -> dict[str, str]:
    """A head of the table; one that is in force leads to its other direction."""
    if not sort:
        return {"label": label, "cls": cls, "url": "", "direction": ""}
    is_up, is_down = wanted.sort == sort, wanted.sort == f"-{sort}"
    url = _url(replace(wanted, sort=f"-{sort}" if is_up else sort))
    arrow = " ↑" if is_up else " ↓" if is_down else ""
    direction = "ascending" if is_up else "descending" if is_down else ""
    return {"label": label + arrow, "cls": cls, "url": url, "direction": direction}


def _filters(wanted: Wanted, found: IntegrationList) -> list[dict[str, Any]]:
    boxes = (
        ("tier", "Tier: any", wanted.tier, list(Tier.choices)),
        ("state", "State: any", wanted.state, list(CheckState.choices)),
        ("partner", "Partner: any", wanted.partner, [(slug, name) for name, slug in found.partners]),
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


def _group(group: TierGroup, found: IntegrationList, at: datetime) -> ShownGroup:
    tier = Tier(group.tier)
    parts = []
    if group.worst is not None:
        parts.append(f"worst member {group.worst.name} {with_sign(percent(group.worst.figures.uptime))}")
    parts.append(f"coverage {with_sign(percent(group.pooled.coverage, 1))}")
    parts.append(f"target {target_words(group.target)}" if group.target is not None else "no target")
    shown = f"{len(group.rows)} of {group.members} shown" if len(group.rows) < group.members else ""
    return ShownGroup(
        name=str(tier.label),
        pooled=f"{with_sign(percent(group.pooled.uptime))} pooled",
        metric=reverse("metrics:metric", kwargs={"key": tier_key(tier)}) if group.target is not None else "",
        note=" · ".join(filter(None, [", ".join(parts), f"30 days by {found.accounting.label}", shown])),
        rows=[_row(row, at) for row in group.rows],
    )


def _row(row: IntegrationRow, at: datetime) -> ShownRow:
    return ShownRow(
        name=row.name,
        url=reverse("partnerships:integration", kwargs={"slug": row.slug}),
        partner="" if row.name.startswith(row.partner) else row.partner,
        partner_url=reverse("partners:partner", kwargs={"slug": row.partner_slug}),
        now=state_mark(row.now, at),
        strip=day_strip(row.days, _caption(row), size=_STRIP),
        uptime=percent(row.figures.uptime),
        coverage=percent(row.figures.coverage, 1),
        is_faint=not row.figures.is_quotable,
        bar=budget_bar(row.slo),
        budget=budget_words(row.budget),
        vendor=vendor_mark(row.vendor),
        owner=row.owner,
        last=f"{duration(at - row.last_result_at)} ago" if row.last_result_at else state("open", "never"),
    )


def _caption(row: IntegrationRow) -> Caption:
    """The strip in words: how many of the days were not quiet."""
    counted = [(words, row.days.count(name)) for name, words in (*KEY, ("none", "without measuring"))]
    told = ", ".join(f"{days} {'day' if days == 1 else 'days'} {words}" for words, days in counted if days)
    return Caption(f"strip-{row.pk}", f"{row.name}: 30 days, now {row.now.label.lower()}", f"{told}.")
