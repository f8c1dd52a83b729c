"""Service level objectives: read, and changed by a new version."""

from decimal import Decimal
from typing import Any, ClassVar, cast

from django.db import transaction
from django.utils import timezone
from django_filters import ChoiceFilter, DateFilter
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.errors import InvalidInputError
from foundation.filters import Filters, FlagFilter, InstantFilter, ReferenceFilter
from foundation.serializers import RowSerializer
from foundation.viewsets import CreateViews, ReadViews
from operations.models import User
from partnerships.models import (
    SLO,
    BurnAlert,
    BurnSeverity,
    Dependency,
    SLODay,
    SLOEvent,
    SLOEventKind,
    SLOStatus,
    Tier,
)
from partnerships.models.slo import MAX_WINDOW_DAYS
from partnerships.services.dependencies import add_dependency
from partnerships.services.slos import NewSLO, check_new_slo, define_slo

_LOW, _HIGH = Decimal("0.000001"), Decimal("0.999999")


# The bounds as plain numbers: a document of decimals is none that tools can step through.
@extend_schema_field({"type": "number", "minimum": 0.000001, "maximum": 0.999999})
class TargetField(serializers.DecimalField):
    """A number between 0 and 1, both excluded, with at most six decimals."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(7, 6, coerce_to_string=False, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        """The number; a text that looks like one is refused."""
        if isinstance(data, str | bool):
            self.fail("invalid")
        value = super().to_internal_value(data)
        if not _LOW <= value <= _HIGH:
            self.fail("max_value" if value > _HIGH else "min_value", min_value=_LOW, max_value=_HIGH)
        return value


class SLOSerializer(RowSerializer):
    target_ratio = TargetField()

    class Meta:
        model = SLO
        fields = (
            "id",
            "integration",
            "tier",
            "number",
            "target_ratio",
            "window_kind",
            "window_days",
            "time_zone",
            "profile",
            "reason",
            "rules",
            "policy",
            "started_at",
            "ended_at",
            "created_by",
            "status",
            "status_since",
            "policy_percent",
        )
        read_only_fields = (
            "number",
            "started_at",
            "ended_at",
            "created_by",
            "status",
            "status_since",
            "policy_percent",
        )
        validators: ClassVar[list[Any]] = []  # Its number is given by the service.
        extra_kwargs: ClassVar = {
            "profile": {"required": False},
            "window_days": {"min_value": 1, "max_value": MAX_WINDOW_DAYS},
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """By the rules of the service: the model's would refuse a second version beside the one that it ends."""
        values = {name: value for name, value in attrs.items() if name not in {"integration", "tier"}}
        try:
            check_new_slo(tier=attrs["tier"], new=NewSLO(**values))
        except InvalidInputError as refusal:
            raise serializers.ValidationError({refusal.field: [refusal.message]}) from refusal
        return attrs


class SLOFilters(Filters):
    integration = ReferenceFilter()
    tier = ChoiceFilter(choices=Tier.choices)
    status = ChoiceFilter(choices=SLOStatus.choices)
    is_open = FlagFilter(field_name="ended_at", lookup_expr="isnull")


class SLOViews(CreateViews):
    """Objectives by integration and tier. One is never edited: creating another ends the version before."""

    queryset = SLO.objects.all()
    serializer_class = SLOSerializer
    filterset_class = SLOFilters

    def create_row(self, serializer: serializers.BaseSerializer[Any]) -> SLO:
        """The new version, in force from now on."""
        values = dict(serializer.validated_data)
        integration, tier = values.pop("integration"), values.pop("tier")
        by = cast("User", self.request.user)
        return define_slo(integration_id=integration.pk, tier=tier, new=NewSLO(**values), at=timezone.now(), by=by)


class BurnAlertSerializer(RowSerializer):
    class Meta:
        model = BurnAlert
        fields = (
            "id",
            "slo",
            "rule",
            "severity",
            "condition",
            "threshold",
            "long_seconds",
            "short_seconds",
            "long_burn",
            "short_burn",
            "suppressed_by",
            "started_at",
            "ended_at",
            "end_reason",
        )
        read_only_fields = fields


class BurnAlertFilters(Filters):
    slo = ReferenceFilter()
    integration = ReferenceFilter(field_name="slo__integration")
    severity = ChoiceFilter(choices=BurnSeverity.choices)
    is_open = FlagFilter(field_name="ended_at", lookup_expr="isnull")
    started_from = InstantFilter(field_name="started_at", lookup_expr="gte")
    started_to = InstantFilter(field_name="started_at", lookup_expr="lt")


class BurnAlertViews(ReadViews):
    """The times that rules of objectives fired."""

    queryset = BurnAlert.objects.all()
    serializer_class = BurnAlertSerializer
    filterset_class = BurnAlertFilters


class SLODaySerializer(RowSerializer):
    class Meta:
        model = SLODay
        fields = ("id", "slo", "day_on", "left_millionths", "begun_at", "judged_at")
        read_only_fields = fields


class SLODayFilters(Filters):
    slo = ReferenceFilter()
    day_from = DateFilter(field_name="day_on", lookup_expr="gte")
    day_to = DateFilter(field_name="day_on", lookup_expr="lt")


class SLODayViews(ReadViews):
    """How objectives stood, day by day: the share of the budget left in millionths, negative where it was overspent."""

    queryset = SLODay.objects.all()
    serializer_class = SLODaySerializer
    filterset_class = SLODayFilters


class SLOEventSerializer(RowSerializer):
    class Meta:
        model = SLOEvent
        fields = ("id", "slo", "alert", "kind", "happened_at", "text", "spent_ratio")
        read_only_fields = fields


class SLOEventFilters(Filters):
    slo = ReferenceFilter()
    alert = ReferenceFilter()
    kind = ChoiceFilter(choices=SLOEventKind.choices)


class SLOEventViews(ReadViews):
    """The timeline of objectives: status, alerts and steps of the policy."""

    queryset = SLOEvent.objects.all()
    serializer_class = SLOEventSerializer
    filterset_class = SLOEventFilters


class DependencySerializer(RowSerializer):
    class Meta:
        model = Dependency
        fields = ("id", "integration", "upstream", "reason", "created_at", "created_by")
        read_only_fields = ("created_at", "created_by")
        validators: ClassVar[list[Any]] = []

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """As they came: the service refuses with a better word than the model."""
        return attrs


class DependencyFilters(Filters):
    integration = ReferenceFilter()
    upstream = ReferenceFilter()


class DependencyViews(CreateViews):
    """What integrations depend on: while a check further up is down, their alerts are suppressed."""

    queryset = Dependency.objects.all()
    serializer_class = DependencySerializer
    filterset_class = DependencyFilters

    def create_row(self, serializer: serializers.BaseSerializer[Any]) -> Dependency:
        """The new dependency, unless it closes a circle."""
        return add_dependency(**serializer.validated_data, at=timezone.now(), by=cast("User", self.request.user))

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        """Delete the dependency."""
        with transaction.atomic():
            self.locked_row().delete()
        return Response(status=204)
