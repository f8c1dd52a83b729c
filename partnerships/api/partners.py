"""Partners, their integrations and the tiers these were in."""

from typing import Any, ClassVar, cast

from django.utils import timezone
from django_filters import ChoiceFilter
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.filters import Filters, FlagFilter, InstantFilter, ReferenceFilter, TextFilter
from foundation.serializers import RowSerializer
from foundation.viewsets import CreateViews, EditViews, ReadViews
from operations.models import User
from partnerships.models import AccountingProfile, Integration, Partner, PartnerStatus, Tier, TierPeriod
from partnerships.services.tiers import change_integration_tier, start_integration_tier


class PartnerSerializer(RowSerializer):
    class Meta:
        model = Partner
        fields = ("id", "name", "slug", "status", "website", "owner", "notes", "version")


class PartnerFilters(Filters):
    q = TextFilter(field_name="name", lookup_expr="icontains")
    status = ChoiceFilter(choices=PartnerStatus.choices)
    owner = ReferenceFilter()


class PartnerViews(EditViews):
    """App providers that we integrate with."""

    queryset = Partner.objects.all()
    serializer_class = PartnerSerializer
    filterset_class = PartnerFilters


class IntegrationSerializer(RowSerializer):
    class Meta:
        model = Integration
        fields = ("id", "partner", "name", "slug", "description", "owner", "tier", "is_active", "version")
        read_only_fields = ("tier",)


class IntegrationFilters(Filters):
    q = TextFilter(field_name="name", lookup_expr="icontains")
    partner = ReferenceFilter()
    tier = ChoiceFilter(choices=Tier.choices)
    owner = ReferenceFilter()
    is_active = FlagFilter()


class TierChangeSerializer(serializers.Serializer[Any]):
    tier = serializers.ChoiceField(choices=Tier.choices)
    reason = serializers.CharField(max_length=300, default="", allow_blank=True)


class TierPeriodSerializer(RowSerializer):
    class Meta:
        model = TierPeriod
        fields = ("id", "integration", "tier", "started_at", "ended_at", "changed_by", "reason")
        read_only_fields = fields


class IntegrationViews(EditViews):
    """Integrations with a partner's product. The tier is changed through its sub-resource."""

    queryset = Integration.objects.all()
    serializer_class = IntegrationSerializer
    filterset_class = IntegrationFilters
    action_permissions: ClassVar = {"change_tier": ("partnerships.change_integration",)}

    def create_row(self, serializer: serializers.BaseSerializer[Any]) -> Integration:
        """A new integration is experimental, and its tier history begins now."""
        integration: Integration = serializer.save()
        start_integration_tier(integration=integration, at=timezone.now(), by=cast("User", self.request.user))
        return integration

    @extend_schema(request=TierChangeSerializer, responses={201: TierPeriodSerializer})
    @action(detail=True, methods=["post"], url_path="tier-changes")
    def change_tier(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Put the integration into another tier from now on; the past keeps its tier."""
        wanted = self.read_body(request, TierChangeSerializer)
        now = timezone.now()
        period = change_integration_tier(
            integration_id=self.get_object().pk,
            tier=wanted["tier"],
            reason=wanted["reason"],
            by=cast("User", request.user),
            at=now,
        )
        return Response(TierPeriodSerializer(period).data, status=201)


class TierPeriodFilters(Filters):
    integration = ReferenceFilter()
    tier = ChoiceFilter(choices=Tier.choices)
    started_from = InstantFilter(field_name="started_at", lookup_expr="gte")
    started_to = InstantFilter(field_name="started_at", lookup_expr="lt")


class TierPeriodViews(ReadViews):
    """The stretches of time that integrations spent in a tier."""

    queryset = TierPeriod.objects.all()
    serializer_class = TierPeriodSerializer
    filterset_class = TierPeriodFilters


class ShareField(serializers.DecimalField):
    """A number from 0 to 1."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(4, 3, min_value=0, max_value=1, coerce_to_string=False, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        """The number; a text that looks like one is refused."""
        if isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class AccountingProfileSerializer(RowSerializer):
    degraded_weight = ShareField(required=False)

    class Meta:
        model = AccountingProfile
        fields = (
            "id",
            "name",
            "version",
            "maintenance",
            "unknown",
            "degraded_weight",
            "min_outage_seconds",
            "is_default",
        )


class AccountingProfileFilters(Filters):
    name = TextFilter()
    is_default = FlagFilter()


class AccountingProfileViews(CreateViews):
    """Versioned rule sets by which uptime is counted. A version never changes; a new rule is a new version."""

    queryset = AccountingProfile.objects.all()
    serializer_class = AccountingProfileSerializer
    filterset_class = AccountingProfileFilters
