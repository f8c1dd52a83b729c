"""Agreements with partners: their versions, their log and their state."""

from typing import Any, ClassVar, cast

from django.utils import timezone
from django_filters import ChoiceFilter, DateFilter
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.filters import Filters, ReferenceFilter, TextFilter
from foundation.serializers import DayField, RowSerializer
from foundation.viewsets import CreateViews, UpdateViews
from operations.models import User
from partnerships.models import Agreement, AgreementKind, AgreementState, AgreementVersion, NegotiationEntry
from partnerships.services.agreements import (
    NewEntry,
    NewVersion,
    add_negotiation_entry,
    change_agreement_state,
    check_terms,
    publish_agreement_version,
)

_BIGGEST = 2**63 - 1


class AgreementSerializer(RowSerializer):
    class Meta:
        model = Agreement
        fields = ("id", "partner", "kind", "title", "state", "owner", "version")
        read_only_fields = ("state",)


class AgreementFilters(Filters):
    q = TextFilter(field_name="title", lookup_expr="icontains")
    partner = ReferenceFilter()
    kind = ChoiceFilter(choices=AgreementKind.choices)
    state = ChoiceFilter(choices=AgreementState.choices)
    owner = ReferenceFilter()


class AgreementStepSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=AgreementState.choices)
    text = serializers.CharField(max_length=2_000)


class AgreementViews(CreateViews, UpdateViews):
    """What is agreed, or to be agreed, with partners. The state is changed through its sub-resource."""

    queryset = Agreement.objects.all()
    serializer_class = AgreementSerializer
    filterset_class = AgreementFilters
    action_permissions: ClassVar = {"change_state": ("partnerships.change_agreement",)}

    @extend_schema(request=AgreementStepSerializer, responses={201: AgreementSerializer})
    @action(detail=True, methods=["post"], url_path="state-changes")
    def change_state(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Take the agreement to another state; 409 names the allowed ones where there is no such step."""
        wanted = self.read_body(request, AgreementStepSerializer)
        by = cast("User", request.user)
        row = change_agreement_state(agreement_id=self.get_object().pk, by=by, at=timezone.now(), **wanted)
        return self.answer_written(row, status=201)


class AgreementVersionSerializer(RowSerializer):
    fee_minor = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=_BIGGEST)
    liability_cap_minor = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=_BIGGEST)

    notice_on = DayField(
        read_only=True, allow_null=True, help_text="The last day for notice: ends_on less notice_days."
    )

    class Meta:
        model = AgreementVersion
        fields = (
            *("id", "agreement", "number", "effective_on", "ends_on", "renewal", "notice_days", "notice_on"),
            *("fee_minor", "liability_cap_minor", "currency", "promised_uptime_ratio", "response_hours"),
            *("data_processing", "document_url", "document_name", "document_sha256", "published_at", "published_by"),
        )
        read_only_fields = ("number", "document_name", "published_at", "published_by")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The members; what does not fit the others is named before the model refuses it as a whole."""
        check_terms(attrs)
        return super().validate(attrs)


class AgreementVersionFilters(Filters):
    agreement = ReferenceFilter()
    ends_from = DateFilter(field_name="ends_on", lookup_expr="gte")
    ends_to = DateFilter(field_name="ends_on", lookup_expr="lt")


class AgreementVersionViews(CreateViews):
    """What agreements say from one day on. A version never changes; a change is a new version."""

    queryset = AgreementVersion.objects.all()
    serializer_class = AgreementVersionSerializer
    filterset_class = AgreementVersionFilters

    def create_row(self, serializer: serializers.BaseSerializer[Any]) -> AgreementVersion:
        """Publish the next version."""
        values = dict(serializer.validated_data)
        agreement, by = values.pop("agreement"), cast("User", self.request.user)
        return publish_agreement_version(agreement_id=agreement.pk, new=NewVersion(**values), by=by, at=timezone.now())


class NegotiationEntrySerializer(RowSerializer):
    class Meta:
        model = NegotiationEntry
        fields = (
            *("id", "agreement", "said_at", "said_by", "contact", "text", "next_step", "next_due_on", "new_state"),
        )
        read_only_fields = ("said_at", "said_by", "new_state")


class NegotiationEntryFilters(Filters):
    agreement = ReferenceFilter()
    contact = ReferenceFilter()
    due_to = DateFilter(field_name="next_due_on", lookup_expr="lt")


class NegotiationEntryViews(CreateViews):
    """What was said about agreements, and what comes next; only added to."""

    queryset = NegotiationEntry.objects.all()
    serializer_class = NegotiationEntrySerializer
    filterset_class = NegotiationEntryFilters

    def create_row(self, serializer: serializers.BaseSerializer[Any]) -> NegotiationEntry:
        """Add to the log."""
        values = dict(serializer.validated_data)
        agreement, by = values.pop("agreement"), cast("User", self.request.user)
        return add_negotiation_entry(agreement_id=agreement.pk, entry=NewEntry(**values), by=by, at=timezone.now())
