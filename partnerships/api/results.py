"""What probing gave: results, intervals and the hours made of them."""

from django_filters import ChoiceFilter, DateFilter

from foundation.filters import Filters, FlagFilter, InstantFilter, ReferenceFilter
from foundation.serializers import RowSerializer
from foundation.viewsets import ReadViews
from partnerships.models import (
    CheckResult,
    CheckState,
    LatencyHour,
    Outcome,
    StatusInterval,
    Tier,
    UptimeDay,
    UptimeHour,
)


class _OfCheck(Filters):
    health_check = ReferenceFilter()


class CheckResultSerializer(RowSerializer):
    class Meta:
        model = CheckResult
        fields = (
            "id",
            "health_check",
            "scheduled_for",
            "attempt",
            "started_at",
            "finished_at",
            "outcome",
            "reason",
            "detail",
            "latency_us",
            "http_status",
            "failed_assertion",
            "headers",
            "snippet",
            "probe",
        )
        read_only_fields = fields


class CheckResultFilters(_OfCheck):
    outcome = ChoiceFilter(choices=Outcome.choices)
    finished_from = InstantFilter(field_name="finished_at", lookup_expr="gte")
    finished_to = InstantFilter(field_name="finished_at", lookup_expr="lt")


class CheckResultViews(ReadViews):
    """What each probe measured."""

    queryset = CheckResult.objects.all()
    serializer_class = CheckResultSerializer
    filterset_class = CheckResultFilters


class StatusIntervalSerializer(RowSerializer):
    class Meta:
        model = StatusInterval
        fields = ("id", "health_check", "state", "started_at", "ended_at", "reason", "confirmed_at")
        read_only_fields = fields


class StatusIntervalFilters(_OfCheck):
    state = ChoiceFilter(choices=CheckState.choices)
    started_from = InstantFilter(field_name="started_at", lookup_expr="gte")
    started_to = InstantFilter(field_name="started_at", lookup_expr="lt")


class StatusIntervalViews(ReadViews):
    """The stretches of time that checks spent in a state."""

    queryset = StatusInterval.objects.all()
    serializer_class = StatusIntervalSerializer
    filterset_class = StatusIntervalFilters


class UptimeHourSerializer(RowSerializer):
    class Meta:
        model = UptimeHour
        fields = (
            "id",
            "health_check",
            "hour",
            "tier",
            "is_planned",
            "up_us",
            "degraded_us",
            "down_us",
            "unknown_us",
            "paused_us",
        )
        read_only_fields = fields


class UptimeHourFilters(_OfCheck):
    tier = ChoiceFilter(choices=Tier.choices)
    is_planned = FlagFilter()
    hour_from = InstantFilter(field_name="hour", lookup_expr="gte")
    hour_to = InstantFilter(field_name="hour", lookup_expr="lt")


class UptimeHourViews(ReadViews):
    """Microseconds by state, per check, hour and tier, inside and outside planned maintenance."""

    queryset = UptimeHour.objects.all()
    serializer_class = UptimeHourSerializer
    filterset_class = UptimeHourFilters


class UptimeDaySerializer(RowSerializer):
    class Meta:
        model = UptimeDay
        fields = (
            "id",
            "health_check",
            "day_on",
            "tier",
            "is_planned",
            "up_us",
            "degraded_us",
            "down_us",
            "unknown_us",
            "paused_us",
        )
        read_only_fields = fields


class UptimeDayFilters(_OfCheck):
    tier = ChoiceFilter(choices=Tier.choices)
    is_planned = FlagFilter()
    day_from = DateFilter(field_name="day_on", lookup_expr="gte")
    day_to = DateFilter(field_name="day_on", lookup_expr="lt")


class UptimeDayViews(ReadViews):
    """Microseconds by state, per check, UTC day and tier, inside and outside planned maintenance."""

    queryset = UptimeDay.objects.all()
    serializer_class = UptimeDaySerializer
    filterset_class = UptimeDayFilters


class LatencyHourSerializer(RowSerializer):
    class Meta:
        model = LatencyHour
        fields = ("id", "health_check", "hour", "n", "total_us", "buckets")
        read_only_fields = fields


class LatencyHourFilters(_OfCheck):
    hour_from = InstantFilter(field_name="hour", lookup_expr="gte")
    hour_to = InstantFilter(field_name="hour", lookup_expr="lt")


class LatencyHourViews(ReadViews):
    """Latencies per check and hour, as a log histogram."""

    queryset = LatencyHour.objects.all()
    serializer_class = LatencyHourSerializer
    filterset_class = LatencyHourFilters
