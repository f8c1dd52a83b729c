"""Hypotheses: written before the test, decided by a person after it."""

from typing import Any, ClassVar

from django.utils import timezone
from django_filters import ChoiceFilter, DateFilter
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.filters import Filters, ReferenceFilter
from foundation.serializers import RowSerializer
from foundation.viewsets import CreateViews, UpdateViews
from metrics.models import Hypothesis, HypothesisKind, HypothesisState, Verdict
from metrics.services.hypotheses import change_hypothesis, decide_hypothesis, lock_hypothesis

FROZEN = (
    "state",
    "before_value",
    "before_n",
    "locked_by",
    "locked_at",
    "after_value",
    "after_n",
    "verdict",
    "decided_by",
    "decided_at",
    "decision_note",
)


class HypothesisSerializer(RowSerializer):
    verdict = serializers.CharField(read_only=True, help_text="Empty until it is decided.")

    class Meta:
        model = Hypothesis
        fields = (
            "id",
            "key",
            "because",
            "kind",
            "metric",
            "direction",
            "expected_change",
            "segment",
            "before_start_on",
            "before_end_on",
            "due_on",
            "minimum_n",
            "owner",
            *FROZEN,
            "version",
        )
        read_only_fields = FROZEN


class HypothesisFilters(Filters):
    kind = ChoiceFilter(choices=HypothesisKind.choices)
    state = ChoiceFilter(choices=HypothesisState.choices)
    verdict = ChoiceFilter(choices=Verdict.choices)
    metric = ReferenceFilter()
    owner = ReferenceFilter()
    due_from = DateFilter(field_name="due_on", lookup_expr="gte")
    due_to = DateFilter(field_name="due_on", lookup_expr="lt")


class VerdictSerializer(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(choices=Verdict.choices)
    note = serializers.CharField(max_length=500, help_text="What was learnt.")


class HypothesisViews(CreateViews, UpdateViews):
    """Because of something a metric is expected to move, by so much, by a date; changed only while it is a draft."""

    queryset = Hypothesis.objects.all()
    serializer_class = HypothesisSerializer
    filterset_class = HypothesisFilters
    lookup_field = "key"
    lookup_value_regex = "[-a-zA-Z0-9_]{1,80}"
    action_permissions: ClassVar = {
        "lock": ("metrics.change_hypothesis",),
        "decide": ("metrics.change_hypothesis",),
    }

    def update_row(self, row: Hypothesis, serializer: serializers.BaseSerializer[Any]) -> None:
        """Change the draft; 409 once it is locked."""
        change_hypothesis(hypothesis_id=row.pk, fields=serializer.validated_data)

    @extend_schema(request=None, responses={201: HypothesisSerializer})
    @action(detail=True, methods=["post"])
    def lock(self, request: Request, key: str) -> Response:  # noqa: ARG002
        """Begin testing: the expectation is fixed and the metric's value before is frozen. 409 unless it is a draft."""
        row = lock_hypothesis(hypothesis_id=self.get_object().pk, by=request.user, at=timezone.now())
        return self.answer_written(row, status=201)

    @extend_schema(request=VerdictSerializer, responses={201: HypothesisSerializer})
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, key: str) -> Response:  # noqa: ARG002
        """Give the verdict; the metric's value after is frozen beside it. 409 unless it is being tested."""
        words = self.read_body(request, VerdictSerializer)
        row = decide_hypothesis(hypothesis_id=self.get_object().pk, by=request.user, at=timezone.now(), **words)
        return self.answer_written(row, status=201)
