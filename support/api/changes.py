"""Changes made because of insights, what they moved, and what people concluded."""

from typing import Any, ClassVar, cast

from django.utils import timezone
from django_filters import ChoiceFilter, DateFilter
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.filters import Filters, FlagFilter, ReferenceFilter, TextFilter
from foundation.serializers import DayField, NumberField, RowSerializer, TextField
from foundation.viewsets import CreateViews, ReadViews
from metrics.models import Hypothesis, Metric
from metrics.models.hypothesis import Movement
from operations.models import User
from support.models import (
    MOST_CHANGE,
    Change,
    ChangeKind,
    ChangeOutcome,
    ChangeVerdict,
    Insight,
    OutcomeVerdict,
)
from support.services.changes import edit_change, plan_change, ship_change
from support.services.outcomes import decide_outcome


class ChangeSerializer(RowSerializer):
    verdict = serializers.CharField(read_only=True, help_text="Empty until it is decided.")

    class Meta:
        model = Change
        fields = (
            *("id", "insight", "kind", "title", "statement", "metric", "hypothesis", "before_start_on"),
            *("before_end_on", "direction", "expected_change", "check_on", "owner", "reference", "created_at"),
            *("created_by", "shipped_at", "shipped_by", "measured_at", "decided_at", "verdict", "version"),
        )
        read_only_fields = fields


class ChangeEditSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=ChangeKind.choices, required=False)
    title = TextField(max_length=200, required=False)
    statement = TextField(max_length=500, required=False, help_text="Because of what it is expected to help.")
    metric = serializers.PrimaryKeyRelatedField(
        queryset=Metric.objects.all(),
        required=False,
        allow_null=True,
        help_text="Null: tickets of the cause per 100 tickets.",
    )
    hypothesis = serializers.PrimaryKeyRelatedField(queryset=Hypothesis.objects.all(), required=False, allow_null=True)
    before_start_on = DayField(required=False)
    before_end_on = DayField(required=False)
    direction = serializers.ChoiceField(choices=Movement.choices, required=False)
    expected_change = NumberField(required=False, min_value=0, max_value=MOST_CHANGE)
    check_on = DayField(required=False)
    owner = serializers.PrimaryKeyRelatedField(queryset=User.objects.all(), required=False)
    reference = TextField(max_length=300, required=False, allow_blank=True)


class NewChangeSerializer(ChangeEditSerializer):
    insight = serializers.PrimaryKeyRelatedField(queryset=Insight.objects.all())

    def get_fields(self) -> dict[str, Any]:
        """All that an edit has; what nobody can guess is required."""
        fields = super().get_fields()
        optional = {"metric", "hypothesis", "direction", "reference"}
        for name, field in fields.items():
            field.required = name not in optional
        return fields


class ChangeFilters(Filters):
    q = TextFilter(field_name="title", lookup_expr="icontains")
    insight = ReferenceFilter()
    owner = ReferenceFilter()
    kind = ChoiceFilter(choices=ChangeKind.choices)
    verdict = ChoiceFilter(choices=ChangeVerdict.choices)
    is_shipped = FlagFilter(field_name="shipped_at", lookup_expr="isnull", exclude=True)
    check_from = DateFilter(field_name="check_on", lookup_expr="gte")
    check_to = DateFilter(field_name="check_on", lookup_expr="lt")


class ChangeViews(CreateViews):
    """What is done about insights; its plan is fixed once it has shipped."""

    queryset = Change.objects.all()
    serializer_class = ChangeSerializer
    filterset_class = ChangeFilters
    action_permissions: ClassVar = {"ship": ("support.change_change",)}

    @extend_schema(request=NewChangeSerializer, responses={201: ChangeSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        """Plan a change of a validated insight."""
        fields = self.read_body(request, NewChangeSerializer)
        insight, who = fields.pop("insight"), cast("User", request.user)
        return self.answer_written(
            plan_change(insight_id=insight.pk, fields=fields, by=who, at=timezone.now()), status=201
        )

    @extend_schema(request=ChangeEditSerializer, responses=ChangeSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        """Plan it differently, before it has shipped."""
        fields = self.read_body(request, ChangeEditSerializer)
        return self.answer_written(edit_change(change_id=self.locked_row().pk, fields=fields, at=timezone.now()))

    @extend_schema(request=None, responses={201: ChangeSerializer})
    @action(detail=True, methods=["post"], url_path="shippings")
    def ship(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """It is with customers now."""
        self.read_body(request, serializers.Serializer)
        who = cast("User", request.user)
        return self.answer_written(ship_change(change_id=self.get_object().pk, by=who, at=timezone.now()), status=201)


class ChangeOutcomeSerializer(RowSerializer):
    class Meta:
        model = ChangeOutcome
        fields = (
            *("id", "change", "measure", "unit", "frozen_at"),
            *("before_start_on", "before_end_on", "before_value", "before_n", "before_count"),
            *("after_start_on", "after_end_on", "after_value", "after_n", "after_count"),
        )
        read_only_fields = fields


class VerdictSerializer(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(choices=ChangeVerdict.choices)
    note = TextField(max_length=500, help_text="What was learnt.")


class OutcomeVerdictSerializer(RowSerializer):
    class Meta:
        model = OutcomeVerdict
        fields = ("id", "outcome", "verdict", "note", "decided_at", "decided_by")
        read_only_fields = fields


class ChangeOutcomeFilters(Filters):
    change = ReferenceFilter()


class ChangeOutcomeViews(ReadViews):
    """Before and after of changes, frozen on their check dates."""

    queryset = ChangeOutcome.objects.all()
    serializer_class = ChangeOutcomeSerializer
    filterset_class = ChangeOutcomeFilters
    action_permissions: ClassVar = {"decide": ("support.change_change",)}

    @extend_schema(request=VerdictSerializer, responses={201: OutcomeVerdictSerializer})
    @action(detail=True, methods=["post"], url_path="verdicts")
    def decide(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Say what is concluded, once."""
        words = self.read_body(request, VerdictSerializer)
        who = cast("User", request.user)
        row = decide_outcome(outcome_id=self.get_object().pk, by=who, at=timezone.now(), **words)
        return Response(OutcomeVerdictSerializer(row).data, status=201)


class OutcomeVerdictFilters(Filters):
    outcome = ReferenceFilter()
    verdict = ChoiceFilter(choices=ChangeVerdict.choices)


class OutcomeVerdictViews(ReadViews):
    """What people concluded from outcomes; append-only."""

    queryset = OutcomeVerdict.objects.all()
    serializer_class = OutcomeVerdictSerializer
    filterset_class = OutcomeVerdictFilters
