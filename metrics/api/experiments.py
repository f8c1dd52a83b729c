"""Experiments: planned, started, fed with exposures and outcomes, ended and decided."""

from typing import Any, ClassVar

from django.utils import timezone
from django_filters import ChoiceFilter
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.filters import Filters, ReferenceFilter
from foundation.serializers import RowSerializer, refuse_unknown_members
from foundation.viewsets import CreateViews, UpdateViews
from metrics.api.exposures import ExperimentPlanEditSerializer
from metrics.api.hypotheses import VerdictSerializer
from metrics.api.ingestion import (
    AssignedListSerializer,
    AssignmentQuestionSerializer,
    ExposureBatchSerializer,
    OutcomeBatchSerializer,
    TakenSerializer,
    read_units,
)
from metrics.models import Experiment, ExperimentArm, ExperimentState, Verdict
from metrics.selectors.analysis import get_analysis
from metrics.services.assignments import assign_units
from metrics.services.experiments import (
    PLAN_FIELDS,
    change_draft,
    create_experiment,
    decide_experiment,
    edit_plan,
    end_experiment,
    start_experiment,
)
from metrics.services.ingestion import record_exposures, record_outcomes
from metrics.services.plans import MAX_ARMS, NewArm

FROZEN = (
    "salt",
    "state",
    "started_by",
    "started_at",
    "ended_by",
    "ended_at",
    "verdict",
    "decided_by",
    "decided_at",
    "decision_note",
    "result",
)


_MEASURE = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 80},
        "kind": {"type": "string", "enum": ["proportion", "mean", "ratio"]},
        "source": {"type": "string", "enum": ["outcomes", "events"]},
        "direction": {"type": "string", "enum": ["up", "down"]},
    },
    "required": ["name"],
    "additionalProperties": False,
}
_GUARDRAIL = {
    **_MEASURE,
    "properties": {**_MEASURE["properties"], "margin": {"type": "number", "minimum": 0, "exclusiveMinimum": True}},  # type: ignore[dict-item]
    "required": ["name", "margin"],
}


@extend_schema_field({"type": "array", "maxItems": 20, "items": _MEASURE})
class SecondariesField(serializers.JSONField):
    """Measures that are looked at beside the primary one; the service checks them."""


@extend_schema_field({"type": "array", "maxItems": 20, "items": _GUARDRAIL})
class GuardrailsField(serializers.JSONField):
    """Measures that must not get worse by more than their margin; the service checks them."""


class ArmSerializer(serializers.ModelSerializer[ExperimentArm]):
    weight = serializers.IntegerField(min_value=0, max_value=1_000_000, default=1)
    is_control = serializers.BooleanField(default=False)

    class Meta:
        model = ExperimentArm
        fields = ("key", "name", "weight", "is_control")

    def to_internal_value(self, data: Any) -> Any:
        """The arm; a misspelt member is refused, for an arm without its weight would weigh 1."""
        refuse_unknown_members(data, self.fields)
        return super().to_internal_value(data)


