"""Endpoints for machines that watch: alive, ready, and Prometheus' metrics."""

import hmac
from dataclasses import asdict
from http import HTTPStatus
from ipaddress import ip_address

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView

from foundation.readiness import ask_all


@require_safe
def show_alive(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """200 while this process answers, whatever else is down."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def show_ready(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """200 when every part works, else 503 with the failing ones named."""
    findings = ask_all(at=timezone.now())
    failing = [name for name, finding in findings.items() if not finding.is_ok]
    body = {
        "status": "failing" if failing else "ok",
        "failing": failing,
        "parts": {name: asdict(finding) for name, finding in findings.items()},
    }
    return JsonResponse(body, status=HTTPStatus.SERVICE_UNAVAILABLE if failing else HTTPStatus.OK)


@require_safe
def show_prometheus(request: HttpRequest) -> HttpResponse:
    """The process' metrics in Prometheus' format; for this machine, or for who has METRICS_TOKEN."""
    if not (_is_local(request) or _has_token(request)):
        raise PermissionDenied
    answer: HttpResponse = ExportToDjangoView(request)
    return answer


def _is_local(request: HttpRequest) -> bool:
    """Whether the request comes from this machine itself and not through a proxy on it."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _has_token(request: HttpRequest) -> bool:
    expected = f"Bearer {settings.METRICS_TOKEN}".encode()
    given = request.headers.get("Authorization", "").encode()
    return bool(settings.METRICS_TOKEN) and hmac.compare_digest(given, expected)
