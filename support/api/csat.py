"""What customers were asked and said of how their tickets were solved; they say it on a page of their own."""

from foundation.filters import Filters, InstantFilter, ReferenceFilter
from foundation.serializers import RowSerializer
from foundation.viewsets import ReadViews
from support.models import CsatRequest, CsatResponse


class CsatRequestSerializer(RowSerializer):
    class Meta:
        model = CsatRequest
        fields = ("id", "ticket", "event", "agent", "asked_at", "expires_at", "score", "answered_at")
        read_only_fields = fields


class CsatRequestFilters(Filters):
    ticket = ReferenceFilter()
    agent = ReferenceFilter()
    asked_from = InstantFilter(field_name="asked_at", lookup_expr="gte")
    asked_to = InstantFilter(field_name="asked_at", lookup_expr="lt")


class CsatRequestViews(ReadViews):
    """Questions to customers, each with its last answer."""

    queryset = CsatRequest.objects.all()
    serializer_class = CsatRequestSerializer
    filterset_class = CsatRequestFilters


class CsatResponseSerializer(RowSerializer):
    class Meta:
        model = CsatResponse
        fields = ("id", "request", "score", "comment", "answered_at")
        read_only_fields = fields


class CsatResponseFilters(Filters):
    request_id = ReferenceFilter(field_name="request")
    answered_from = InstantFilter(field_name="answered_at", lookup_expr="gte")
    answered_to = InstantFilter(field_name="answered_at", lookup_expr="lt")


class CsatResponseViews(ReadViews):
    """Answers of customers; append-only, the last one to a question counts."""

    queryset = CsatResponse.objects.all()
    serializer_class = CsatResponseSerializer
    filterset_class = CsatResponseFilters
