"""What probes elsewhere saw: services post it, and it corroborates what we measured."""

from typing import Any, ClassVar, cast

from django.db import transaction
from django.utils import timezone
from django_filters import ChoiceFilter
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.filters import Filters, InstantFilter, ReferenceFilter, TextFilter
from foundation.serializers import RowSerializer
from foundation.viewsets import CreateViews
from operations.models import User
from partnerships.models import Outcome, VantageResult
from partnerships.services.vantage import Sighting, record_sighting


class VantageResultSerializer(RowSerializer):
    class Meta:
        model = VantageResult
        fields = (
            "id",
            "health_check",
            "probe",
            "observed_at",
            "outcome",
            "reason",
            "detail",
            "recorded_by",
            "recorded_at",
        )
        read_only_fields = ("recorded_by", "recorded_at")
        validators: ClassVar[list[Any]] = []  # The service's.

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The members; whether the probe has told of that instant before is the service's to judge."""
        return attrs


class VantageResultFilters(Filters):
    health_check = ReferenceFilter()
    probe = TextFilter()
    outcome = ChoiceFilter(choices=Outcome.choices)
    observed_from = InstantFilter(field_name="observed_at", lookup_expr="gte")
    observed_to = InstantFilter(field_name="observed_at", lookup_expr="lt")


class VantageResultViews(CreateViews):
    """What probes elsewhere saw. It decides no state and counts for no uptime."""

    queryset = VantageResult.objects.all()
    serializer_class = VantageResultSerializer
    filterset_class = VantageResultFilters

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        """A new sighting; 200 with the stored one where the probe has told of this instant before."""
        serializer = self.get_serializer(data=request.data)
        with transaction.atomic():
            serializer.is_valid(raise_exception=True)
            told = dict(serializer.validated_data)
            seen = Sighting(check=told.pop("health_check"), **told)
            row, is_new = record_sighting(seen=seen, by=cast("User", request.user), at=timezone.now())
        return self.answer_written(row, status=201 if is_new else 200)
