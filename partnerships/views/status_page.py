"""The public status page and its machine-readable forms. Nobody signs in, nothing depends on who asks."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from charts.day_strip import KEY, day_strip, state_key
from charts.primitives import Caption
from charts.state import state
from foundation.words import instant, zone_name
from partnerships.selectors.public_incidents import PublicIncident
from partnerships.selectors.status_page import DAYS, PublicComponent, PublicMaintenance, PublicStatus, get_public_status
from partnerships.status.words import DESCRIPTIONS, INDICATOR_TONES, LABELS, TONES
from partnerships.status.writers import badge, feed, summary_document
from partnerships.views.words import percent, profile_words, with_sign

_cached = cache_control(public=True, max_age=60)
_STRIP = (540.0, 24.0)


@require_safe
@_cached
def status_page(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The page; 404 while none is published."""
    status = _status()
    context = {
        "page": status.page,
        "now": state(INDICATOR_TONES[status.indicator], DESCRIPTIONS[status.indicator]),
        "groups": [(name, [_shown(one) for one in found]) for name, found in status.groups],
        "incidents": [_told(one) for one in status.incidents],
        "maintenances": [_planned(one, status) for one in status.maintenances],
        "as_of": instant(status.at),
        "zone": zone_name(),
        "days": DAYS,
        "rules": f"{status.accounting.label}: {profile_words(status.accounting)}",
        "key": state_key(KEY),
    }
    # Rendered without the request: what is kept by caches must hold nothing of whoever asked.
    return HttpResponse(render_to_string("status/page.html", context))


@require_safe
@_cached
def status_summary(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """summary.json in the shape of Statuspage v2."""
    document = summary_document(_status(), url=_url(), zone=settings.ORGANISATION_TIME_ZONE)
    return _for_everybody(JsonResponse(document))


@require_safe
@_cached
def status_badge(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The badge."""
    return _for_everybody(_as_type(badge, "image/svg+xml"))


@require_safe
@_cached
def status_feed(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The Atom feed."""
    return _as_type(lambda status: feed(status, url=_url()), "application/atom+xml; charset=utf-8")


def _as_type(write: Callable[[PublicStatus], str], content_type: str) -> HttpResponse:
    return HttpResponse(write(_status()), content_type=content_type)


def _for_everybody(response: HttpResponse) -> HttpResponse:
    """Pages of other sites may read it."""
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _status() -> PublicStatus:
    status = get_public_status(at=timezone.now())
    if status is None:
        raise Http404
    return status


def _url() -> str:
    return f"{settings.SITE_URL.rstrip('/')}{reverse('status:page')}"


def _shown(component: PublicComponent) -> dict[str, Any]:
    counted = [(words, component.days.count(name)) for name, words in (*KEY, ("none", "without measuring"))]
    told = ", ".join(f"{days} {'day' if days == 1 else 'days'} {words}" for words, days in counted if days)
    return {
        "name": component.name,
        "now": state(TONES[component.state], LABELS[component.state]),
        "strip": day_strip(
            component.days, Caption(f"days-{component.pk}", f"{component.name}: {DAYS} days", f"{told}."), size=_STRIP
        ),
        "uptime": with_sign(percent(component.figures.uptime)),
    }


def _told(incident: PublicIncident) -> dict[str, Any]:
    words = "Resolved" if not incident.is_open else incident.status.capitalize()
    return {
        "title": incident.title,
        "now": state("good" if not incident.is_open else INDICATOR_TONES[incident.impact], words),
        "began": instant(incident.started_at),
        "updates": [{"title": one.title, "body": one.body, "at": instant(one.at)} for one in incident.updates],
    }


def _planned(maintenance: PublicMaintenance, status: PublicStatus) -> dict[str, Any]:
    return {
        "title": maintenance.title,
        "is_on": maintenance.start <= status.at,
        "start": instant(maintenance.start),
        "end": instant(maintenance.end),
    }
