"""Closed months and reports."""

from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils import timezone
from django_filters import ChoiceFilter, DateFilter
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.filters import Filters
from foundation.serializers import InstantField, ObjectField, RowSerializer
from foundation.viewsets import CreateViews
from metrics.models import PeriodClose, Report, ReportKind
from metrics.services.closing import close_month
from metrics.services.reports import create_report, report_as_csv, verify_report


class PeriodCloseSerializer(RowSerializer):
    class Meta:
        model = PeriodClose
        fields = ("id", "month", "note", "closed_by", "closed_at")
        read_only_fields = ("closed_by", "closed_at")


class PeriodCloseFilters(Filters):
    month_from = DateFilter(field_name="month", lookup_expr="gte")
    month_to = DateFilter(field_name="month", lookup_expr="lt")


class PeriodCloseViews(CreateViews):
    """Closed months. Reports show their values as they were then; there is no reopening."""

    queryset = PeriodClose.objects.all()
    serializer_class = PeriodCloseSerializer
    filterset_class = PeriodCloseFilters

    def create_row(self, serializer: serializers.BaseSerializer[Any]) -> PeriodClose:
        """Close the month in the name of who asks."""
        return close_month(**serializer.validated_data, by=self.request.user, at=timezone.now())


class ReportSerializer(RowSerializer):
    params = ObjectField(
        required=False,
        help_text="metric and segment, or metrics; weeks and months. What is left out is filled in.",
    )

    as_of = InstantField(default=timezone.now, help_text="Now without it.")

    class Meta:
        model = Report
        fields = ("id", "uuid", "kind", "params", "as_of", "sha256", "created_by", "created_at")
        read_only_fields = ("uuid", "sha256", "created_by", "created_at")


class ReportFilters(Filters):
    kind = ChoiceFilter(choices=ReportKind.choices)


class VerificationSerializer(serializers.Serializer[Any]):
    is_intact = serializers.BooleanField(help_text="The stored bytes have the digest they were stored with.")
    is_reproduced = serializers.BooleanField(help_text="The same bytes follow from the revisions as of then.")


class ReportViews(CreateViews):
    """Documents of values as they were believed at an instant: one read gives the stored bytes, byte for byte."""

    queryset = Report.objects.defer("content")
    serializer_class = ReportSerializer
    filterset_class = ReportFilters
    lookup_field = "uuid"
    lookup_value_regex = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    action_permissions: ClassVar = {
        "read_csv": ("metrics.view_report",),
        "read_verification": ("metrics.view_report",),
    }

    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Any:  # noqa: ARG002
        """The document as it was stored."""
        report = self.get_object()
        return HttpResponse(
            bytes(report.content), content_type="application/json", headers={"ETag": f'"{report.sha256}"'}
        )

    @extend_schema(responses={(200, "text/csv"): OpenApiResponse(OpenApiTypes.STR)}, filters=False)
    @action(detail=True, url_path="csv", pagination_class=None, filterset_class=None)
    def read_csv(self, request: Request, uuid: str) -> HttpResponse:  # noqa: ARG002
        """The document's values as CSV."""
        return HttpResponse(report_as_csv(self.get_object()), content_type="text/csv; charset=utf-8")

    @extend_schema(responses=VerificationSerializer, filters=False)
    @action(detail=True, url_path="verification", pagination_class=None, filterset_class=None)
    def read_verification(self, request: Request, uuid: str) -> Response:  # noqa: ARG002
        """Whether the document is unharmed and still follows from the revisions."""
        return Response(VerificationSerializer(verify_report(self.get_object())).data)

    def create_row(self, serializer: serializers.BaseSerializer[Any]) -> Report:
        """Make and store the document in the name of who asks."""
        at, given = timezone.now(), serializer.validated_data
        return create_report(
            kind=given["kind"],
            params=given.get("params", {}),
            as_of=given["as_of"],
            at=at,
            by=self.request.user,
        )
