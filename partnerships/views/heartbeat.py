"""The partner's call."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from partnerships.services.heartbeats import Beat, record_beat

_ANSWERS = {
    Beat.TAKEN: (200, "ok"),
    Beat.TOO_SOON: (429, "too soon"),
    Beat.UNKNOWN: (404, "unknown"),
}


@never_cache
@csrf_exempt  # the key in the address is the credential, and there is no session to abuse
@require_http_methods(["GET", "POST"])
def beat(request: HttpRequest, key: str) -> HttpResponse:  # noqa: ARG001
    """Note the call; 404 for a key that is none, 429 for more than one a second."""
    status, words = _ANSWERS[found := record_beat(key=key, at=timezone.now())]
    headers = {"Retry-After": "1"} if found == Beat.TOO_SOON else {}
    return HttpResponse(f"{words}\n", status=status, headers=headers, content_type="text/plain")
