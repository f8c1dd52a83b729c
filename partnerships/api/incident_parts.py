"""What belongs to incidents: their timeline, who did what, and what was affected. Written by the incident's actions."""

from django_filters import ChoiceFilter

from foundation.filters import Filters, InstantFilter, ReferenceFilter
from foundation.serializers import RowSerializer
from foundation.viewsets import ReadViews
from partnerships.models import AffectedIntegration, IncidentEvent, IncidentEventKind, IncidentRole, RoleKind


class IncidentEventSerializer(RowSerializer):
    class Meta:
        model = IncidentEvent
        fields = (
            "id",
            "incident",
            "kind",
            "occurred_at",
            "recorded_at",
            "actor",
            "text",
            "old_state",
            "new_state",
            "changes",
            "suppressed_by",
        )
        read_only_fields = fields


class IncidentEventFilters(Filters):
    incident = ReferenceFilter()
    kind = ChoiceFilter(choices=IncidentEventKind.choices)
    occurred_from = InstantFilter(field_name="occurred_at", lookup_expr="gte")
    occurred_to = InstantFilter(field_name="occurred_at", lookup_expr="lt")


class IncidentEventViews(ReadViews):
    """What happened in incidents; append-only."""

    queryset = IncidentEvent.objects.all()
    serializer_class = IncidentEventSerializer
    filterset_class = IncidentEventFilters


class IncidentRoleSerializer(RowSerializer):
    class Meta:
        model = IncidentRole
        fields = ("id", "incident", "role", "user", "started_at", "ended_at")
        read_only_fields = fields


class IncidentRoleFilters(Filters):
    incident = ReferenceFilter()
    user = ReferenceFilter()
    role = ChoiceFilter(choices=RoleKind.choices)


class IncidentRoleViews(ReadViews):
    """Who did what in incidents, from when to when."""

    queryset = IncidentRole.objects.all()
    serializer_class = IncidentRoleSerializer
    filterset_class = IncidentRoleFilters


class AffectedIntegrationSerializer(RowSerializer):
    class Meta:
        model = AffectedIntegration
        fields = ("id", "incident", "integration", "effect", "started_at", "ended_at")
        read_only_fields = fields


class AffectedIntegrationFilters(Filters):
    incident = ReferenceFilter()
    integration = ReferenceFilter()


class AffectedIntegrationViews(ReadViews):
    """Which integrations incidents affected, from when to when."""

    queryset = AffectedIntegration.objects.all()
    serializer_class = AffectedIntegrationSerializer
    filterset_class = AffectedIntegrationFilters
