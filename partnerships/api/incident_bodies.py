"""The bodies of what can be done to an incident."""

from typing import Any

from rest_framework import serializers

from foundation.serializers import InstantField, TextField
from operations.models import User
from partnerships.models import Audience, Effect, Fault, Incident, IncidentState, Integration, Level, Phase, RoleKind

_WORDS = 10_000


class _BackdatedSerializer(serializers.Serializer[Any]):
    occurred_at = InstantField(
        default=None, allow_null=True, help_text="When it happened, if that was earlier; both instants are kept."
    )


class DeclarationSerializer(serializers.Serializer[Any]):
    title = TextField(max_length=200)
    summary = TextField(max_length=_WORDS, default="", allow_blank=True)
    impact = serializers.ChoiceField(choices=Level.choices, default=Level.MEDIUM.value)
    urgency = serializers.ChoiceField(choices=Level.choices, default=Level.MEDIUM.value)
    integrations = serializers.PrimaryKeyRelatedField(
        queryset=Integration.objects.all(), many=True, default=list, help_text="The first is the main one."
    )
    effect = serializers.ChoiceField(choices=Effect.choices, default=Effect.DOWN.value)
    started_at = InstantField(default=None, allow_null=True)
    detected_at = InstantField(default=None, allow_null=True)
    is_drill = serializers.BooleanField(default=False)


class DetailsSerializer(serializers.Serializer[Any]):
    title = TextField(max_length=200, required=False)
    summary = TextField(max_length=_WORDS, required=False, allow_blank=True)
    started_at = InstantField(required=False, allow_null=True, help_text="When it began; null where nobody knows.")


class StepSerializer(_BackdatedSerializer):
    state = serializers.ChoiceField(choices=IncidentState.choices)
    text = TextField(max_length=_WORDS, default="", allow_blank=True)


class NoteSerializer(_BackdatedSerializer):
    text = TextField(max_length=_WORDS)


class ReasonSerializer(serializers.Serializer[Any]):
    text = TextField(max_length=_WORDS)


class JudgementSerializer(serializers.Serializer[Any]):
    impact = serializers.ChoiceField(choices=Level.choices)
    urgency = serializers.ChoiceField(choices=Level.choices)
    text = TextField(max_length=300, default="", allow_blank=True)


class RoleSerializer(serializers.Serializer[Any]):
    """Null takes the role away."""

    role = serializers.ChoiceField(choices=RoleKind.choices)
    user = serializers.PrimaryKeyRelatedField(queryset=User.objects.all(), allow_null=True)


class AffectionSerializer(_BackdatedSerializer):
    integration = serializers.PrimaryKeyRelatedField(queryset=Integration.objects.all())
    effect = serializers.ChoiceField(choices=Effect.choices, default=Effect.DOWN.value)
    ended_at = InstantField(default=None, allow_null=True)


class RestorationSerializer(_BackdatedSerializer):
    integration = serializers.PrimaryKeyRelatedField(queryset=Integration.objects.all())


class MergeSerializer(serializers.Serializer[Any]):
    into = serializers.PrimaryKeyRelatedField(queryset=Incident.objects.all())


class FaultSerializer(serializers.Serializer[Any]):
    fault = serializers.ChoiceField(choices=Fault.choices)
    text = TextField(max_length=_WORDS, default="", allow_blank=True)


class DraftSerializer(serializers.Serializer[Any]):
    audience = serializers.ChoiceField(choices=Audience.choices)
    phase = serializers.ChoiceField(choices=Phase.choices)
    subject = TextField(max_length=300, default="", allow_blank=True)
    body = TextField(max_length=_WORDS, default="", allow_blank=True)
    recipients = TextField(max_length=_WORDS, default="", allow_blank=True, help_text="One a line, for those outside.")
