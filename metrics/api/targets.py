"""Targets: where metrics are to go, and by when."""

from typing import Any

from django.utils import timezone
from django_filters import ChoiceFilter
from rest_framework import serializers

from foundation.filters import Filters, ReferenceFilter, TextFilter
from foundation.serializers import DayField, NumberField, RowSerializer
from foundation.viewsets import CreateViews
from metrics.models import Target, TargetShape
from metrics.services.targets import NewTarget, set_target, take_last_month


class MilestoneSerializer(serializers.Serializer[Any]):
    day = DayField()
    value = NumberField()


class TargetSerializer(RowSerializer):
    take_last_month = serializers.BooleanField(
        write_only=True,
        default=False,
        help_text="Take the last complete month's stored value, n and revision as the baseline.",
    )
    milestones = MilestoneSerializer(many=True, required=False)

    class Meta:
        model = Target
        fields = (
            "id",
            "metric",
            "segment",
            "shape",
            "take_last_month",
            "baseline_value",
            "baseline_note",
            "baseline_evidence",
            "target_value",
            "upper_value",
            "start_on",
            "due_on",
            "milestones",
            "reason",
            "set_by",
            "set_at",
            "supersedes",
        )
        read_only_fields = ("baseline_evidence", "set_by", "set_at", "supersedes")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The members, milestones as they are stored, the baseline taken from the last month where that is asked."""
        attrs["milestones"] = [
            {"day": one["day"].isoformat(), "value": one["value"]} for one in attrs.get("milestones", [])
        ]
        if attrs.pop("take_last_month"):
            frozen = take_last_month(attrs["metric"], segment=attrs.get("segment", ""), at=timezone.now())
            attrs |= vars(frozen)
        return super().validate(attrs)


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
