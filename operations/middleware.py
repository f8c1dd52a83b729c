"""Limits of a browser's session: it ends when nobody used it for a while, and in any case after some days."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

SIGNED_IN_AT = "signed_in_at"
_SEEN_AT = "seen_at"
_SAVED_EVERY = 300


class SessionLimits:
    """Signs people out after SESSION_ABSOLUTE_SECONDS. The idle limit is the session's own age, which use renews.

    The session is saved at most every five minutes: a write for each request would cost SQLite its one writer.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            _limit(request, int(timezone.now().timestamp()))
        return self.get_response(request)


def _limit(request: HttpRequest, now: int) -> None:
    session = request.session
    if now - session.get(SIGNED_IN_AT, now) > settings.SESSION_ABSOLUTE_SECONDS:
        logout(request)
        return
    session.setdefault(SIGNED_IN_AT, now)
    if now - session.get(_SEEN_AT, 0) >= _SAVED_EVERY:
        session[_SEEN_AT] = now
