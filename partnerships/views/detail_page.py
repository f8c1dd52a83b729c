"""The page of one integration."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from charts.primitives import Markup
from charts.state import state
from foundation.access import requires
from foundation.words import duration, local, moment
from operations.models import User
from partnerships.health.confirmation import Confirmation
from partnerships.models import Adjustment, CheckState, Integration, StatusInterval, Tier
from partnerships.selectors.incidents import list_integration_incidents
from partnerships.selectors.ledger import list_integration_ledger, list_open_quotas
from partnerships.selectors.pages_detail import RASTER_DAYS, TROUBLES, Detail, Standing, get_detail, get_standing
from partnerships.selectors.pages_figures import WindowFigures, tier_key
from partnerships.selectors.pages_latency import get_latency_days
from partnerships.views.detail_figures import budget_figure, latency_figure, raster_figure
from partnerships.views.incident_words import incident_row
from partnerships.views.ledger_words import ShownEntry, ShownQuota, show_entry, show_quota
from partnerships.views.now import lines_for, reason_words, sentence_for
from partnerships.views.overlay_rows import adjustment_row, maintenance_row
from partnerships.views.slo_words import shown_objective
from partnerships.views.vendor_figures import outage_figure, today_figure
from partnerships.views.words import microseconds, percent, profile_words, target_words, with_sign


@dataclass(frozen=True, slots=True)
class UptimeRow:
    """One window of the uptime table, ready."""

    name: str
    uptime: str
    raw: str
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
    confirmation: str


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
        "windows": _windows(detail),
        "has_raw": detail.raw_windows is not None,
        **_overlays(detail, cast("User", request.user), at),
        "budget_figure": budget_figure(detail, at=at),
        "objective": shown_objective(standing, at=at) if request.user.has_perm("partnerships.view_slo") else None,
        "may_promise": request.user.has_perm("partnerships.add_slo"),
        "no_budget": "It has no objective yet." if standing.slo is None else "Nothing was measured in its window.",
        "today": today_figure(standing, at=at) if has_feed else None,
        "outage": outage_figure(detail, at=at) if has_feed else None,
        "latency": latency_figure(latency, ours) if latency.n else None,
        "ledger": _ledger(standing.current.integration.pk, cast("User", request.user), at),
        "quotas": _quotas(standing.current.integration.pk, cast("User", request.user), at),
        "troubles": [
            _trouble(row, detail.confirmations.get(row.pk), detail.overlays.adjustments, at) for row in detail.troubles
        ],
        **_incidents_context(standing.current.integration, cast("User", request.user), at),
        "troubles_note": f"the last {TROUBLES}" if len(detail.troubles) == TROUBLES else "newest first",
    }
    return render(request, "partnerships/integration.html", context)


def _windows(detail: Detail) -> list[UptimeRow]:
    raw = detail.raw_windows or detail.windows
    return [_window(row, raw) for row, raw in zip(detail.windows, raw, strict=True)]


def _overlays(detail: Detail, user: User, at: datetime) -> dict[str, Any]:
    """The lists of maintenance and adjustments, and what the person may do about them."""
    found = detail.overlays
    return {
        "maintenance": [maintenance_row(one, user_id=user.pk, at=at) for one in found.maintenance],
        "hidden_maintenance": found.hidden,
        "adjustments": [adjustment_row(row, user_id=user.pk, at=at) for row in found.adjustments],
        "may_plan": user.has_perm("partnerships.add_maintenance"),
        "may_decide_maintenance": user.has_perm("partnerships.change_maintenance"),
        "may_adjust": user.has_perm("partnerships.add_adjustment"),
        "may_decide_adjustments": user.has_perm("partnerships.change_adjustment"),
    }


def _ledger(integration_id: int, user: User, at: datetime) -> list[ShownEntry] | None:
    """What ends for it; None for who may not see that."""
    if not user.has_perm("partnerships.view_ledgerentry"):
        return None
    return [show_entry(row, at=at) for row in list_integration_ledger(integration_id, at=at)]


def _quotas(integration_id: int, user: User, at: datetime) -> list[ShownQuota]:
    if not user.has_perm("partnerships.view_quotawindow"):
        return []
    return [show_quota(row, at=at) for row in list_open_quotas(integration_id)]


def _incidents_context(one: Integration, user: User, at: datetime) -> dict[str, Any]:
    """Its newest incidents, for those who may see them."""
    if not user.has_perm("partnerships.view_incident"):
        return {}
    return {
        "has_incidents": True,
        "incidents": [incident_row(found, at=at) for found in list_integration_incidents(one)],
        "may_declare": user.has_perm("partnerships.add_incident"),
    }


def now_context(slug: str, *, user: User, at: datetime) -> dict[str, Any]:
    """What changes from probe to probe; raises Integration.DoesNotExist."""
    return _now_context(get_standing(slug, at=at), user, at)


def _now_context(standing: Standing, user: User, at: datetime) -> dict[str, Any]:
    current = standing.current
    lines = lines_for(current.checks, at=at)
    return {
        "integration": current.integration,
        "tier_name": str(Tier(current.integration.tier).label),
        "sentence": sentence_for(current, standing.slo, at=at),
        "checks": lines,
        "may_change_checks": user.has_perm("partnerships.change_healthcheck"),
        "may_change_tier": user.has_perm("partnerships.change_integration"),
        "may_poll": any(not one.check.is_paused for one in current.checks),
    }


def _hero(standing: Standing) -> dict[str, Any]:
    """The large figure and what belongs to it."""
    number = percent(standing.hero.uptime)
    window = f"30 days as far as {standing.current.integration.tier}" if standing.is_shortened else "30 days"
    target = f"target {target_words(standing.slo.objective.target)}" if standing.slo is not None else "no target"
    return {
        "number": number,
        "unit": "" if standing.hero.uptime is None else "%",
        "is_faint": not standing.hero.is_quotable,
        "note": f"{window}, coverage {with_sign(percent(standing.hero.coverage, 1))}, {target}",
        "metric": reverse("metrics:metric", kwargs={"key": tier_key(standing.current.integration.tier)}),
    }


def _facts(detail: Detail, at: datetime) -> list[tuple[str, str]]:
    current = detail.standing.current
    one = current.integration
    owner = one.owner.name if one.owner else "nobody yet"
    facts = [("Tier", _tier_words(detail, at)), ("Owner", owner), ("Partner", _partner_link(one))]
    if one.description:
        facts.append(("About", one.description))
    facts.append(("Checks", _checks_words(detail)))
    return facts if one.is_active else [*facts, ("Active", "no: it is not polled")]


def _partner_link(one: Integration) -> str:
    return format_html('<a href="{}">{}</a>', one.partner.get_absolute_url(), one.partner.name)


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


def _window(row: WindowFigures, raw: WindowFigures) -> UptimeRow:
    figures, outages = row.figures, row.outages
    has_data = figures.uptime is not None
    return UptimeRow(
        name=row.window.name,
        uptime=percent(figures.uptime),
        raw=percent(raw.figures.uptime),
        coverage=percent(figures.coverage, 1),
        is_faint=not figures.is_quotable,
        lost=microseconds(figures.lost_us) if has_data else "",
        outages=str(outages.count) if has_data else "",
        longest="" if outages.longest is None else microseconds(outages.longest),
        mttr="" if outages.mttr is None else microseconds(outages.mttr),
    )


def _trouble(
    row: StatusInterval, confirmation: Confirmation | None, adjustments: Sequence[Adjustment], at: datetime
) -> TroubleRow:
    lasted = duration((row.ended_at or at) - row.started_at)
    known = None if row.confirmed_at is None else row.confirmed_at - row.started_at
    return TroubleRow(
        state=state(CheckState.tone_of(row.state), row.get_state_display()),
        check=row.health_check.name,
        began=moment(row.started_at, now=at),
        lasted=lasted if row.ended_at else f"{lasted}, goes on",
        known="" if known is None else duration(known) if known else "at once",
        reason=_joined(_trouble_reason(row), _adjusted_words(row, adjustments)),
        confirmation="" if confirmation is None else _confirmation_words(confirmation),
    )


def _joined(*notes: str) -> str:
    return "; ".join(note for note in notes if note)


def _adjusted_words(row: StatusInterval, adjustments: Sequence[Adjustment]) -> str:
    """What the stretch counts as where approved adjustments correct it, wholly or in part."""
    words = []
    for one in adjustments:
        is_in_force = one.approved_at is not None and one.rejected_at is None
        touches = one.started_at < (row.ended_at or one.ended_at) and one.ended_at > row.started_at
        if one.health_check_id == row.health_check_id and is_in_force and touches:
            is_whole = row.ended_at is not None and one.started_at <= row.started_at and one.ended_at >= row.ended_at
            part = "" if is_whole else "in part "
            words.append(f"counts {part}as {one.get_adjusted_to_display().lower()} by an adjustment")
    return _joined(*words)


def _confirmation_words(confirmation: Confirmation) -> str:
    """Who else saw it, or that nobody did."""
    seers = [f"probe {probe}" for probe in confirmation.probes]
    if confirmation.by_partner:
        seers.append("their status page")
    return f"confirmed by {' and '.join(seers)}" if seers else "suspected: seen by our probe alone"


def _trouble_reason(row: StatusInterval) -> str:
    """Why; an unknown stretch keeps the reason of the result that ended it, which does not explain it."""
    if row.state == CheckState.UNKNOWN:
        return reason_words("stale")
    return reason_words(row.reason) if row.reason else ""
