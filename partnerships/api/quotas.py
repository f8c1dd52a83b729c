"""Allowances of requests, as partners' answers told them."""

from rest_framework import serializers

from foundation.filters import Filters, FlagFilter, InstantFilter, ReferenceFilter, TextFilter
from foundation.serializers import InstantField, RowSerializer
from foundation.viewsets import ReadViews
from partnerships.models import QuotaWindow


class QuotaWindowSerializer(RowSerializer):
    headroom_ratio = serializers.FloatField(read_only=True, allow_null=True)
    exhausts_at = InstantField(read_only=True, allow_null=True)
    probing_ratio = serializers.FloatField(read_only=True, allow_null=True)

    class Meta:
        model = QuotaWindow
        fields = (
            "id",
            "integration",
            "resource",
            "limit",
            "remaining",
            "headroom_ratio",
            "began_at",
            "seen_at",
            "resets_at",
            "window_seconds",
            "exhausts_at",
            "probes",
            "probing_ratio",
            "told_low_at",
            "told_critical_at",
            "told_forecast_at",
            "ended_at",
        )
        read_only_fields = fields


class QuotaWindowFilters(Filters):
    integration = ReferenceFilter()
    resource = TextFilter()
    is_over = FlagFilter(field_name="ended_at", lookup_expr="isnull", exclude=True)
    began_from = InstantFilter(field_name="began_at", lookup_expr="gte")
    began_to = InstantFilter(field_name="began_at", lookup_expr="lt")


class QuotaWindowViews(ReadViews):
    """Allowances between two resets, the present ones and those before."""

    queryset = QuotaWindow.objects.all()
    serializer_class = QuotaWindowSerializer
    filterset_class = QuotaWindowFilters
