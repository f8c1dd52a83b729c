"""What lies over measured states: planned maintenance and adjustments."""

from typing import Any, ClassVar, cast

from django.utils import timezone
from django_filters import ChoiceFilter
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.filters import Filters, InstantFilter, ReferenceFilter, TextFilter
from foundation.serializers import InstantField, RowSerializer, TextField
from foundation.viewsets import CreateViews
from operations.models import User
from partnerships.health.maintenance import WEEKDAYS
from partnerships.models import (
    LONGEST_SECONDS,
    SHORTEST_SECONDS,
    AdjustedTo,
    Adjustment,
    Maintenance,
    MaintenanceKind,
    MaintenanceSource,
)
from partnerships.services.adjustments import (
    NewAdjustment,
    approve_adjustment,
    propose_adjustment,
    reject_adjustment,
)
from partnerships.services.maintenance import (
    approve_maintenance,
    cancel_maintenance,
    change_maintenance,
    plan_maintenance,
)
from partnerships.services.maintenance_plans import NewMaintenance

_FROZEN = (
    "planned_at",
    "planned_by",
    "approved_at",
    "approved_by",
    "cancelled_at",
    "cancelled_by",
    "cancelled_from",
    "vendor",
    "external_id",
    "withdrawn_at",
)


class MaintenanceSerializer(RowSerializer):
    weekdays = serializers.ListField(
        child=serializers.ChoiceField(choices=WEEKDAYS), max_length=len(WEEKDAYS), required=False
    )

    class Meta:
        model = Maintenance
        fields = (
            "id",
            "title",
            "kind",
            "source",
            "time_zone",
            "starts_at",
            "ends_at",
            "weekdays",
            "local_start",
            "cron",
            "duration_seconds",
            "partner",
            "integrations",
            "checks",
            "reason",
            "version",
            *_FROZEN,
        )
        read_only_fields = ("version", *_FROZEN)
        extra_kwargs: ClassVar = {
            "duration_seconds": {"min_value": SHORTEST_SECONDS, "max_value": LONGEST_SECONDS},
        }


class MaintenanceChangeSerializer(serializers.Serializer[Any]):
    """What may change; a member that is left out stays."""

    title = TextField(max_length=200, required=False)
    reason = TextField(max_length=300, required=False, allow_blank=True)
    starts_at = InstantField(required=False)
    ends_at = InstantField(required=False, allow_null=True)
    duration_seconds = serializers.IntegerField(required=False, min_value=SHORTEST_SECONDS, max_value=LONGEST_SECONDS)


class CancellationSerializer(serializers.Serializer[Any]):
    since = InstantField(required=False, help_text="From when on nothing of it counts; now by default.")


class MaintenanceFilters(Filters):
    q = TextFilter(field_name="title", lookup_expr="icontains")
    kind = ChoiceFilter(choices=MaintenanceKind.choices)
    source = ChoiceFilter(choices=MaintenanceSource.choices)
    partner = ReferenceFilter()
    starts_from = InstantFilter(field_name="starts_at", lookup_expr="gte")
    starts_to = InstantFilter(field_name="starts_at", lookup_expr="lt")


class MaintenanceViews(CreateViews):
    """Planned maintenance, which overlays the states of its checks and changes none."""

    queryset = Maintenance.objects.prefetch_related("integrations", "checks")
    serializer_class = MaintenanceSerializer
    filterset_class = MaintenanceFilters
    action_permissions: ClassVar = dict.fromkeys(("change", "approve", "cancel"), ("partnerships.change_maintenance",))

    def create_row(self, serializer: serializers.BaseSerializer[Any]) -> Maintenance:
        """One of ours that lies ahead counts at once; any other waits for an approval."""
        new = NewMaintenance(**serializer.validated_data)
        return plan_maintenance(new=new, by=self._person, at=timezone.now())

    @extend_schema(request=MaintenanceChangeSerializer, responses={201: MaintenanceSerializer})
    @action(detail=True, methods=["post"], url_path="changes")
    def change(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Change its words, start, end or duration; what it touched and touches is counted again."""
        changes = self.read_body(request, MaintenanceChangeSerializer)
        row = change_maintenance(
            maintenance_id=self.get_object().pk, changes=changes, by=self._person, at=timezone.now()
        )
        return self.answer_written(row, status=201)

    @extend_schema(request=None, responses={201: MaintenanceSerializer})
    @action(detail=True, methods=["post"], url_path="approvals")
    def approve(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Let a proposal count, from its start on; one that began before it was planned needs another person."""
        self.read_body(request, serializers.Serializer)
        row = approve_maintenance(maintenance_id=self.get_object().pk, by=self._person, at=timezone.now())
        return self.answer_written(row, status=201)

    @extend_schema(request=CancellationSerializer, responses={201: MaintenanceSerializer})
    @action(detail=True, methods=["post"], url_path="cancellations")
    def cancel(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Let nothing of it count from now on, or from an earlier instant where it did not take place."""
        wanted = self.read_body(request, CancellationSerializer)
        row = cancel_maintenance(maintenance_id=self.get_object().pk, by=self._person, at=timezone.now(), **wanted)
        return self.answer_written(row, status=201)

    @property
    def _person(self) -> User:
        return cast("User", self.request.user)


_DECIDED = ("requested_at", "requested_by", "approved_at", "approved_by", "rejected_at", "rejected_by")


class AdjustmentSerializer(RowSerializer):
    class Meta:
        model = Adjustment
        fields = ("id", "health_check", "started_at", "ended_at", "adjusted_to", "reason", "version", *_DECIDED)
        read_only_fields = ("version", *_DECIDED)


class AdjustmentFilters(Filters):
    health_check = ReferenceFilter()
    adjusted_to = ChoiceFilter(choices=AdjustedTo.choices)
    started_from = InstantFilter(field_name="started_at", lookup_expr="gte")
    started_to = InstantFilter(field_name="started_at", lookup_expr="lt")


class AdjustmentViews(CreateViews):
    """Corrections of what a check's time counts as: asked for by one person, approved by another."""

    queryset = Adjustment.objects.all()
    serializer_class = AdjustmentSerializer
    filterset_class = AdjustmentFilters
    action_permissions: ClassVar = dict.fromkeys(("approve", "reject"), ("partnerships.change_adjustment",))

    def create_row(self, serializer: serializers.BaseSerializer[Any]) -> Adjustment:
        """A proposal, which changes nothing until it is approved."""
        new = NewAdjustment(**serializer.validated_data)
        return propose_adjustment(new=new, by=cast("User", self.request.user), at=timezone.now())

    @extend_schema(request=None, responses={201: AdjustmentSerializer})
    @action(detail=True, methods=["post"], url_path="approvals")
    def approve(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Let the proposal count; figures are restated. Not by who asked for it, nor while another is in force then."""
        self.read_body(request, serializers.Serializer)
        person = cast("User", request.user)
        row = approve_adjustment(adjustment_id=self.get_object().pk, by=person, at=timezone.now())
        return self.answer_written(row, status=201)

    @extend_schema(request=None, responses={201: AdjustmentSerializer})
    @action(detail=True, methods=["post"], url_path="rejections")
    def reject(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Reject the proposal, or take an approved adjustment back."""
        self.read_body(request, serializers.Serializer)
        person = cast("User", request.user)
        row = reject_adjustment(adjustment_id=self.get_object().pk, by=person, at=timezone.now())
        return self.answer_written(row, status=201)
