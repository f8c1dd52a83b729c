"""What the platform records about itself."""

from auditlog.models import LogEntry
from rest_framework import serializers

from foundation.filters import Filters, InstantFilter, ReferenceFilter, TextFilter
from foundation.serializers import InstantField, RowSerializer
from foundation.viewsets import ReadViews
from operations.models import Heartbeat, IdempotencyRecord


class HeartbeatSerializer(RowSerializer):
    class Meta:
        model = Heartbeat
        fields = ("id", "name", "seen_at")
        read_only_fields = fields


class HeartbeatFilters(Filters):
    name = TextFilter()


class HeartbeatViews(ReadViews):
    """When each background part was last seen alive."""

    queryset = Heartbeat.objects.all()
    serializer_class = HeartbeatSerializer
    filterset_class = HeartbeatFilters


class IdempotencyRecordSerializer(RowSerializer):
    class Meta:
        model = IdempotencyRecord
        fields = ("id", "user", "key", "path", "status", "created_at")
        read_only_fields = fields


class IdempotencyRecordFilters(Filters):
    user = ReferenceFilter()
    created_from = InstantFilter(field_name="created_at", lookup_expr="gte")
    created_to = InstantFilter(field_name="created_at", lookup_expr="lt")


class IdempotencyRecordViews(ReadViews):
    """Which POSTs were sent with a key; the stored answers stay with those who sent them."""

    queryset = IdempotencyRecord.objects.defer("response")
    serializer_class = IdempotencyRecordSerializer
    filterset_class = IdempotencyRecordFilters


class AuditEntrySerializer(RowSerializer):
    model = serializers.CharField(source="content_type.model", read_only=True)
    action = serializers.CharField(source="get_action_display", read_only=True)
    at = InstantField(source="timestamp", read_only=True)
    request_id = serializers.CharField(source="cid", read_only=True, allow_null=True)

    class Meta:
        model = LogEntry
        fields = ("id", "at", "actor", "model", "object_id", "object_repr", "action", "changes", "request_id")
        read_only_fields = fields


class AuditEntryFilters(Filters):
    model = TextFilter(field_name="content_type__model")
    actor = ReferenceFilter()
    at_from = InstantFilter(field_name="timestamp", lookup_expr="gte")
    at_to = InstantFilter(field_name="timestamp", lookup_expr="lt")


class AuditEntryViews(ReadViews):
    """Who changed which field of what, when."""

    queryset = LogEntry.objects.select_related("content_type")
    serializer_class = AuditEntrySerializer
    filterset_class = AuditEntryFilters
