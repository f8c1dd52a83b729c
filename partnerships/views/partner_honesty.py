"""What partners admit of their outages, partner by partner, and the same rows as CSV."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from foundation.access import requires
from foundation.csv_export import stream_csv
from foundation.words import duration
from partnerships.models import Partner
from partnerships.selectors.partner_honesty import PartnerHonesty, list_partner_honesty

_DAYS = (30, 90, 365, 1095)
_USUAL = 365
_MINUTE_US = 60_000_000
_FEW = 5
_CSV_HEAD = (
    *("partner", "slug", "outages", "admitted", "admitted_ratio", "ratio_low", "ratio_high"),
    *("median_lead_minutes", "vendor_minutes"),
)
Row = tuple[Partner, PartnerHonesty]


@require_safe
@requires("partnerships.view_partner", "partnerships.view_incident")
def honesty(request: HttpRequest) -> HttpResponse:
    """Partners with outages of theirs, those that cost most first."""
    days, at = _days(request), timezone.now()
    rows = _rows(days, at)
    context = {
        "rows": [_shown(*row) for row in rows],
        "lede": _lede(rows),
        "days": [(one, f"Last {one} days" if one < 730 else "Last 3 years", one == days) for one in _DAYS],  # noqa: PLR2004
        "chosen": days,
    }
    return render(request, "partnerships/honesty.html", context)


@require_safe
@requires("partnerships.view_partner", "partnerships.view_incident")
def honesty_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The rows that the same address parameters show."""
    rows = _rows(_days(request), timezone.now())
    return stream_csv("honesty.csv", _CSV_HEAD, (_csv_row(*row) for row in rows))


def _days(request: HttpRequest) -> int:
    asked = request.GET.get("days", "")
    return next((one for one in _DAYS if str(one) == asked), _USUAL)


def _rows(days: int, at: datetime) -> list[Row]:
    return list_partner_honesty(start=at - timedelta(days=days), end=at + timedelta(microseconds=1), now=at)


def _lede(rows: list[Row]) -> str:
    if not rows:
        return "No outage was judged to be a partner’s."
    outages, admitted = sum(found.outages for _, found in rows), sum(found.admitted for _, found in rows)
    return f"Partners admitted {admitted} of {outages} outages that were theirs."


def _shown(partner: Partner, found: PartnerHonesty) -> dict[str, Any]:
    low, high = found.honesty_interval or (0.0, 0.0)
    return {
        "name": partner.name,
        "url": partner.get_absolute_url(),
        "slug": partner.slug,
        "outages": found.outages,
        "admitted": found.admitted,
        "share": f"{found.honesty_ratio:.0%}" if found.outages >= _FEW else f"{found.admitted} of {found.outages}",
        "interval": f"{low:.0%} to {high:.0%}",
        "lead": _lead(found.lead_us),
        "lost": duration(found.vendor_us // 1_000_000),
    }


def _lead(lead_us: int | None) -> str:
    if lead_us is None:
        return "–"
    length = duration(abs(lead_us) // 1_000_000)
    return f"{length} before them" if lead_us > 0 else f"{length} after them"


def _csv_row(partner: Partner, found: PartnerHonesty) -> list[object]:
    low, high = found.honesty_interval or (None, None)
    lead = None if found.lead_us is None else round(found.lead_us / _MINUTE_US, 2)
    return [
        partner.name,
        partner.slug,
        found.outages,
        found.admitted,
        found.honesty_ratio,
        low,
        high,
        lead,
        round(found.vendor_us / _MINUTE_US, 2),
    ]
