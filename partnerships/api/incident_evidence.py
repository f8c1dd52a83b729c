"""What partners tell of their own incidents, and which of them are ours."""

from typing import Any, ClassVar, cast

from django.utils import timezone
from django_filters import ChoiceFilter
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.filters import Filters, ReferenceFilter, TextFilter
from foundation.serializers import RowSerializer
from foundation.viewsets import ReadViews
from operations.models import User
from partnerships.models import IncidentLink, LinkState, VendorIncident, VendorIncidentUpdate
from partnerships.services.incidents import Said, decide_link


class VendorIncidentSerializer(RowSerializer):
    class Meta:
        model = VendorIncident
        fields = (
            "id",
            "partner",
            "external_id",
            "health_check",
            "title",
            "status",
            "impact",
            "url",
            "started_at",
            "announced_at",
            "ended_at",
            "is_end_inferred",
            "first_seen_at",
            "last_seen_at",
        )
        read_only_fields = fields


class VendorIncidentFilters(Filters):
    partner = ReferenceFilter()
    external_id = TextFilter()


class VendorIncidentViews(ReadViews):
    """Incidents as partners' status pages tell them."""

    queryset = VendorIncident.objects.all()
    serializer_class = VendorIncidentSerializer
    filterset_class = VendorIncidentFilters


class VendorIncidentUpdateSerializer(RowSerializer):
    class Meta:
        model = VendorIncidentUpdate
        fields = ("id", "vendor_incident", "external_id", "status", "body", "body_sha256", "said_at", "seen_at")
        read_only_fields = fields


class VendorIncidentUpdateFilters(Filters):
    vendor_incident = ReferenceFilter()


class VendorIncidentUpdateViews(ReadViews):
    """Every wording of every update of them; append-only."""

    queryset = VendorIncidentUpdate.objects.all()
    serializer_class = VendorIncidentUpdateSerializer
    filterset_class = VendorIncidentUpdateFilters


class IncidentLinkSerializer(RowSerializer):
    class Meta:
        model = IncidentLink
        fields = (
            "id",
            "incident",
            "vendor_incident",
            "state",
            "proposed_at",
            "decided_at",
            "decided_by",
            "version",
        )
        read_only_fields = fields


class IncidentLinkFilters(Filters):
    incident = ReferenceFilter()
    vendor_incident = ReferenceFilter()
    state = ChoiceFilter(choices=LinkState.choices)


class DecisionSerializer(serializers.Serializer[Any]):
    is_same = serializers.BooleanField()


class IncidentLinkViews(ReadViews):
    """Pairs of our incidents and theirs: proposed by their times, decided by a person."""

    queryset = IncidentLink.objects.all()
    serializer_class = IncidentLinkSerializer
    filterset_class = IncidentLinkFilters
    action_permissions: ClassVar = {"decide": ("partnerships.change_incidentlink",)}

    @extend_schema(request=DecisionSerializer, responses={201: IncidentLinkSerializer})
    @action(detail=True, methods=["post"], url_path="decisions")
    def decide(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Confirm or reject that the two are one."""
        body = self.read_body(request, DecisionSerializer)
        said = Said(timezone.now(), cast("User", request.user))
        return self.answer_written(decide_link(link_id=self.get_object().pk, said=said, **body), status=201)
