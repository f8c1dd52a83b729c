"""Metrics, their immutable definitions and their targets."""

from typing import Any, ClassVar

from django.db import models, transaction
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
from metrics.api.rows import (
    RestatementSerializer,
    RestatementsQuestionSerializer,
    RowsQuestionSerializer,
    RowsSerializer,
    answer_restatements,
    answer_rows,
)
from metrics.api.values import QuestionSerializer, SeriesSerializer, answer_question
from metrics.models import Cadence, Direction, Flow, Kind, Metric, MetricStatus, MetricVersion
from metrics.services.metrics import NewMetric, check_metric_change, create_metric, retire_metric


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
            "rolling_days",
            "hash",
            "effective_from",
            "reason",
            "approved_by",
            "approved_at",
            "is_retroactive",
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
            "waits_for",
            "owner",
            "unit",
            "decimals",
            "direction",
            "status",
            "freshness_seconds",
            "position",
            "cadence",
            "flow",
            "parents",
            "lower_spec",
            "upper_spec",
            "definition_number",
            "version",
        )
        read_only_fields = ("status",)
        extra_kwargs: ClassVar = {"decimals": {"min_value": 0, "max_value": 9}}

    def get_definition_number(self, metric: Metric) -> int | None:
        """The number of the newest version; none for a draft without one."""
        return max((version.number for version in metric.versions.all()), default=None)


class ReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=200, default="", allow_blank=True)


class MetricFilters(Filters):
    q = TextFilter(field_name="name", lookup_expr="icontains")
    status = ChoiceFilter(choices=MetricStatus.choices)
    direction = ChoiceFilter(choices=Direction.choices)
    owner = ReferenceFilter()
    cadence = ChoiceFilter(choices=Cadence.choices)
    flow = ChoiceFilter(choices=Flow.choices)


_QUESTIONS: dict[str, type[serializers.Serializer[Any]]] = {
    "read_values": QuestionSerializer,
    "read_rows": RowsQuestionSerializer,
    "read_restatements": RestatementsQuestionSerializer,
}


class MetricViews(CreateViews, UpdateViews):
    """The numbers the company steers by. What a number means is its definition, which begins as a draft."""

    queryset = Metric.objects.prefetch_related(
        models.Prefetch("versions", MetricVersion.objects.only("metric_id", "number")), "parents"
    )
    serializer_class = MetricSerializer
    filterset_class = MetricFilters
    lookup_field = "key"
    lookup_value_regex = "[-a-zA-Z0-9_]{1,80}"
    action_permissions: ClassVar = {
        "read_values": ("metrics.view_metric", "metrics.view_periodvalue"),
        "retire": ("metrics.change_metric",),
    }

    def known_parameters(self) -> set[str]:
        """The question's members, where values, rows or restatements are asked."""
        question = _QUESTIONS.get(self.action)
        return set(question().fields) if question else super().known_parameters()

    def read_question(self, request: Request) -> dict[str, Any]:
        """The checked members of the question; ValidationError names what is wrong."""
        question = _QUESTIONS[self.action](data=request.query_params)
        question.is_valid(raise_exception=True)
        return dict(question.validated_data)

    def create_row(self, serializer: serializers.BaseSerializer[Any]) -> Metric:
        """Begin a metric: a draft until its first definition is approved."""
        return create_metric(new=NewMetric(**serializer.validated_data))

    def update_row(self, row: Metric, serializer: serializers.BaseSerializer[Any]) -> None:
        """Change what is said about the metric, within what is fixed once it is approved."""
        check_metric_change(row, serializer.validated_data)
        super().update_row(row, serializer)

    @extend_schema(request=ReasonSerializer, responses={201: MetricSerializer})
    @action(detail=True, methods=["post"], url_path="retire")
    def retire(self, request: Request, key: str) -> Response:  # noqa: ARG002
        """Take the metric out of use; its values and definitions stay. 409 unless it is approved."""
        words = self.read_body(request, ReasonSerializer)
        with transaction.atomic():
            row = retire_metric(metric_id=self.locked_row().pk, by=request.user, at=timezone.now(), **words)
        return self.answer_written(row, status=201)

    @extend_schema(parameters=[QuestionSerializer], responses=SeriesSerializer, filters=False)
    @action(detail=True, url_path="values", pagination_class=None, filterset_class=None)
    def read_values(self, request: Request, key: str) -> Response:
        """The stored values of an approved metric, period by period."""
        return Response(answer_question(key, self.read_question(request), at=timezone.now()))

    @extend_schema(parameters=[RowsQuestionSerializer], responses=RowsSerializer, filters=False)
    @action(detail=True, url_path="rows", pagination_class=None, filterset_class=None)
    def read_rows(self, request: Request, key: str) -> Response:
        """The rows behind one period's value, in order of time: the value recomputes from them."""
        body = answer_rows(key, self.read_question(request), request, at=timezone.now())
        return Response(RowsSerializer(body).data)

    @extend_schema(
        parameters=[RestatementsQuestionSerializer], responses=RestatementSerializer(many=True), filters=False
    )
    @action(detail=True, url_path="restatements", pagination_class=None, filterset_class=None)
    def read_restatements(self, request: Request, key: str) -> Response:
        """The periods whose value changed after it had been published, newest first."""
        found = answer_restatements(key, self.read_question(request), at=timezone.now())
        return Response(RestatementSerializer(found, many=True).data)


class MetricVersionFilters(Filters):
    metric = ReferenceFilter()
    kind = ChoiceFilter(choices=Kind.choices)
    source = TextFilter()


class MetricVersionViews(ReadViews):
    """Immutable definitions; values always belong to one."""

    queryset = MetricVersion.objects.all()
    serializer_class = MetricVersionSerializer
    filterset_class = MetricVersionFilters
