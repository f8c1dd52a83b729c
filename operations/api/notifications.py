"""The inbox of whoever asks, and what left or will leave through the outbox."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import ChoiceFilter
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.filters import Filters, FlagFilter, InstantFilter, ReferenceFilter, TextFilter
from foundation.refusals import ConflictError
from foundation.serializers import InstantField, RowSerializer
from foundation.viewsets import ReadViews
from operations.models import (
    Channel,
    MessageState,
    Notification,
    OutboxMessage,
    Severity,
)
from operations.services.inbox import mark_read
from operations.services.replay import dismiss_messages, replay_messages


class NotificationSerializer(RowSerializer):
    event = serializers.CharField(source="message.event", read_only=True)
    title = serializers.CharField(source="message.title", read_only=True)
    text = serializers.CharField(source="message.text", read_only=True)
    url = serializers.CharField(source="message.url", read_only=True)
    severity = serializers.CharField(source="message.severity", read_only=True)
    created_at = InstantField(source="message.created_at", read_only=True)

    class Meta:
        model = Notification
        fields = ("id", "event", "title", "text", "url", "severity", "created_at", "read_at")
        read_only_fields = fields


class NotificationFilters(Filters):
    is_unread = FlagFilter(field_name="read_at", lookup_expr="isnull")
    severity = ChoiceFilter(field_name="message__severity", choices=Severity.choices)


class ReadingSerializer(serializers.Serializer[dict[str, int]]):
    """How many notifications were unread before."""

    read = serializers.IntegerField(min_value=0)


class NotificationViews(ReadViews):
    """The inbox of whoever asks; nobody reads another's."""

    queryset = Notification.objects.select_related("message")
    serializer_class = NotificationSerializer
    filterset_class = NotificationFilters
    action_permissions: ClassVar = dict.fromkeys(("mark_read", "mark_all_read"), ("operations.view_notification",))

    def get_queryset(self) -> "QuerySet[Notification]":
        """The notifications of whoever asks."""
        return super().get_queryset().filter(user_id=self.request.user.pk)

    @extend_schema(request=None, responses={201: NotificationSerializer})
    @action(detail=True, methods=["post"], url_path="readings")
    def mark_read(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Note that it was read; the first time counts."""
        self.read_body(request, serializers.Serializer)
        row = self.get_object()
        mark_read(user_id=row.user_id, ids=[row.pk], at=timezone.now())
        return self.answer_written(row, status=201)

    @extend_schema(operation_id="notifications_read_all", request=None, responses={201: ReadingSerializer})
    @action(detail=False, methods=["post"], url_path="readings")
    def mark_all_read(self, request: Request) -> Response:
        """Note that all were read."""
        self.read_body(request, serializers.Serializer)
        return Response({"read": mark_read(user_id=int(request.user.pk or 0), at=timezone.now())}, status=201)


class OutboxMessageSerializer(RowSerializer):
    address = serializers.CharField(read_only=True, help_text="Of somebody outside; empty for people and endpoints.")

    class Meta:
        model = OutboxMessage
        fields = (
            *(
                "id",
                "uuid",
                "event",
                "level",
                "loop",
                "user",
                "endpoint",
                "address",
                "channel",
                "title",
                "url",
                "severity",
            ),
            *("answers", "digest", "state", "bundle", "attempts", "next_attempt_at", "last_error", "created_at"),
            "sent_at",
        )
        read_only_fields = fields


class OutboxMessageFilters(Filters):
    event = TextFilter()
    state = ChoiceFilter(choices=MessageState.choices)
    channel = ChoiceFilter(choices=Channel.choices)
    user = ReferenceFilter()
    endpoint = ReferenceFilter()
    created_from = InstantFilter(field_name="created_at", lookup_expr="gte")
    created_to = InstantFilter(field_name="created_at", lookup_expr="lt")


class OutboxMessageViews(ReadViews):
    """What left or will leave: one row a recipient and channel. The text stays with those it was written to."""

    queryset = OutboxMessage.objects.defer("text")
    serializer_class: Any = OutboxMessageSerializer
    filterset_class = OutboxMessageFilters
    action_permissions: ClassVar = dict.fromkeys(("replay", "dismiss"), ("operations.replay_outboxmessage",))

    @extend_schema(request=None, responses={201: OutboxMessageSerializer})
    @action(detail=True, methods=["post"], url_path="replays")
    def replay(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Send a given-up message again, with its old id; 409 for another one, or to a disabled endpoint."""
        self.read_body(request, serializers.Serializer)
        row = self.get_object()
        if not replay_messages(ids=[row.pk], at=timezone.now()):
            raise ConflictError("It was not given up, or its endpoint is disabled.", code="not_given_up")
        return self.answer_written(row, status=201)

    @extend_schema(request=None, responses={201: OutboxMessageSerializer})
    @action(detail=True, methods=["post"], url_path="dismissals")
    def dismiss(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Take a given-up message off the list without sending it; 409 for another one."""
        self.read_body(request, serializers.Serializer)
        row = self.get_object()
        if not dismiss_messages(ids=[row.pk]):
            raise ConflictError("It was not given up.", code="not_given_up")
        return self.answer_written(row, status=201)
