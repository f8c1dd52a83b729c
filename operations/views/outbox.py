"""What was given up, for those who can send it again."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from foundation.access import requires
from foundation.words import instant
from operations.models import OutboxMessage
from operations.selectors.inbox import get_outbox
from operations.services.replay import dismiss_messages, replay_messages
from operations.views.asked import asked_id

_DIGITS = 19


@require_safe
@requires("operations.view_outboxmessage")
def outbox(request: HttpRequest) -> HttpResponse:
    """The messages that were given up, newest first, and how many wait."""
    page = get_outbox(before=asked_id(request, "before"))
    context = {
        "rows": [_row(found) for found in page.rows],
        "waiting": page.waiting,
        "dead": page.dead,
        "may_replay": request.user.has_perm("operations.replay_outboxmessage"),
        "older": f"?before={page.older}" if page.older else "",
    }
    return render(request, "notifications/outbox.html", context)


@require_POST
@requires("operations.replay_outboxmessage")
def replay(request: HttpRequest) -> HttpResponse:
    """Send the message `id`, or all that were given up, again."""
    ids = _asked_ids(request)
    count = replay_messages(at=timezone.now(), ids=None if request.POST.get("all") == "1" else ids)
    if count:
        messages.success(request, f"{count} {'message is' if count == 1 else 'messages are'} sent again.")
    else:
        messages.warning(request, "Nothing is sent again: it was already, or its endpoint is disabled.")
    return redirect("notifications:outbox")


@require_POST
@requires("operations.replay_outboxmessage")
def dismiss(request: HttpRequest) -> HttpResponse:
    """Take the message `id` off the list without sending it."""
    if dismiss_messages(ids=_asked_ids(request)):
        messages.success(request, "The message is dismissed.")
    else:
        messages.warning(request, "Nothing is dismissed: it is no longer given up.")
    return redirect("notifications:outbox")


def _asked_ids(request: HttpRequest) -> list[int]:
    asked = request.POST.get("id", "")
    return [int(asked)] if asked.isascii() and asked.isdigit() and len(asked) < _DIGITS else []


def _row(found: OutboxMessage) -> dict[str, Any]:
    endpoint = found.endpoint
    return {
        "pk": found.pk,
        "title": found.title,
        "event": found.event,
        "channel": found.get_channel_display(),
        "recipient": str(found.user or endpoint or found.address),
        "why": found.last_error,
        "attempts": found.attempts,
        "at": instant(found.created_at),
        "is_disabled": bool(endpoint and endpoint.disabled_at),
    }
