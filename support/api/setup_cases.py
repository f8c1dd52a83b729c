"""Complex set-ups of customers, guided to their first widget."""

from datetime import datetime
from typing import Any, ClassVar, cast

from django.utils import timezone
from django_filters import ChoiceFilter
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.filters import Filters, FlagFilter, ReferenceFilter, TextFilter
from foundation.serializers import RowSerializer, TextField
from foundation.viewsets import CreateViews, ReadViews, UpdateViews
from operations.models import User
from support.models import SetupCase, SetupItem, SetupItemKind, SetupState, Ticket
from support.services.setup_cases import add_setup_item, close_setup_case, finish_setup_item


class SetupCaseSerializer(RowSerializer):
    tickets = serializers.PrimaryKeyRelatedField(queryset=Ticket.objects.all(), many=True, required=False)

    class Meta:
        model = SetupCase
        fields = (
            "id",
            "customer",
            "title",
            "integration",
            "unit",
            "owner",
            "state",
            "tickets",
            "started_at",
            "first_widget_at",
            "first_blocked_at",
            "ended_at",
            "version",
        )
        read_only_fields = ("state", "first_widget_at", "first_blocked_at", "ended_at")

    def validate_started_at(self, started_at: datetime) -> datetime:
        """Of the past, since it ends no earlier than it starts."""
        if started_at > timezone.now():
            raise serializers.ValidationError("Must not lie ahead.", code="future")
        return started_at


class SetupItemSerializer(RowSerializer):
    class Meta:
        model = SetupItem
        fields = ("id", "case", "kind", "text", "position", "done_at", "done_by")
        read_only_fields = fields


class NewSetupItemSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=SetupItemKind.choices)
    text = TextField(max_length=200)


class SetupClosingSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=[SetupState.DONE.value, SetupState.CANCELLED.value])


class SetupCaseFilters(Filters):
    q = TextFilter(field_name="title", lookup_expr="icontains")
    customer = ReferenceFilter()
    owner = ReferenceFilter()
    state = ChoiceFilter(choices=SetupState.choices)


class SetupCaseViews(CreateViews, UpdateViews):
    """Set-ups that somebody guides."""

    queryset = SetupCase.objects.prefetch_related("tickets")
    serializer_class = SetupCaseSerializer
    filterset_class = SetupCaseFilters
    action_permissions: ClassVar = dict.fromkeys(("add_item", "close_case"), ("support.change_setupcase",))

    @extend_schema(request=NewSetupItemSerializer, responses={201: SetupItemSerializer})
    @action(detail=True, methods=["post"], url_path="items")
    def add_item(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Add a step, or a blocker, which blocks the case."""
        words = self.read_body(request, NewSetupItemSerializer)
        item = add_setup_item(case_id=self.get_object().pk, at=timezone.now(), **words)
        return Response(SetupItemSerializer(item).data, status=201)

    @extend_schema(request=SetupClosingSerializer, responses={201: SetupCaseSerializer})
    @action(detail=True, methods=["post"], url_path="closings")
    def close_case(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """It is done, with every item, or cancelled."""
        words = self.read_body(request, SetupClosingSerializer)
        return self.answer_written(
            close_setup_case(case_id=self.get_object().pk, at=timezone.now(), **words), status=201
        )


class SetupItemFilters(Filters):
    case = ReferenceFilter()
    kind = ChoiceFilter(choices=SetupItemKind.choices)
    is_done = FlagFilter(field_name="done_at", lookup_expr="isnull", exclude=True)


class SetupItemViews(ReadViews):
    """Steps and blockers of set-up cases."""

    queryset = SetupItem.objects.all()
    serializer_class = SetupItemSerializer
    filterset_class = SetupItemFilters
    action_permissions: ClassVar = {"finish": ("support.change_setupcase",)}

    @extend_schema(request=None, responses={201: SetupItemSerializer})
    @action(detail=True, methods=["post"], url_path="completions")
    def finish(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """The step is done, or the blocker cleared."""
        self.read_body(request, serializers.Serializer)
        by = cast("User", request.user)
        return self.answer_written(
            finish_setup_item(item_id=self.get_object().pk, by=by, at=timezone.now()), status=201
        )
