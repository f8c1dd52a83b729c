"""Metrics, their immutable definitions and their targets."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django_filters import ChoiceFilter
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.filters import Filters, ReferenceFilter, TextFilter
from foundation.serializers import RowSerializer
from foundation.viewsets import CreateViews, ReadViews, UpdateViews
from metrics.api.values import PARAMETERS, QuestionSerializer, SeriesSerializer, answer_question
from metrics.models import Direction, Kind, Metric, MetricStatus, MetricVersion, Target, TargetShape
from metrics.services.targets import NewTarget, set_target


class MetricVersionSerializer(RowSerializer):
    class Meta:
        model = MetricVersion
        fields = (
            "id",
            "metric",
            "number",
            "kind",
            "source",
            "formula",
            "dimensions",
            "time_zone",
            "week_start",
            "fiscal_year_start",
            "hash",
            "effective_from",
            "reason",
            "approved_by",
            "approved_at",
        )
        read_only_fields = fields


class MetricSerializer(RowSerializer):
    definition_number = serializers.SerializerMethodField(help_text="The number of the newest definition.")

    class Meta:
        model = Metric
        fields = (
            "id",
            "key",
            "name",
            "question",
            "purpose",
            "owner",
            "unit",
            "decimals",
            "direction",
            "status",
            "freshness_seconds",
            "position",
            "definition_number",
            "version",
        )
        read_only_fields = ("key", "unit")
        extra_kwargs: ClassVar = {"decimals": {"min_value": 0, "max_value": 9}}

    def get_definition_number(self, metric: Metric) -> int | None:
        """The number of the newest version; none for a draft without one."""
        return max((version.number for version in metric.versions.all()), default=None)


class MetricFilters(Filters):
    q = TextFilter(field_name="name", lookup_expr="icontains")
    status = ChoiceFilter(choices=MetricStatus.choices)
    direction = ChoiceFilter(choices=Direction.choices)
    owner = ReferenceFilter()


class MetricViews(UpdateViews):
    """The numbers the company steers by. What a number means is its definition, which only ever gets new versions."""

    queryset = Metric.objects.prefetch_related(
        models.Prefetch("versions", MetricVersion.objects.only("metric_id", "number"))
    )
    serializer_class = MetricSerializer
    filterset_class = MetricFilters
    lookup_field = "key"
    lookup_value_regex = "[-a-zA-Z0-9_]{1,80}"
    action_permissions: ClassVar = {"read_values": ("metrics.view_metric", "metrics.view_periodvalue")}

    def known_parameters(self) -> set[str]:
        """The question's members, where values are asked."""
        return PARAMETERS if self.action == "read_values" else super().known_parameters()

    @extend_schema(parameters=[QuestionSerializer], responses=SeriesSerializer, filters=False)
    @action(detail=True, url_path="values", pagination_class=None, filterset_class=None)
    def read_values(self, request: Request, key: str) -> Response:
        """The stored values of an approved metric, period by period."""
        question = QuestionSerializer(data=request.query_params)
        question.is_valid(raise_exception=True)
        return Response(answer_question(key, question.validated_data, at=timezone.now()))


class MetricVersionFilters(Filters):
    metric = ReferenceFilter()
    kind = ChoiceFilter(choices=Kind.choices)
    source = TextFilter()


class MetricVersionViews(ReadViews):
    """Immutable definitions; values always belong to one."""

    queryset = MetricVersion.objects.all()
    serializer_class = MetricVersionSerializer
    filterset_class = MetricVersionFilters


class TargetSerializer(RowSerializer):
    class Meta:
        model = Target
        fields = (
            "id",
            "metric",
            "segment",
            "shape",
            "baseline_value",
            "baseline_note",
            "target_value",
            "start_on",
            "due_on",
            "reason",
            "set_by",
            "set_at",
            "supersedes",
        )
        read_only_fields = ("set_by", "set_at", "supersedes")


class TargetFilters(Filters):
    metric = ReferenceFilter()
    segment = TextFilter()
    shape = ChoiceFilter(choices=TargetShape.choices)


class TargetViews(CreateViews):
    """Where metrics are to go, by when. Append-only: a new target supersedes the one before."""

    queryset = Target.objects.all()
    serializer_class = TargetSerializer
    filterset_class = TargetFilters

    def create_row(self, serializer: serializers.BaseSerializer[Any]) -> Target:
        """Set the target in the name of who asks."""
        return set_target(new=NewTarget(**serializer.validated_data), by=self.request.user, at=timezone.now())
