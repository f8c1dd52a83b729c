"""What is often done to a ticket in one step."""

from typing import Any

from rest_framework import serializers

from foundation.filters import Filters, FlagFilter, TextFilter
from foundation.serializers import RowSerializer
from foundation.viewsets import EditViews
from support.models import Macro
from support.services.ticket_fields import make_tags


class MacroSerializer(RowSerializer):
    class Meta:
        model = Macro
        fields = (
            *("id", "name", "body", "is_note", "priority", "category", "tags", "playbook", "state", "is_active"),
            "version",
        )

    def validate_tags(self, tags: str) -> str:
        """The tags, if all are such."""
        make_tags(tags.split())
        return " ".join(tags.split())


class MacroFilters(Filters):
    q = TextFilter(field_name="name", lookup_expr="icontains")
    is_active = FlagFilter()


class MacroViews(EditViews):
    """Words, fields, tags and a state that are given together."""

    queryset = Macro.objects.all()
    serializer_class = MacroSerializer
    filterset_class = MacroFilters


class MacroChoiceSerializer(serializers.Serializer[Any]):
    macro = serializers.PrimaryKeyRelatedField(queryset=Macro.objects.all())
