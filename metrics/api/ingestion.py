"""Bodies of the calls that tools feed experiments with: rows in a list, each with the key its sender gave it."""

from typing import Any

from rest_framework import serializers

from foundation.errors import InvalidInputError
from foundation.serializers import InstantField, NumberField, ObjectField, TextField, refuse_unknown_members
from metrics.services.ingestion import LIMIT


class _RowSerializer(serializers.Serializer[Any]):
    unit = TextField(max_length=120)
    at = InstantField()
    key = TextField(max_length=120, help_text="Sent again with the same content, it is stored once.")

    def to_internal_value(self, data: Any) -> Any:
        """The row; a misspelt member is refused, for an outcome without its value would count as 1."""
        refuse_unknown_members(data, self.fields)
        return super().to_internal_value(data)


class ExposureRowSerializer(_RowSerializer):
    arm = TextField(max_length=40, required=False, help_text="Its key; without it the assigned one.")


class ExposureBatchSerializer(serializers.Serializer[Any]):
    exposures = ExposureRowSerializer(many=True, min_length=1, max_length=LIMIT)  # type: ignore[call-arg]


class OutcomeRowSerializer(_RowSerializer):
    name = TextField(max_length=80)
    value = NumberField(default=1.0, min_value=-1e15, max_value=1e15)
    denominator = NumberField(required=False, allow_null=True, min_value=-1e15, max_value=1e15)


class OutcomeBatchSerializer(serializers.Serializer[Any]):
    outcomes = OutcomeRowSerializer(many=True, min_length=1, max_length=LIMIT)  # type: ignore[call-arg]


class EventRowSerializer(_RowSerializer):
    name = TextField(max_length=80)
    properties = ObjectField(required=False)


class EventBatchSerializer(serializers.Serializer[Any]):
    events = EventRowSerializer(many=True, min_length=1, max_length=LIMIT)  # type: ignore[call-arg]


class TakenSerializer(serializers.Serializer[Any]):
    stored = serializers.IntegerField(help_text="Rows that were new.")
    known = serializers.IntegerField(help_text="Rows that were stored before, with the same content.")


class AssignmentQuestionSerializer(serializers.Serializer[Any]):
    unit = TextField(max_length=120, required=False)
    units = serializers.ListField(child=TextField(max_length=120), required=False, min_length=1, max_length=LIMIT)


class AssignedSerializer(serializers.Serializer[Any]):
    unit = TextField()
    arm = TextField(help_text="The arm's key.")
    assigned_at = InstantField()


class AssignedListSerializer(serializers.Serializer[Any]):
    results = AssignedSerializer(many=True)


def read_units(body: dict[str, Any]) -> list[str]:
    """The units asked about; InvalidInputError unless exactly one of the two members is given."""
    if ("unit" in body) == ("units" in body):
        raise InvalidInputError("unit", "Give either a unit or a list of units.")
    return [body["unit"]] if "unit" in body else list(body["units"])
