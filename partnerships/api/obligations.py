"""Obligations with their reviews, texts of partners' terms, and versions of their APIs."""

from typing import Any, ClassVar, cast

from django.utils import timezone
from django_filters import ChoiceFilter, DateFilter
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.filters import Filters, FlagFilter, ReferenceFilter, TextFilter
from foundation.serializers import RowSerializer
from foundation.viewsets import CreateViews, EditViews, ReadViews, UpdateViews
from operations.models import User
from partnerships.models import (
    ApiVersion,
    ApiVersionSource,
    ApiVersionUse,
    Obligation,
    ObligationReview,
    ObligationSource,
    ReviewVerdict,
    TermsVersion,
)
from partnerships.services.obligations import Evidence, NewTerms, decide_obligation_review, publish_terms_version


class ObligationSerializer(RowSerializer):
    class Meta:
        model = Obligation
        fields = (
            *("id", "integration", "source", "title", "clause", "owner", "recurrence", "first_due_on", "lead_days"),
            *("ended_on", "version"),
        )


class ObligationFilters(Filters):
    q = TextFilter(field_name="title", lookup_expr="icontains")
    integration = ReferenceFilter()
    partner = ReferenceFilter(field_name="integration__partner")
    source = ChoiceFilter(choices=ObligationSource.choices)
    owner = ReferenceFilter()


class ObligationViews(CreateViews, UpdateViews):
    """What partners' terms, guidelines and contracts ask of integrations. One ends; none is deleted."""

    queryset = Obligation.objects.all()
    serializer_class = ObligationSerializer
    filterset_class = ObligationFilters


class ObligationReviewSerializer(RowSerializer):
    verdict = serializers.CharField(read_only=True, help_text="Empty until it is decided.")

    class Meta:
        model = ObligationReview
        fields = (
            *("id", "integration", "obligation", "terms_version", "due_on", "verdict", "done_at", "done_by", "done_on"),
            *("evidence_text", "evidence_url", "evidence_sha256"),
        )
        read_only_fields = fields


class ObligationReviewFilters(Filters):
    integration = ReferenceFilter()
    partner = ReferenceFilter(field_name="integration__partner")
    obligation = ReferenceFilter()
    terms_version = ReferenceFilter()
    verdict = ChoiceFilter(choices=ReviewVerdict.choices)
    is_open = FlagFilter(field_name="done_at", lookup_expr="isnull")
    due_from = DateFilter(field_name="due_on", lookup_expr="gte")
    due_to = DateFilter(field_name="due_on", lookup_expr="lt")


class ReviewDecisionSerializer(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(choices=ReviewVerdict.choices)
    evidence_text = serializers.CharField(max_length=2_000, default="", allow_blank=True)
    evidence_url = serializers.URLField(max_length=500, default="", allow_blank=True)
    evidence_sha256 = serializers.CharField(max_length=64, default="", allow_blank=True)


class ObligationReviewViews(ReadViews):
    """Reviews that are due or done; each is decided once."""

    queryset = ObligationReview.objects.all()
    serializer_class = ObligationReviewSerializer
    filterset_class = ObligationReviewFilters
    action_permissions: ClassVar = {"decide": ("partnerships.change_obligation",)}

    @extend_schema(request=ReviewDecisionSerializer, responses={201: ObligationReviewSerializer})
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Give the verdict with its evidence; 400 where it was given before."""
        words = self.read_body(request, ReviewDecisionSerializer)
        evidence = Evidence(words["evidence_text"], words["evidence_url"], words["evidence_sha256"])
        row = decide_obligation_review(
            review_id=self.get_object().pk,
            verdict=words["verdict"],
            evidence=evidence,
            by=cast("User", request.user),
            at=timezone.now(),
        )
        return self.answer_written(row, status=201)


class TermsVersionSerializer(RowSerializer):
    class Meta:
        model = TermsVersion
        fields = ("id", "partner", "url", "effective_on", "sha256", "summary", "recorded_at", "recorded_by")
        read_only_fields = ("recorded_at", "recorded_by")
        validators: ClassVar[list[Any]] = []  # The same text again is answered with the row there is.

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The members; the service checks the rest and knows a text it has."""
        return attrs


class TermsVersionFilters(Filters):
    partner = ReferenceFilter()
    sha256 = TextFilter()


class TermsVersionViews(CreateViews):
    """Texts of partners' terms. A new one makes a review for each integration; the same one again adds nothing."""

    queryset = TermsVersion.objects.all()
    serializer_class = TermsVersionSerializer
    filterset_class = TermsVersionFilters

    def create_row(self, serializer: serializers.BaseSerializer[Any]) -> TermsVersion:
        """Publish the text."""
        values = dict(serializer.validated_data)
        partner = values.pop("partner")
        new = NewTerms(partner_id=partner.pk, **values)
        return publish_terms_version(new=new, by=cast("User", self.request.user), at=timezone.now())


class ApiVersionSerializer(RowSerializer):
    class Meta:
        model = ApiVersion
        fields = (
            *("id", "partner", "name", "released_on", "deprecated_on", "sunset_on", "source", "link", "noticed_at"),
            *("evidence", "version"),
        )
        read_only_fields = ("source", "noticed_at", "evidence")


class ApiVersionFilters(Filters):
    partner = ReferenceFilter()
    source = ChoiceFilter(choices=ApiVersionSource.choices)
    sunset_to = DateFilter(field_name="sunset_on", lookup_expr="lt")


class ApiVersionViews(EditViews):
    """Versions of partners' APIs with the days on which they come and go."""

    queryset = ApiVersion.objects.all()
    serializer_class = ApiVersionSerializer
    filterset_class = ApiVersionFilters


class ApiVersionUseSerializer(RowSerializer):
    class Meta:
        model = ApiVersionUse
        fields = ("id", "integration", "api_version")


class ApiVersionUseFilters(Filters):
    integration = ReferenceFilter()
    api_version = ReferenceFilter()


class ApiVersionUseViews(EditViews):
    """Which integration calls which version of its partner's API."""

    queryset = ApiVersionUse.objects.all()
    serializer_class = ApiVersionUseSerializer
    filterset_class = ApiVersionUseFilters
