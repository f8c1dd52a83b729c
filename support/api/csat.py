"""What customers were asked and said of how their tickets were solved; they say it on a page of their own."""

from foundation.filters import Filters, InstantFilter, ReferenceFilter
from foundation.serializers import RowSerializer
from support.api.own_rows import OwnRows
from support.models import CsatRequest, CsatResponse
from support.selectors.quality import OVERSEE_CSAT


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


class CsatRequestViews(OwnRows):
    """Questions to customers, each with its last answer; agents see those about what they solved."""

    queryset = CsatRequest.objects.all()
    serializer_class = CsatRequestSerializer
    filterset_class = CsatRequestFilters
    person, overseer = "agent", OVERSEE_CSAT


class CsatResponseSerializer(RowSerializer):
    class Meta:
        model = CsatResponse
        fields = ("id", "request", "score", "comment", "answered_at")
        read_only_fields = fields


class CsatResponseFilters(Filters):
    request_id = ReferenceFilter(field_name="request")
    answered_from = InstantFilter(field_name="answered_at", lookup_expr="gte")
    answered_to = InstantFilter(field_name="answered_at", lookup_expr="lt")


class CsatResponseViews(OwnRows):
    """Answers of customers; append-only, the last one to a question counts. Agents see those about what they solved."""

    queryset = CsatResponse.objects.all()
    serializer_class = CsatResponseSerializer
    filterset_class = CsatResponseFilters
    person, overseer = "request__agent", OVERSEE_CSAT
