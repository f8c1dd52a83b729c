"""Sign-offs of partnership experiments."""

from typing import Any, ClassVar, cast

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.filters import Filters, ReferenceFilter
from foundation.serializers import RowSerializer
from foundation.viewsets import CreateViews
from metrics.models import Verdict
from operations.models import User
from partnerships.models import PartnershipSignoff
from partnerships.services.signoffs import (
    acknowledge_for_partner,
    acknowledge_for_us,
    create_signoff,
    propose_verdict,
    sign_for_partner,
    sign_for_us,
    start_partnership_test,
)

STEPS = ("sign", "sign_partner", "start", "propose", "acknowledge", "acknowledge_partner")


class PartnershipSignoffSerializer(RowSerializer):
    proposed_verdict = serializers.CharField(read_only=True, help_text="Empty until one is proposed.")

    class Meta:
        model = PartnershipSignoff
        fields = (
            *("id", "hypothesis", "partner", "owner", "contact", "owner_signed_at", "contact_signed_at"),
            *("contact_signed_by", "contact_signed_evidence", "proposed_at", "proposed_by", "proposed_verdict"),
            *("proposed_note", "owner_acknowledged_at", "contact_acknowledged_at", "contact_acknowledged_by"),
            *("contact_acknowledged_evidence", "version"),
        )
        read_only_fields = fields[5:]


class PartnershipSignoffFilters(Filters):
    partner = ReferenceFilter()
    hypothesis = ReferenceFilter()
    owner = ReferenceFilter()


class SaidSerializer(serializers.Serializer[Any]):
    evidence = serializers.CharField(max_length=500, help_text="Where the partner said so.")


class ProposalSerializer(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(choices=Verdict.choices)
    note = serializers.CharField(max_length=500, help_text="What was learnt.")


class PartnershipSignoffViews(CreateViews):
    """What makes a hypothesis a partnership experiment: both owners sign its start and acknowledge its verdict."""

    queryset = PartnershipSignoff.objects.all()
    serializer_class = PartnershipSignoffSerializer
    filterset_class = PartnershipSignoffFilters
    action_permissions: ClassVar = dict.fromkeys(STEPS, ("partnerships.add_partnershipsignoff",))

    def create_row(self, serializer: serializers.BaseSerializer[Any]) -> PartnershipSignoff:
        """Ask both owners for their signature."""
        values = serializer.validated_data
        return create_signoff(
            hypothesis_id=values["hypothesis"].pk,
            partner_id=values["partner"].pk,
            owner=values["owner"],
            contact=values["contact"],
        )

    @extend_schema(request=None, responses={201: PartnershipSignoffSerializer})
    @action(detail=True, methods=["post"])
    def sign(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Sign for our side; only its owner does."""
        return self._step(sign_for_us)

    @extend_schema(request=SaidSerializer, responses={201: PartnershipSignoffSerializer})
    @action(detail=True, methods=["post"], url_path="sign-partner")
    def sign_partner(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Record that the partner signed."""
        return self._step(sign_for_partner, **self.read_body(request, SaidSerializer))

    @extend_schema(request=None, responses={201: PartnershipSignoffSerializer})
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Begin testing, once both have signed; the metric's value before is frozen."""
        return self._step(start_partnership_test)

    @extend_schema(request=ProposalSerializer, responses={201: PartnershipSignoffSerializer})
    @action(detail=True, methods=["post"])
    def propose(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Put a verdict before both owners."""
        return self._step(propose_verdict, **self.read_body(request, ProposalSerializer))

    @extend_schema(request=None, responses={201: PartnershipSignoffSerializer})
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Acknowledge the proposed verdict for our side; only its owner does."""
        return self._step(acknowledge_for_us)

    @extend_schema(request=SaidSerializer, responses={201: PartnershipSignoffSerializer})
    @action(detail=True, methods=["post"], url_path="acknowledge-partner")
    def acknowledge_partner(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Record that the partner acknowledges the proposed verdict."""
        return self._step(acknowledge_for_partner, **self.read_body(request, SaidSerializer))

    def _step(self, service: Any, **words: Any) -> Response:
        by = cast("User", self.request.user)
        row = service(signoff_id=self.get_object().pk, by=by, at=timezone.now(), **words)
        return self.answer_written(row, status=201)
