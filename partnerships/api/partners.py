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
from operations.models import BusinessCalendar, User
from partnerships.models import (
    AccountingProfile,
    Integration,
    Partner,
    PartnerContact,
    PartnerKind,
    PartnerStage,
    PartnerStageChange,
    Tier,
    TierPeriod,
)
from partnerships.selectors.accounting import service_hours_problem
from partnerships.selectors.promotion import get_promotion_checklist
from partnerships.services.partners import change_partner_stage
from partnerships.services.promotion import decide_integration_tier
from partnerships.services.tiers import start_integration_tier


class PartnerSerializer(RowSerializer):
    class Meta:
        model = Partner
        fields = ("id", "name", "slug", "kind", "stage", "website", "owner", "notes", "added_at", "version")
        read_only_fields = ("added_at",)

    def validate_stage(self, stage: str) -> str:
        """The stage of a new partner; one that exists goes from stage to stage by steps."""
        if self.instance is not None and stage != self.instance.stage:
            raise serializers.ValidationError("Cannot be set here: post to stage-changes/.", code="read_only")
        return stage


class PartnerFilters(Filters):
    q = TextFilter(field_name="name", lookup_expr="icontains")
    kind = ChoiceFilter(choices=PartnerKind.choices)
    stage = ChoiceFilter(choices=PartnerStage.choices)
    owner = ReferenceFilter()


class StageStepSerializer(serializers.Serializer[Any]):
    stage = serializers.ChoiceField(choices=PartnerStage.choices)
    reason = serializers.CharField(max_length=500)


class PartnerStageChangeSerializer(RowSerializer):
    class Meta:
        model = PartnerStageChange
        fields = ("id", "partner", "old_stage", "new_stage", "changed_at", "changed_by", "reason")
        read_only_fields = fields


class PartnerViews(EditViews):
    """App providers, vendors and suppliers. The stage is changed through its sub-resource."""

    queryset = Partner.objects.all()
    serializer_class = PartnerSerializer
    filterset_class = PartnerFilters
    action_permissions: ClassVar = {"change_stage": ("partnerships.change_partner",)}

    def create_row(self, serializer: serializers.BaseSerializer[Any]) -> Partner:
        """A new partner begins in the stage that is given, now."""
        partner: Partner = serializer.save(added_at=timezone.now())
        return partner

    @extend_schema(request=StageStepSerializer, responses={201: PartnerStageChangeSerializer})
    @action(detail=True, methods=["post"], url_path="stage-changes")
    def change_stage(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Take the partner to another stage; 409 names the allowed ones where there is no such step."""
        wanted = self.read_body(request, StageStepSerializer)
        by = cast("User", request.user)
        partner = change_partner_stage(partner_id=self.get_object().pk, by=by, at=timezone.now(), **wanted)
        return Response(PartnerStageChangeSerializer(partner.stage_changes.first()).data, status=201)


class PartnerStageChangeFilters(Filters):
    partner = ReferenceFilter()
    new_stage = ChoiceFilter(choices=PartnerStage.choices)
    changed_from = InstantFilter(field_name="changed_at", lookup_expr="gte")
    changed_to = InstantFilter(field_name="changed_at", lookup_expr="lt")


class PartnerStageChangeViews(ReadViews):
    """The steps of partners from stage to stage."""

    queryset = PartnerStageChange.objects.all()
    serializer_class = PartnerStageChangeSerializer
    filterset_class = PartnerStageChangeFilters


class PartnerContactSerializer(RowSerializer):
    class Meta:
        model = PartnerContact
        fields = ("id", "partner", "name", "role", "email", "phone", "is_primary", "notes", "left_on", "version")


class PartnerContactFilters(Filters):
    q = TextFilter(field_name="name", lookup_expr="icontains")
    partner = ReferenceFilter()
    is_primary = FlagFilter()


class PartnerContactViews(EditViews):
    """People at partners whom we talk to."""

    queryset = PartnerContact.objects.all()
    serializer_class = PartnerContactSerializer
    filterset_class = PartnerContactFilters


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
    override_reason = serializers.CharField(max_length=300, default="", allow_blank=True)


class ChecklistLineSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    requirement = serializers.CharField()
    evidence = serializers.CharField()
    is_met = serializers.BooleanField()


class ChecklistSerializer(serializers.Serializer[Any]):
    """What production asks of an integration, computed now."""

    is_met = serializers.BooleanField()
    lines = ChecklistLineSerializer(many=True)


class TierPeriodSerializer(RowSerializer):
    class Meta:
        model = TierPeriod
        fields = (
            "id",
            "integration",
            "tier",
            "started_at",
            "ended_at",
            "changed_by",
            "reason",
            "checklist",
            "override_reason",
        )
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
        period = decide_integration_tier(
            integration_id=self.get_object().pk,
            tier=wanted["tier"],
            reason=wanted["reason"],
            override_reason=wanted["override_reason"],
            by=cast("User", request.user),
            at=now,
        )
        return Response(TierPeriodSerializer(period).data, status=201)

    @extend_schema(responses={200: ChecklistSerializer})
    @action(detail=True, url_path="promotion-checklist", filterset_class=None, pagination_class=None)
    def promotion_checklist(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """What production asks of it, each line with its evidence now."""
        checklist = get_promotion_checklist(self.get_object(), at=timezone.now())
        return Response(ChecklistSerializer(checklist).data)


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
            "service_hours",
            "is_default",
        )

    def validate_service_hours(self, value: BusinessCalendar | None) -> BusinessCalendar | None:
        if problem := service_hours_problem(value, at=timezone.now()):
            raise serializers.ValidationError(problem)
        return value


class AccountingProfileFilters(Filters):
    name = TextFilter()
    is_default = FlagFilter()


class AccountingProfileViews(CreateViews):
    """Versioned rule sets by which uptime is counted. A version never changes; a new rule is a new version."""

    queryset = AccountingProfile.objects.all()
    serializer_class = AccountingProfileSerializer
    filterset_class = AccountingProfileFilters
