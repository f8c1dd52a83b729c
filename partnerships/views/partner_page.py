"""The page of one partner: who they are, what runs on them, and what happened."""

from datetime import datetime
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from charts.state import state
from foundation.access import requires
from foundation.words import duration, moment
from operations.models import User
from partnerships.models import Partner, PartnerContact, PartnerStage, Tier
from partnerships.selectors.pages_list import IntegrationRow, Wanted, list_integrations
from partnerships.selectors.partners import LogLine, get_partner, list_stage_lines
from partnerships.views.partner_terms import terms_context
from partnerships.views.words import percent, state_mark


@require_safe
@requires("partnerships.view_partner")
def partner(request: HttpRequest, slug: str) -> HttpResponse:
    """One partner; terms and people are shown to those who may see them."""
    at, user = timezone.now(), cast("User", request.user)
    try:
        one = get_partner(slug)
    except Partner.DoesNotExist:
        raise Http404(slug) from None
    rows, label = _integrations(one, at)
    context = {
        "partner": one,
        "stage": state(PartnerStage.tone_of(one.stage), one.get_stage_display()),
        "facts": _facts(one, at),
        "log": [log_line(line, at) for line in list_stage_lines(one)],
        "may_change": user.has_perm("partnerships.change_partner"),
        "edit": reverse("admin:partnerships_partner_change", args=[one.pk]) if _may_edit(user) else "",
        **integrations_context(rows, label, at),
        **terms_context(one, rows, user, at),
        **contacts_context(one, user),
    }
    return render(request, "partners/partner_page.html", context)


def _may_edit(user: User) -> bool:
    return user.is_staff and user.has_perm("partnerships.change_partner")


def _facts(one: Partner, at: datetime) -> list[tuple[str, str]]:
    since: datetime | None = one.stage_since  # type: ignore[attr-defined]
    facts = [
        ("Stage", f"{one.get_stage_display()} for {duration(at - since)}" if since else one.get_stage_display()),
        ("Kind", one.get_kind_display()),
        ("Owner", one.owner.name if one.owner else "nobody yet"),
    ]
    return [*facts, ("Notes", one.notes)] if one.notes else facts


def _integrations(one: Partner, at: datetime) -> tuple[list[IntegrationRow], str]:
    """The partner's active integrations, and the rules their uptime is counted by."""
    found = list_integrations(Wanted(partner=one.slug), at=at)
    return [row for group in found.groups for row in group.rows], found.accounting.label


def integrations_context(rows: list[IntegrationRow], label: str, at: datetime) -> dict[str, Any]:
    """The integrations with their state and their thirty days."""
    return {"integrations": [integration_row(row, at) for row in rows], "integrations_note": f"30 days by {label}"}


def integration_row(row: IntegrationRow, at: datetime) -> dict[str, Any]:
    """One integration, ready."""
    return {
        "name": row.name,
        "url": reverse("partnerships:integration", args=[row.slug]),
        "tier": Tier(row.tier).label,
        "now": state_mark(row.now, at),
        "uptime": percent(row.figures.uptime),
        "coverage": percent(row.figures.coverage, 1),
    }


def contacts_context(one: Partner, user: User) -> dict[str, Any]:
    """The people there, for those who may see them."""
    if not user.has_perm("partnerships.view_partnercontact"):
        return {"may_see_contacts": False}
    may_add = user.is_staff and user.has_perm("partnerships.add_partnercontact")
    may_change = user.is_staff and user.has_perm("partnerships.change_partnercontact")
    add = f"{reverse('admin:partnerships_partnercontact_add')}?partner={one.pk}"
    return {
        "may_see_contacts": True,
        "contacts": [contact_row(contact, may_change=may_change) for contact in one.contacts.all()],
        "add_contact": add if may_add else "",
    }


def contact_row(contact: PartnerContact, *, may_change: bool) -> dict[str, Any]:
    """One person, ready."""
    return {
        "name": contact.name,
        "role": contact.role,
        "email": contact.email,
        "phone": contact.phone,
        "notes": contact.notes,
        "mark": "left" if contact.left_on else "primary" if contact.is_primary else "",
        "left_on": contact.left_on,
        "edit": reverse("admin:partnerships_partnercontact_change", args=[contact.pk]) if may_change else "",
    }


def log_line(line: LogLine, at: datetime) -> dict[str, str]:
    """One entry of the log, ready."""
    return {"when": moment(line.at, now=at), "by": line.by, "title": line.title, "text": line.text}
