"""The inbox of whoever is signed in, and what they want to be told."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.access import requires
from foundation.errors import InvalidInputError
from foundation.words import instant
from operations.channels import is_email_set_up
from operations.forms import PreferencesForm
from operations.models import Notification, NotificationPreference, Severity
from operations.selectors.inbox import count_unread, get_inbox
from operations.services.inbox import mark_read
from operations.services.preferences import Wishes, save_preferences
from operations.views.asked import asked_id

UNPROCESSABLE = 422


@require_safe
@requires()
def inbox(request: HttpRequest) -> HttpResponse:
    """The notifications of whoever asks, newest first; `unread=1` shows those only."""
    is_unread_only = request.GET.get("unread") == "1"
    page = get_inbox(_user_id(request), before=asked_id(request, "before"), is_unread_only=is_unread_only)
    context = {
        "rows": [_row(found) for found in page.rows],
        "unread": count_unread(_user_id(request)),
        "is_unread_only": is_unread_only,
        "may_see_outbox": request.user.has_perm("operations.view_outboxmessage"),
        "older": f"?{'unread=1&' if is_unread_only else ''}before={page.older}" if page.older else "",
    }
    return render(request, "notifications/inbox.html", context)


@require_safe
@requires()
def open_notification(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to what the notification is about; opening it is reading it."""
    found = get_object_or_404(Notification.objects.select_related("message"), pk=pk, user_id=_user_id(request))
    mark_read(user_id=found.user_id, ids=[found.pk], at=timezone.now())
    return redirect(found.message.url or "notifications:inbox")


@require_POST
@requires()
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    count = mark_read(user_id=_user_id(request), at=timezone.now())
    messages.success(request, f"{count} marked as read.")
    return redirect("notifications:inbox")


@require_http_methods(["GET", "HEAD", "POST"])
@requires()
def preferences(request: HttpRequest) -> HttpResponse:
    """The form of what whoever is signed in wants to be told."""
    stored = NotificationPreference.objects.filter(user_id=_user_id(request)).first() or NotificationPreference()
    initial = {name: getattr(stored, name) for name in PreferencesForm.base_fields}
    form = PreferencesForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            save_preferences(user_id=_user_id(request), wishes=_wishes(form.cleaned_data, stored))
        except InvalidInputError as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, "Your settings are stored.")
            return redirect("notifications:settings")
    context = {"form": form, "has_email": is_email_set_up()}
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "notifications/settings.html", context, status=status)


def _wishes(typed: dict[str, Any], stored: NotificationPreference) -> Wishes:
    """What was asked for; without mail its switches were not offered and stay as they are."""
    kept = () if is_email_set_up() else ("has_email_normal", "has_email_critical", "digest")
    return Wishes(**{**typed, **{name: getattr(stored, name) for name in kept}})


def _user_id(request: HttpRequest) -> int:
    return cast("int", request.user.pk)


def _row(found: Notification) -> dict[str, Any]:
    message = found.message
    return {
        "pk": found.pk,
        "title": message.title,
        "text": message.text,
        "has_link": bool(message.url),
        "is_critical": message.severity == Severity.CRITICAL,
        "is_unread": found.read_at is None,
        "at": instant(message.created_at),
    }
