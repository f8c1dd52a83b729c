"""The page of one integration."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from charts.primitives import Markup
from charts.state import state
from foundation.access import requires
from foundation.words import duration, local, moment
from operations.models import User
from partnerships.models import CheckState, Integration, StatusInterval, Tier
from partnerships.selectors.pages_detail import RASTER_DAYS, TROUBLES, Detail, Standing, get_detail, get_standing
from partnerships.selectors.pages_figures import WindowFigures, slo_key
from partnerships.selectors.pages_latency import get_latency_days
from partnerships.views.detail_figures import budget_figure, latency_figure, raster_figure
from partnerships.views.now import lines_for, reason_words, sentence_for
from partnerships.views.vendor_figures import outage_figure, today_figure
from partnerships.views.words import microseconds, percent, profile_words, target_words, with_sign


@dataclass(frozen=True, slots=True)
class UptimeRow:
    """One window of the uptime table, ready."""

    name: str
    uptime: str
    coverage: str
    is_faint: bool
    lost: str
    outages: str
    longest: str
    mttr: str


@dataclass(frozen=True, slots=True)
class TroubleRow:
    """One interval that was not up, ready."""

    state: Markup
    check: str
    began: str
    lasted: str
    known: str
    reason: str


@require_safe
@requires("partnerships.view_integration")
def integration(request: HttpRequest, slug: str) -> HttpResponse:
    """One integration: where it stands, its time in windows, its checks and what happened to it."""
    at = timezone.now()
    try:
        detail = get_detail(slug, at=at)
    except Integration.DoesNotExist:
        raise Http404(slug) from None
    standing = detail.standing
    ours = standing.current.ours
    latency = get_latency_days([one.check.pk for one in ours], days=RASTER_DAYS, at=at)
    has_feed = bool(standing.current.feeds)
    context = {
        **_now_context(standing, cast("User", request.user), at),
        "hero": _hero(standing),
        "facts": _facts(detail, at),
        "raster": raster_figure(detail, at=at),
        "profile": f"Profile {standing.accounting.label}: {profile_words(standing.accounting)} · rounded down",
        "windows": [_window(row) for row in detail.windows],
        "budget_figure": budget_figure(detail, at=at),
        "no_budget": "Its tier has no target." if standing.slo is None else "Nothing was measured in these 30 days.",
        "today": today_figure(standing, at=at) if has_feed else None,
        "outage": outage_figure(detail, at=at) if has_feed else None,
        "latency": latency_figure(latency, ours) if latency.n else None,
        "troubles": [_trouble(row, at) for row in detail.troubles],
        "troubles_note": f"the last {TROUBLES}" if len(detail.troubles) == TROUBLES else "newest first",
    }
    return render(request, "partnerships/integration.html", context)


def now_context(slug: str, *, user: User, at: datetime) -> dict[str, Any]:
    """What changes from probe to probe; raises Integration.DoesNotExist."""
    return _now_context(get_standing(slug, at=at), user, at)


def _now_context(standing: Standing, user: User, at: datetime) -> dict[str, Any]:
    current = standing.current
    lines = lines_for(current.checks, at=at)
    return {
        "integration": current.integration,
        "tier_name": str(Tier(current.integration.tier).label),
        "sentence": sentence_for(current, standing.budget, at=at),
        "checks": lines,
        "may_change_checks": user.has_perm("partnerships.change_healthcheck"),
        "may_change_tier": user.has_perm("partnerships.change_integration"),
        "may_poll": any(not one.check.is_paused for one in current.checks),
    }


def _hero(standing: Standing) -> dict[str, Any]:
    """The large figure and what belongs to it."""
    number = percent(standing.hero.uptime)
    window = f"30 days as far as {standing.current.integration.tier}" if standing.is_shortened else "30 days"
    target = f"target {target_words(standing.slo)}" if standing.slo is not None else "no target"
    has_metric = standing.slo is not None
    return {
        "number": number,
        "unit": "" if standing.hero.uptime is None else "%",
        "is_faint": not standing.hero.is_quotable,
        "note": f"{window}, coverage {with_sign(percent(standing.hero.coverage, 1))}, {target}",
        "metric": reverse("metrics:metric", kwargs={"key": slo_key(standing.current.integration.tier)})
        if has_metric
        else "",
    }


def _facts(detail: Detail, at: datetime) -> list[tuple[str, str]]:
    current = detail.standing.current
    one = current.integration
    owner = one.owner.name if one.owner else "nobody yet"
    facts = [("Tier", _tier_words(detail, at)), ("Owner", owner), ("Partner", one.partner.name)]
    if one.description:
        facts.append(("About", one.description))
    facts.append(("Checks", _checks_words(detail)))
    return facts if one.is_active else [*facts, ("Active", "no: it is not polled")]


def _tier_words(detail: Detail, at: datetime) -> str:
    """Production since 4 Feb 2025, experimental before."""
    name = detail.standing.current.integration.tier
    if not detail.tier_periods:
        return name
    present, *before = detail.tier_periods
    begun = local(present.started_at)
    since = f"{begun.day} {begun:%b}" if begun.year == local(at).year else f"{begun.day} {begun:%b %Y}"
    return f"{name} since {since}" + (f", {before[0].tier} before" if before else "")


def _checks_words(detail: Detail) -> str:
    current = detail.standing.current
    if not current.checks:
        return "none yet"
    parts = []
    if current.ours:
        often = duration(min(one.check.interval_seconds for one in current.ours))
        parts.append(f"{len(current.ours)} of ours, every {often}")
    if current.feeds:
        pages = "1 page" if len(current.feeds) == 1 else f"{len(current.feeds)} pages"
        parts.append(f"{pages} of theirs")
    return "; ".join(parts)


def _window(row: WindowFigures) -> UptimeRow:
    figures, outages = row.figures, row.outages
    has_data = figures.uptime is not None
    return UptimeRow(
        name=row.window.name,
        uptime=percent(figures.uptime),
        coverage=percent(figures.coverage, 1),
        is_faint=not figures.is_quotable,
        lost=microseconds(figures.lost_us) if has_data else "",
        outages=str(outages.count) if has_data else "",
        longest="" if outages.longest is None else microseconds(outages.longest),
        mttr="" if outages.mttr is None else microseconds(outages.mttr),
    )


def _trouble(row: StatusInterval, at: datetime) -> TroubleRow:
    lasted = duration((row.ended_at or at) - row.started_at)
    known = None if row.confirmed_at is None else row.confirmed_at - row.started_at
    return TroubleRow(
        state=state(CheckState.tone_of(row.state), row.get_state_display()),
        check=row.health_check.name,
        began=moment(row.started_at, now=at),
        lasted=lasted if row.ended_at else f"{lasted}, goes on",
        known="" if known is None else duration(known) if known else "at once",
        reason=_trouble_reason(row),
    )


def _trouble_reason(row: StatusInterval) -> str:
    """Why; an unknown stretch keeps the reason of the result that ended it, which does not explain it."""
    if row.state == CheckState.UNKNOWN:
        return reason_words("stale")
    return reason_words(row.reason) if row.reason else ""
