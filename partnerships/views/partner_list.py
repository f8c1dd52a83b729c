"""The page of partners, and the same rows as CSV. Every choice on it is in its URL."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from charts.state import state
from foundation.access import requires
from foundation.csv_export import stream_csv
from foundation.words import duration, local
from partnerships.models import Partner, PartnerKind, PartnerStage
from partnerships.selectors.partners import SORTS, WantedPartners, list_owners, list_partners

_COLUMNS = (
    ("name", "Partner", ""),
    ("stage", "Stage", ""),
    ("since", "For", "num"),
    ("kind", "Kind", ""),
    ("integrations", "Integrations", "num"),
    ("owner", "Owner", ""),
)
_CSV_HEAD = ("partner", "slug", "kind", "stage", "stage_since", "integrations", "owner", "website")


@require_safe
@requires("partnerships.view_partner")
def partners(request: HttpRequest) -> HttpResponse:
    """The partners that the address asks for."""
    wanted, at = _wanted(request), timezone.now()
    found = list(list_partners(wanted))
    context = {
        "rows": [_row(one, at) for one in found],
        "lede": _lede(found, wanted),
        "columns": [_column(*column, wanted) for column in _COLUMNS],
        "filters": _filters(wanted),
        "wanted": wanted,
        "csv": f"{reverse('partners:partners_csv')}?{_parameters(wanted)}",
        "cleared": _url(WantedPartners(sort=wanted.sort)),
        "add": reverse("admin:partnerships_partner_add") if _may_add(request) else "",
    }
    return render(request, "partners/partner_list.html", context)


@require_safe
@requires("partnerships.view_partner")
def partners_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The rows of the page with the same URL parameters, in the same order."""
    return stream_csv("partners.csv", _CSV_HEAD, _csv_rows(_wanted(request)))


def _csv_rows(wanted: WantedPartners) -> Iterator[list[object]]:
    for one in list_partners(wanted):
        since = one.stage_since  # type: ignore[attr-defined]
        yield [
            one.name,
            one.slug,
            one.kind,
            one.stage,
            local(since).isoformat(timespec="seconds") if since else None,
            one.active_integrations,  # type: ignore[attr-defined]
            one.owner.name if one.owner else "",
            one.website,
        ]


def _may_add(request: HttpRequest) -> bool:
    return bool(request.user.is_staff and request.user.has_perm("partnerships.add_partner"))


def _wanted(request: HttpRequest) -> WantedPartners:
    """What the URL asks for; words that mean nothing ask for nothing."""
    asked = {
        name: request.GET.get(name, "")[:200].replace("\0", "").strip()
        for name in ("q", "stage", "kind", "owner", "sort")
    }
    owner = asked["owner"]
    is_owner = owner == "none" or (owner.isascii() and owner.isdigit() and len(owner) <= 18)  # noqa: PLR2004
    return WantedPartners(
        query=asked["q"],
        stage=asked["stage"] if asked["stage"] in PartnerStage.values else "",
        kind=asked["kind"] if asked["kind"] in PartnerKind.values else "",
        owner=owner if is_owner else "",
        sort=asked["sort"] if asked["sort"].removeprefix("-") in SORTS else "",
    )


def _parameters(wanted: WantedPartners) -> str:
    named = {("q" if name == "query" else name): value for name, value in asdict(wanted).items()}
    return urlencode({name: value for name, value in named.items() if value})


def _url(wanted: WantedPartners) -> str:
    parameters = _parameters(wanted)
    return f"{reverse('partners:partners')}{'?' if parameters else ''}{parameters}"


def _lede(found: list[Partner], wanted: WantedPartners) -> str:
    """How many there are, and how many of them work."""
    if not found:
        return "No partner is shown."
    active = sum(one.stage == PartnerStage.ACTIVE for one in found)
    nouns = "partner is" if len(found) == 1 else "partners are"
    return f"{len(found)} {nouns} {'shown' if wanted.is_narrowed else 'known'}, {active} of them active."


def _column(sort: str, label: str, cls: str, wanted: WantedPartners) -> dict[str, str]:
    """A head of the table; one that is in force leads to its other direction."""
    is_up, is_down = wanted.sort == sort, wanted.sort == f"-{sort}"
    arrow = " ↑" if is_up else " ↓" if is_down else ""
    return {
        "label": label + arrow,
        "cls": cls,
        "url": _url(replace(wanted, sort=f"-{sort}" if is_up else sort)),
        "direction": "ascending" if is_up else "descending" if is_down else "",
    }


def _filters(wanted: WantedPartners) -> list[dict[str, Any]]:
    boxes = (
        ("stage", "Stage: any", wanted.stage, list(PartnerStage.choices)),
        ("kind", "Kind: any", wanted.kind, list(PartnerKind.choices)),
        ("owner", "Owner: any", wanted.owner, [*list_owners(), ("none", "Nobody")]),
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


def _row(one: Partner, at: Any) -> dict[str, Any]:
    since = one.stage_since  # type: ignore[attr-defined]
    return {
        "name": one.name,
        "url": one.get_absolute_url(),
        "stage": state(PartnerStage.tone_of(one.stage), one.get_stage_display()),
        "since": duration(at - since) if since else "–",
        "kind": one.get_kind_display(),
        "integrations": one.active_integrations,  # type: ignore[attr-defined]
        "owner": one.owner.name if one.owner else "",
    }
