"""Product events and the funnels over them."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.errors import InvalidInputError
from foundation.filters import Filters, InstantFilter, ReferenceFilter, TextFilter
from foundation.serializers import AskedInstantField, ObjectField, RowSerializer
from foundation.viewsets import CreateViews, ReadViews, UpdateViews
from metrics.api.ingestion import EventBatchSerializer, TakenSerializer
from metrics.models import Funnel, ProductEvent
from metrics.selectors.funnels import get_passages
from metrics.services.funnels import check_steps
from metrics.services.ingestion import record_events


class ProductEventSerializer(RowSerializer):
    properties = ObjectField(read_only=True)

    class Meta:
        model = ProductEvent
        fields = ("id", "unit", "name", "happened_at", "properties", "key")
        read_only_fields = fields


class ProductEventFilters(Filters):
    unit = TextFilter()
    name = TextFilter()
    happened_from = InstantFilter(field_name="happened_at", lookup_expr="gte")
    happened_to = InstantFilter(field_name="happened_at", lookup_expr="lt")


class ProductEventViews(ReadViews):
    """What units did in the product; sent in batches."""

    queryset = ProductEvent.objects.all()
    serializer_class = ProductEventSerializer
    filterset_class = ProductEventFilters

    @extend_schema(request=EventBatchSerializer, responses={200: TakenSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        """Take up to 1,000 events, all or none. A key known with the same content changes nothing, else 409."""
        rows = self.read_body(request, EventBatchSerializer)["events"]
        return Response(TakenSerializer(record_events(rows=rows, at=timezone.now())).data)


class FunnelSerializer(RowSerializer):
    steps = serializers.ListField(
        child=serializers.CharField(max_length=80), min_length=2, max_length=10, help_text="Names of events, in order."
    )

    class Meta:
        model = Funnel
        fields = ("id", "key", "name", "steps", "window_seconds", "experiment", "version")

    def validate_steps(self, steps: list[str]) -> list[str]:
        """The steps in order; InvalidInputError where they are no funnel."""
        return check_steps(steps)


class FunnelQuestionSerializer(serializers.Serializer[Any]):
    by = serializers.ChoiceField(choices=[("variant", "Variant")], required=False)

    def get_fields(self) -> dict[str, Any]:
        """Besides `by`, the bounds, one of whose names is a word of the language."""
        moments = {
            "from": AskedInstantField(required=False, help_text="First steps from this instant on."),
            "to": AskedInstantField(required=False, help_text="First steps before this instant."),
        }
        return super().get_fields() | moments


class StepSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    n = serializers.IntegerField(help_text="Units that took the step.")
    of_first = serializers.FloatField(allow_null=True)
    of_previous = serializers.FloatField(allow_null=True)
    dropped = serializers.IntegerField(help_text="Units that took the step before and not this one.")
    median_seconds = serializers.FloatField(allow_null=True, help_text="From the first step.")


class PassageSerializer(serializers.Serializer[Any]):
    arm = serializers.CharField(help_text="The arm's key; empty for all units.")
    label = serializers.CharField()  # type: ignore[assignment]
    n = serializers.IntegerField()
    completed = serializers.IntegerField()
    waiting = serializers.IntegerField(help_text="Not there yet, but still within the window.")
    steps = StepSerializer(many=True)
    median_seconds = serializers.FloatField(allow_null=True, help_text="Of those that arrived.")
    p90_seconds = serializers.FloatField(allow_null=True, help_text="Of those that arrived.")
    estimated_median_seconds = serializers.FloatField(allow_null=True, help_text="Kaplan–Meier, of all.")


class FunnelReportSerializer(FunnelSerializer):
    passages = PassageSerializer(many=True, read_only=True)

    class Meta(FunnelSerializer.Meta):
        fields = (*FunnelSerializer.Meta.fields, "passages")  # type: ignore[assignment]


class FunnelFilters(Filters):
    experiment = ReferenceFilter()


class FunnelViews(CreateViews, UpdateViews):
    """Steps that units take one after the other."""

    queryset = Funnel.objects.all()
    serializer_class = FunnelSerializer
    filterset_class = FunnelFilters
    lookup_field = "key"
    lookup_value_regex = "[-a-zA-Z0-9_]{1,80}"
    action_permissions: ClassVar = {"retrieve": ("metrics.view_funnel", "metrics.view_productevent")}

    def known_parameters(self) -> set[str]:
        """The question's members, where one funnel is read."""
        return {"from", "to", "by"} if self.action == "retrieve" else super().known_parameters()

    @extend_schema(parameters=[FunnelQuestionSerializer], responses={200: FunnelReportSerializer})
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        """The funnel, how far units got, how long it took them and where they dropped off; by variant on request."""
        question = FunnelQuestionSerializer(data=request.query_params)
        question.is_valid(raise_exception=True)
        asked, row = question.validated_data, self.get_object()
        passages = get_passages(
            row, start=asked.get("from"), end=asked.get("to"), at=timezone.now(), by_arm="by" in asked
        )
        answer = self.answer_row(row)
        answer.data["passages"] = PassageSerializer(passages, many=True).data
        return answer

    def update_row(self, row: Funnel, serializer: serializers.BaseSerializer[Any]) -> None:
        """Store the change; the key stays, addresses use it."""
        if serializer.validated_data.get("key", row.key) != row.key:
            raise InvalidInputError("key", "The key never changes: addresses use it.")
        super().update_row(row, serializer)
