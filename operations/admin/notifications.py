"""Outbox, inboxes, preferences and endpoints in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from foundation.admin import EditAdmin, ReadOnlyAdmin, VersionedForm
from operations.channels.addresses import list_endpoint_problems
from operations.models import Notification, NotificationPreference, OutboxMessage, WebhookEndpoint
from operations.services.endpoints import disable_endpoint, enable_endpoint
from operations.services.replay import dismiss_messages, replay_messages


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
    """The text of a message stays with those it was written to."""

    list_display = (
        "created_at",
        "channel",
        "user",
        "endpoint",
        "address",
        "title",
        "severity",
        "state",
        "attempts",
        "sent_at",
    )
    list_select_related = ("user", "endpoint")
    list_filter = ("state", "channel", "severity")
    search_fields = ("event", "title", "user__name", "user__email", "endpoint__name", "address")
    exclude = ("text", "mail")
    actions = ("replay", "dismiss")

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Who may send given-up messages again."""
        return request.user.has_perm("operations.replay_outboxmessage")

    @admin.action(description="Send given-up ones again", permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: "QuerySet[OutboxMessage]") -> None:
        """Send those of the chosen ones that were given up."""
        count = replay_messages(ids=queryset.values_list("pk", flat=True), at=timezone.now())
        self.message_user(request, f"{count} of {len(queryset)} are sent again.")

    @admin.action(description="Dismiss given-up ones", permissions=["replay"])
    def dismiss(self, request: HttpRequest, queryset: "QuerySet[OutboxMessage]") -> None:
        """Take those of the chosen ones that were given up off the list."""
        count = dismiss_messages(ids=queryset.values_list("pk", flat=True))
        self.message_user(request, f"{count} of {len(queryset)} are dismissed.")


class _OwnRows(ReadOnlyAdmin):
    """Rows of one person each: only they and superusers see them."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows of whoever asks."""
        rows = super().get_queryset(request)
        return rows if request.user.is_superuser else rows.filter(user_id=request.user.pk)


@admin.register(Notification)
class NotificationAdmin(_OwnRows):
    list_display = ("message", "user", "read_at")
    list_select_related = ("message", "user")
    search_fields = ("message__title",)


@admin.register(NotificationPreference)
class NotificationPreferenceAdmin(_OwnRows):
    """Each person says what they want on their page of settings."""

    list_display = ("user", "digest", "quiet_from", "quiet_to", "time_zone")
    list_select_related = ("user",)
    list_filter = ("digest",)
    search_fields = ("user__name", "user__email")


class WebhookEndpointForm(VersionedForm):
    def clean(self) -> dict[str, Any] | None:
        """The fields, once messages could be sent with them."""
        cleaned = super().clean() or {}
        url, secret_name = str(cleaned.get("url", "")), str(cleaned.get("secret_name", ""))
        for field, message in list_endpoint_problems(url=url, secret_name=secret_name):
            self.add_error(field, forms.ValidationError(message))
        return cleaned


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(EditAdmin):
    """An endpoint is disabled rather than deleted: what it was sent stays."""

    form = WebhookEndpointForm
    list_display = ("name", "kind", "events", "disabled_at")
    list_filter = ("kind",)
    search_fields = ("name",)
    readonly_fields = ("disabled_at", "disabled_reason")
    actions = ("disable", "enable")

    @admin.action(description="Disable", permissions=["change"])
    def disable(self, request: HttpRequest, queryset: "QuerySet[WebhookEndpoint]") -> None:
        """Send nothing to the chosen ones any more."""
        for endpoint in queryset:
            disable_endpoint(endpoint_id=endpoint.pk, reason=f"Disabled by {request.user}.", at=timezone.now())

    @admin.action(description="Enable", permissions=["change"])
    def enable(self, request: HttpRequest, queryset: "QuerySet[WebhookEndpoint]") -> None:  # noqa: ARG002
        """Send to the chosen ones again."""
        for endpoint in queryset:
            enable_endpoint(endpoint_id=endpoint.pk)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False