class ExperimentSerializer(RowSerializer):
    arms = ArmSerializer(many=True, required=False, max_length=MAX_ARMS)  # type: ignore[call-arg]
    guardrails = GuardrailsField(required=False)
    secondaries = SecondariesField(required=False)
    verdict = serializers.CharField(read_only=True, help_text="Empty until it is decided.")

    class Meta:
        model = Experiment
        fields = (
            "id",
            "key",
            "name",
            "hypothesis",
            "unit",
            *(name for name in PLAN_FIELDS if name != "hypothesis"),
            "arms",
            *FROZEN,
            "version",
        )
        read_only_fields = FROZEN

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The members; arms are rows of their own, which the service checks."""
        super().validate({name: value for name, value in attrs.items() if name != "arms"})
        return attrs


class PlanEditSerializer(serializers.Serializer[Any]):
    field = serializers.ChoiceField(choices=PLAN_FIELDS)
    value = serializers.JSONField(allow_null=True, help_text="As in the plan; for a hypothesis its key.")
    reason = serializers.CharField(max_length=300)


class ExperimentFilters(Filters):
    state = ChoiceFilter(choices=ExperimentState.choices)
    verdict = ChoiceFilter(choices=Verdict.choices)
    hypothesis = ReferenceFilter()


class ExperimentViews(CreateViews, UpdateViews):
    """Planned comparisons of arms; a plan is locked when it starts."""

    queryset = Experiment.objects.prefetch_related("arms")
    serializer_class = ExperimentSerializer
    filterset_class = ExperimentFilters
    lookup_field = "key"
    lookup_value_regex = "[-a-zA-Z0-9_]{1,80}"
    action_permissions: ClassVar = {
        **dict.fromkeys(("start", "end", "decide"), ("metrics.change_experiment",)),
        "edit_plan": ("metrics.change_experiment", "metrics.add_experimentplanedit"),
        "assign": ("metrics.add_assignment",),
        "expose": ("metrics.add_exposure",),
        "record_outcomes": ("metrics.add_unitoutcome",),
        "read_analysis": ("metrics.view_experiment", "metrics.view_exposure", "metrics.view_unitoutcome"),
    }

    def create_row(self, serializer: serializers.BaseSerializer[Any]) -> Experiment:
        """The draft, with a salt of its own."""
        fields, arms = _split(serializer.validated_data)
        return create_experiment(fields=fields, arms=arms or [])

    def update_row(self, row: Experiment, serializer: serializers.BaseSerializer[Any]) -> None:
        """Change the draft; 409 once it has started."""
        fields, arms = _split(serializer.validated_data)
        change_draft(experiment_id=row.pk, fields=fields, arms=arms)

    @extend_schema(request=None, responses={201: ExperimentSerializer})
    @action(detail=True, methods=["post"])
    def start(self, request: Request, key: str) -> Response:  # noqa: ARG002
        """Lock the plan and take units. 400 names the field that an incomplete plan lacks, 409 unless it is a draft."""
        row = start_experiment(experiment_id=self.get_object().pk, by=request.user, at=timezone.now())
        return self.answer_written(row, status=201)

    @extend_schema(request=None, responses={201: ExperimentSerializer})
    @action(detail=True, methods=["post"])
    def end(self, request: Request, key: str) -> Response:  # noqa: ARG002
        """Take no more units; the fixed test counts from now on. 409 unless it runs."""
        row = end_experiment(experiment_id=self.get_object().pk, by=request.user, at=timezone.now())
        return self.answer_written(row, status=201)

    @extend_schema(request=VerdictSerializer, responses={201: ExperimentSerializer})
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, key: str) -> Response:  # noqa: ARG002
        """Give the verdict. 409 while it runs, and for any but invalid where the sample ratio alarms."""
        words = self.read_body(request, VerdictSerializer)
        row = decide_experiment(experiment_id=self.get_object().pk, by=request.user, at=timezone.now(), **words)
        return self.answer_written(row, status=201)

    @extend_schema(request=PlanEditSerializer, responses={201: ExperimentPlanEditSerializer})
    @action(detail=True, methods=["post"], url_path="plan-edits")
    def edit_plan(self, request: Request, key: str) -> Response:  # noqa: ARG002
        """Change one field of a started plan, on record: the result is marked from then on."""
        words = self.read_body(request, PlanEditSerializer)
        row = edit_plan(experiment_id=self.get_object().pk, by=request.user, at=timezone.now(), **words)
        return Response(ExperimentPlanEditSerializer(row).data, status=201)

    @extend_schema(request=AssignmentQuestionSerializer, responses={200: AssignedListSerializer})
    @action(detail=True, methods=["post"], url_path="assignments")
    def assign(self, request: Request, key: str) -> Response:  # noqa: ARG002
        """The arm of one unit, or of up to 1,000: always the same for the same unit. 409 unless it runs."""
        units = read_units(self.read_body(request, AssignmentQuestionSerializer))
        found = assign_units(experiment=self.get_object(), units=units, at=timezone.now())
        rows = [{"unit": one.unit, "arm": one.arm.key, "assigned_at": one.assigned_at} for one in found]
        return Response(AssignedListSerializer({"results": rows}).data)

    @extend_schema(request=ExposureBatchSerializer, responses={200: TakenSerializer})
    @action(detail=True, methods=["post"], url_path="exposures")
    def expose(self, request: Request, key: str) -> Response:  # noqa: ARG002
        """Take up to 1,000 exposures, all or none. A key known with the same content changes nothing, else 409."""
        rows = self.read_body(request, ExposureBatchSerializer)["exposures"]
        taken = record_exposures(experiment=self.get_object(), rows=rows, at=timezone.now())
        return Response(TakenSerializer(taken).data)

    @extend_schema(request=OutcomeBatchSerializer, responses={200: TakenSerializer})
    @action(detail=True, methods=["post"], url_path="outcomes")
    def record_outcomes(self, request: Request, key: str) -> Response:  # noqa: ARG002
        """Take up to 1,000 outcomes, all or none. A key known with the same content changes nothing, else 409."""
        rows = self.read_body(request, OutcomeBatchSerializer)["outcomes"]
        taken = record_outcomes(experiment=self.get_object(), rows=rows, at=timezone.now())
        return Response(TakenSerializer(taken).data)

    @extend_schema(responses={200: OpenApiTypes.OBJECT}, filters=False)
    @action(detail=True, url_path="analysis", pagination_class=None, filterset_class=None)
    def read_analysis(self, request: Request, key: str) -> Response:  # noqa: ARG002
        """What the experiment says: the always-valid interval while it runs, the fixed test once it has ended."""
        return Response(get_analysis(self.get_object(), at=timezone.now()))


def _split(members: dict[str, Any]) -> tuple[dict[str, Any], list[NewArm] | None]:
    fields = {name: value for name, value in members.items() if name != "arms"}
    return fields, [NewArm(**arm) for arm in members["arms"]] if "arms" in members else None
