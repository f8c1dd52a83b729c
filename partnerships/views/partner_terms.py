"""Agreements, obligations, API versions and health on the page of a partner, ready to be shown."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse

from charts.state import state
from foundation.words import local
from operations.models import User
from partnerships.health.partner_score import PartnerScore, score_partner
from partnerships.models import AgreementState, AgreementVersion, ApiVersion, ObligationReview, Partner, ReviewVerdict
from partnerships.selectors.agreements import SOON_DAYS, Standing, list_standings, promised_uptime
from partnerships.selectors.obligations import Compliance, compliance_of, is_missed, list_reviews
from partnerships.selectors.pages_list import IntegrationRow
from partnerships.selectors.partner_health import get_health_inputs
from partnerships.selectors.partners import list_api_versions

_ZERO_DECIMALS = {"JPY", "KRW", "CLP", "ISK", "VND", "UGX", "XAF", "XOF", "PYG"}
_THREE_DECIMALS = {"BHD", "KWD", "OMR", "JOD", "TND", "IQD", "LYD"}


def terms_context(one: Partner, rows: Sequence[IntegrationRow], user: User, at: datetime) -> dict[str, Any]:
    """All that is between the partner and us, as far as the person may see it."""
    day = local(at).date()
    may_see = user.has_perm("partnerships.view_agreement")
    standings = list_standings(one, day=day)
    reviews = list_reviews(one)
    compliance = compliance_of(reviews, day=day)
    inputs = get_health_inputs(one, rows=rows, standings=standings, compliance=compliance, at=at)
    urls = {"uptime": "#integrations", "incidents": reverse("incidents:incidents"), "obligations": "#obligations"}
    urls |= {"negotiation": "#agreements", "learning": reverse("partners:experiments")} if may_see else {}
    may_add = user.is_staff and user.has_perm("partnerships.add_agreement")
    may_decide = user.has_perm("partnerships.change_obligation")
    add = f"{reverse('admin:partnerships_agreement_add')}?partner={one.pk}"
    return {
        "may_see_terms": may_see,
        "agreements": [agreement_row(standing) for standing in standings] if may_see else [],
        "add_agreement": add if may_add else "",
        "reviews": [review_row(row, one, day, may_decide=may_decide) for row in _shown(reviews)],
        "compliance": compliance_words(compliance),
        "promised": _promise(standings),
        "api_versions": [api_row(row, day) for row in list_api_versions(one)],
        "score": score_context(score_partner(inputs, urls), may_see=may_see),
    }


def _promise(standings: Sequence[Standing]) -> str:
    promised = promised_uptime(standings)
    return "" if promised is None else f"{float(promised) * 100:.6g} % promised"


def agreement_row(standing: Standing) -> dict[str, Any]:
    """One agreement, ready."""
    one, version = standing.agreement, standing.version
    return {
        "title": one.title,
        "url": one.get_absolute_url(),
        "kind": one.get_kind_display(),
        "state": agreement_state(standing),
        "ends": version.ends_on if version else None,
        "renewal": version.get_renewal_display() if version and version.ends_on else "",
        "notice": notice_words(standing),
        "fee": fee_words(version),
        "promise": share_words(version.promised_uptime_ratio) if version and version.promised_uptime_ratio else "",
    }


def agreement_state(standing: Standing) -> str:
    """The state, or that the agreement has expired."""
    if standing.has_expired:
        return state("bad", "Expired")
    return state(AgreementState.tone_of(standing.agreement.state), standing.agreement.get_state_display())


def notice_words(standing: Standing) -> str:
    """The last day for notice, marked where it is near or over."""
    left, version = standing.notice_in_days, standing.version
    if left is None or version is None or version.notice_on is None:
        return ""
    day = day_words(version.notice_on)
    if left < 0:
        return state("none", f"{day}, over")
    return state("watch", f"{day}, in {left} d") if left <= SOON_DAYS else day


def day_words(day: date) -> str:
    """A day without an idle zero: 1 Dec 2026."""
    return f"{day.day} {day:%b %Y}"


def share_words(share: Decimal) -> str:
    """A share as a percentage, without idle decimals: 99.95 %."""
    return f"{share * 100:f}".rstrip("0").rstrip(".") + " %"


def fee_words(version: AgreementVersion | None) -> str:
    """The yearly fee with its currency; empty without one."""
    return "" if version is None or version.fee_minor is None else money(version.fee_minor, version.currency)


def money(minor: int, currency: str) -> str:
    """An amount of minor units in its major unit: 12,000.50 EUR."""
    decimals = 0 if currency in _ZERO_DECIMALS else 3 if currency in _THREE_DECIMALS else 2
    whole, rest = divmod(minor, 10**decimals)
    return f"{whole:,}{f'.{rest:0{decimals}d}' if decimals else ''} {currency}"


def _shown(reviews: Sequence[ObligationReview]) -> list[ObligationReview]:
    """What is open, by day, then the last ten that were decided."""
    open_ones = [one for one in reviews if not one.verdict]
    return [*open_ones, *[one for one in reversed(reviews) if one.verdict][:10]]


def review_row(row: ObligationReview, one: Partner, day: date, *, may_decide: bool) -> dict[str, Any]:
    """One review, ready."""
    missed = is_missed(row, day)
    if row.verdict:
        label = row.get_verdict_display() + (", late" if missed else "")
        mark = state("watch" if missed else ReviewVerdict.tone_of(row.verdict), label)
    else:
        mark = state("bad", "Missed") if missed else state("open", "Open")
    return {
        "what": row.obligation.title if row.obligation else _terms_words(row),
        "clause": row.obligation.clause if row.obligation else "",
        "source": row.obligation.get_source_display() if row.obligation else "Terms of service",
        "integration": row.integration.name,
        "url": row.integration.get_absolute_url(),
        "owner": row.obligation.owner if row.obligation and row.obligation.owner else "",
        "due": row.due_on,
        "state": mark,
        "evidence": row.evidence_text,
        "evidence_url": row.evidence_url,
        "decide": reverse("partners:review", args=[one.slug, row.pk]) if may_decide and not row.verdict else "",
    }


def _terms_words(row: ObligationReview) -> str:
    return f"New terms of {day_words(row.terms_version.effective_on)}" if row.terms_version else ""


def compliance_words(found: Compliance) -> str:
    """The share of reviews that were met, as a fraction, with what spoils it."""
    if not found.counted:
        return "no review was due yet"
    share = f"{found.met} of {found.counted} compliant and in time"
    waived = f", {found.waived} waived" if found.waived else ""
    return f"{share}, {found.missed} missed, {found.breaches} in breach{waived}"


def api_row(row: ApiVersion, day: date) -> dict[str, Any]:
    """One version of their API, ready."""
    if row.sunset_on is not None:
        left = (row.sunset_on - day).days
        mark = (
            state("bad", "Over") if left <= 0 else state("watch" if left <= SOON_DAYS else "none", f"Ends in {left} d")
        )
    elif row.deprecated_on is not None and row.deprecated_on <= day:
        mark = state("watch", "Deprecated")
    else:
        mark = state("good", "Current")
    return {
        "name": row.name,
        "state": mark,
        "sunset": row.sunset_on,
        "source": row.get_source_display(),
        "evidence": row.evidence,
        "link": row.link if row.link.startswith(("https://", "http://")) else "",
        "used_by": ", ".join(use.integration.name for use in row.uses.all()),
    }


_OF_TERMS = frozenset({"uptime"})
"""Parts whose words tell what an agreement promises."""


def score_context(score: PartnerScore, *, may_see: bool) -> dict[str, Any]:
    """The health score with its parts; without a part that has data there is no number."""
    left_out = ", ".join(part.label.lower() for part in score.left_out)
    parts = [
        {
            "label": part.label,
            "weight": part.weight,
            "score": "no data" if part.score is None else str(part.score),
            "words": part.words if may_see or part.key not in _OF_TERMS else "",
            "url": part.url,
        }
        for part in score.parts
        if may_see or part.key not in {"negotiation", "learning"}
    ]
    note = f"left out for want of data: {left_out}" if left_out else "all parts have data"
    return {"value": score.value, "parts": parts, "note": note}
