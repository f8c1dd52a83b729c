"""The bodies of what can be done to an insight, and the rows of what customers need."""

from typing import Any

from rest_framework import serializers

from foundation.serializers import TextField
from operations.models import User
from support.models import InsightKind, InsightState, Ticket
from support.services.insights import MOST_TICKETS

_TICKETS: Any = {"queryset": Ticket.objects.all(), "many": True}


class _Owned(serializers.Serializer[Any]):
    product = serializers.CharField(max_length=120, default="", allow_blank=True)
    owner = serializers.PrimaryKeyRelatedField(queryset=User.objects.all(), default=None, allow_null=True)


class NewInsightSerializer(_Owned):
    statement = serializers.CharField(max_length=300)
    kind = serializers.ChoiceField(choices=InsightKind.choices, default=InsightKind.UNSORTED.value)
    cause = serializers.CharField(max_length=120, default="", allow_blank=True, help_text="Code of the cause.")
    tickets = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), default=list, max_length=MOST_TICKETS
    )


class InsightChangeSerializer(serializers.Serializer[Any]):
    statement = serializers.CharField(max_length=300, required=False)
    kind = serializers.ChoiceField(choices=InsightKind.choices, required=False)
    cause = serializers.CharField(max_length=120, required=False, allow_blank=True)
    product = serializers.CharField(max_length=120, required=False, allow_blank=True)
    owner = serializers.PrimaryKeyRelatedField(queryset=User.objects.all(), required=False, allow_null=True)


class TransitionSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=InsightState.choices)
    reason = TextField(max_length=500, default="", allow_blank=True, help_text="To dismiss it.")


class EvidenceSerializer(serializers.Serializer[Any]):
    tickets = serializers.PrimaryKeyRelatedField(allow_empty=False, **_TICKETS)


class EvidenceCountSerializer(serializers.Serializer[Any]):
    added = serializers.IntegerField(min_value=0)


class RemovalSerializer(serializers.Serializer[Any]):
    ticket = serializers.PrimaryKeyRelatedField(queryset=Ticket.objects.all())


class InformSerializer(serializers.Serializer[Any]):
    body = serializers.CharField(max_length=20_000)


class NeedSerializer(serializers.Serializer[Any]):
    """One need with its weight; revenue in the smallest unit of the organisation's currency."""

    insight = serializers.IntegerField(source="insight.pk")
    statement = serializers.CharField(source="insight.statement")
    kind = serializers.CharField(source="insight.kind")
    state = serializers.CharField(source="insight.state")
    cause = serializers.CharField(source="insight.cause")
    product = serializers.CharField(source="insight.product")
    customers = serializers.IntegerField()
    tickets = serializers.IntegerField()
    recent = serializers.IntegerField(help_text="Tickets of the last 14 days, or of INSIGHT_DAYS.")
    minutes = serializers.IntegerField(help_text="Business minutes that we worked on them.")
    revenue_minor = serializers.IntegerField(allow_null=True)
    rate = serializers.FloatField(allow_null=True)
    rate_per = serializers.CharField()
