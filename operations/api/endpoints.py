"""Endpoints outside, and what each person wants to be told."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import ChoiceFilter
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.errors import InvalidInputError
from foundation.filters import Filters, FlagFilter, TextFilter
from foundation.serializers import RowSerializer, TextField
from foundation.viewsets import CreateViews, ReadViews, UpdateViews
from operations.channels.addresses import list_endpoint_problems
from operations.models import Digest, EndpointKind, NotificationPreference, WebhookEndpoint
from operations.services.endpoints import disable_endpoint, enable_endpoint
from operations.services.preferences import Wishes, save_preferences


class WebhookEndpointSerializer(RowSerializer):
    class Meta:
        model = WebhookEndpoint
        fields = (*("id", "name", "kind", "url", "secret_name", "events", "disabled_at", "disabled_reason", "version"),)
        read_only_fields = ("disabled_at", "disabled_reason", "version")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Besides the model's rules: an address that may be sent to."""
        attrs = super().validate(attrs)
        row = self.instance or WebhookEndpoint()
        wanted = {name: attrs.get(name, getattr(row, name)) for name in ("url", "secret_name")}
        problems: dict[str, list[str]] = {}
        for name, message in list_endpoint_problems(**wanted):
            problems.setdefault(name, []).append(message)
        if problems:
            raise serializers.ValidationError(problems)
        return attrs


class DisablingSerializer(serializers.Serializer[Any]):
    reason = TextField(max_length=200)


class WebhookEndpointFilters(Filters):
    q = TextFilter(field_name="name", lookup_expr="icontains")
    kind = ChoiceFilter(choices=EndpointKind.choices)
    is_enabled = FlagFilter(field_name="disabled_at", lookup_expr="isnull")


class WebhookEndpointViews(CreateViews, UpdateViews):
    """Addresses outside that get the organisation's notices."""

    queryset = WebhookEndpoint.objects.all()
    serializer_class = WebhookEndpointSerializer
    filterset_class = WebhookEndpointFilters
    action_permissions: ClassVar = dict.fromkeys(("enable", "disable"), ("operations.change_webhookendpoint",))

    @extend_schema(request=None, responses={201: WebhookEndpointSerializer})
    @action(detail=True, methods=["post"], url_path="enablements")
    def enable(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Send there again."""
        self.read_body(request, serializers.Serializer)
        row = self.get_object()
        enable_endpoint(endpoint_id=row.pk)
        return self.answer_written(row, status=201)

    @extend_schema(request=DisablingSerializer, responses={201: WebhookEndpointSerializer})
    @action(detail=True, methods=["post"], url_path="disablements")
    def disable(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Send nothing there any more; what waits is given up."""
        reason = self.read_body(request, DisablingSerializer)["reason"]
        row = self.get_object()
        disable_endpoint(endpoint_id=row.pk, reason=reason, at=timezone.now())
        return self.answer_written(row, status=201)


class NotificationPreferenceSerializer(RowSerializer):
    class Meta:
        model = NotificationPreference
        fields = (
            *("id", "has_in_app_normal", "has_in_app_critical", "has_email_normal", "has_email_critical"),
            *("quiet_from", "quiet_to", "time_zone", "digest"),
        )
        read_only_fields = fields


class WishesSerializer(serializers.Serializer[Any]):
    has_in_app_normal = serializers.BooleanField(default=True)
    has_in_app_critical = serializers.BooleanField(default=True)
    has_email_normal = serializers.BooleanField(default=True)
    has_email_critical = serializers.BooleanField(default=True)
    quiet_from = serializers.TimeField(allow_null=True, default=None)
    quiet_to = serializers.TimeField(allow_null=True, default=None)
    time_zone = serializers.CharField(max_length=60, default="UTC")
    digest = serializers.ChoiceField(choices=Digest.choices, default=Digest.NONE)


class NotificationPreferenceViews(ReadViews):
    """What whoever asks wants to be told; none is stored until they say so."""

    queryset = NotificationPreference.objects.all()
    serializer_class = NotificationPreferenceSerializer
    action_permissions: ClassVar = {"say": ("operations.view_notificationpreference",)}

    def get_queryset(self) -> "QuerySet[NotificationPreference]":
        """The preferences of whoever asks."""
        return super().get_queryset().filter(user_id=self.request.user.pk)

    @extend_schema(request=WishesSerializer, responses={201: NotificationPreferenceSerializer})
    @action(detail=False, methods=["post"], url_path="mine")
    def say(self, request: Request) -> Response:
        """Replace the preferences of whoever asks; what is left out is as for somebody who said nothing."""
        wishes = Wishes(**self.read_body(request, WishesSerializer))
        try:
            row = save_preferences(user_id=int(request.user.pk or 0), wishes=wishes)
        except InvalidInputError as error:
            raise serializers.ValidationError({error.field: [error.message]}) from error
        return self.answer_written(row, status=201)
