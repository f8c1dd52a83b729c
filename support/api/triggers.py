"""Rules by which tickets escalate by themselves, and when they did."""

from typing import Any

from django_filters import ChoiceFilter
from rest_framework import serializers

from foundation.filters import Filters, FlagFilter, InstantFilter, ReferenceFilter
from foundation.serializers import RowSerializer
from foundation.viewsets import EditViews, ReadViews
from support.models import TicketTrigger, TriggerFiring, TriggerKind
from support.services.triggers import MAX_WORD_LENGTH, MAX_WORDS, check_words


class TicketTriggerSerializer(RowSerializer):
    words = serializers.ListField(
        child=serializers.CharField(max_length=MAX_WORD_LENGTH), max_length=MAX_WORDS, required=False
    )

    class Meta:
        model = TicketTrigger
        fields = ("id", "name", "kind", "count", "minutes", "priority", "words", "severity", "is_active", "version")

    def validate_words(self, words: Any) -> list[str]:
        """The words without what stands around them."""
        return check_words(words)


class TicketTriggerFilters(Filters):
    kind = ChoiceFilter(choices=TriggerKind.choices)
    is_active = FlagFilter()


class TicketTriggerViews(EditViews):
    """What escalates a ticket besides a broken promise: reopenings, important customers, priority, words, silence."""

    queryset = TicketTrigger.objects.all()
    serializer_class = TicketTriggerSerializer
    filterset_class = TicketTriggerFilters


class TriggerFiringSerializer(RowSerializer):
    class Meta:
        model = TriggerFiring
        fields = ("id", "trigger", "ticket", "occasion", "at")
        read_only_fields = fields


class TriggerFiringFilters(Filters):
    trigger = ReferenceFilter()
    ticket = ReferenceFilter()
    at_from = InstantFilter(field_name="at", lookup_expr="gte")
    at_to = InstantFilter(field_name="at", lookup_expr="lt")


class TriggerFiringViews(ReadViews):
    """Rules that held for a ticket, each once an occasion."""

    queryset = TriggerFiring.objects.all()
    serializer_class = TriggerFiringSerializer
    filterset_class = TriggerFiringFilters
