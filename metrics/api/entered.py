"""Values that are typed in or pushed by tools."""

from typing import Any, ClassVar

from django.db import transaction
from django.utils import timezone
from django_filters import DateFilter
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.filters import Filters, ReferenceFilter, TextFilter
from foundation.serializers import RowSerializer
from foundation.viewsets import CreateViews
from metrics.models import EnteredValue
from metrics.services.entered import NewEntry, enter_value


class EnteredValueSerializer(RowSerializer):
    class Meta:
        model = EnteredValue
        fields = (
            "id",
            "metric",
            "happened_on",
            "part",
            "value",
            "evidence",
            "key",
            "entered_by",
            "entered_at",
            "supersedes",
        )
        read_only_fields = ("entered_by", "entered_at", "supersedes")
        validators: ClassVar[list[Any]] = []  # The service's.

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The members; whether the key was used before is the service's to judge, which knows what for."""
        super().validate({**attrs, "key": ""})
        return attrs


class EnteredValueFilters(Filters):
    metric = ReferenceFilter()
    part = TextFilter()
    key = TextFilter()
    happened_from = DateFilter(field_name="happened_on", lookup_expr="gte")
    happened_to = DateFilter(field_name="happened_on", lookup_expr="lt")


class EnteredValueViews(CreateViews):
    """Values of entered metrics by day. Append-only: entering a day again corrects it, and both stay on record."""

    queryset = EnteredValue.objects.all()
    serializer_class = EnteredValueSerializer
    filterset_class = EnteredValueFilters

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        """A new value; 200 with the stored one where its `key` was already used for the same content, else 409."""
        serializer = self.get_serializer(data=request.data)
        with transaction.atomic():
            serializer.is_valid(raise_exception=True)
            entry = enter_value(new=NewEntry(**serializer.validated_data), by=request.user, at=timezone.now())
        return self.answer_written(entry.row, status=201 if entry.is_new else 200)
