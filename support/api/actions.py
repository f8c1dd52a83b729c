"""The bodies of what can be done to a ticket."""

from typing import Any

from rest_framework import serializers

from foundation.filters import MAX_ID
from foundation.serializers import InstantField
from operations.models import User
from support.api.files import WithFilesSerializer
from support.models import Customer, Priority, Team, TicketState
from support.services.ticket_fields import MAX_TAGS

_WORDS = 20_000
TAG = r"^[a-z0-9]+(-[a-z0-9]+)*$"


class TagsField(serializers.ListField):
    """Tags by name; new ones are made."""

    child = serializers.RegexField(TAG, max_length=60)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_TAGS, **kwargs)


class OpeningSerializer(serializers.Serializer[Any]):
    subject = serializers.CharField(max_length=300)
    body = serializers.CharField(max_length=_WORDS, default="", allow_blank=True)
    priority = serializers.ChoiceField(choices=Priority.choices, default=Priority.NORMAL.value)
    category = serializers.CharField(max_length=120, default="", allow_blank=True)
    channel = serializers.CharField(max_length=60, default="", allow_blank=True)
    product = serializers.CharField(max_length=120, default="", allow_blank=True)
    integration = serializers.SlugField(max_length=120, default="", allow_blank=True)
    incident = serializers.IntegerField(min_value=1, max_value=MAX_ID, default=None, allow_null=True)
    tags = TagsField(default=list)
    customer = serializers.PrimaryKeyRelatedField(queryset=Customer.objects.all(), default=None, allow_null=True)
    team = serializers.PrimaryKeyRelatedField(queryset=Team.objects.all(), default=None, allow_null=True)
    assignee = serializers.PrimaryKeyRelatedField(queryset=User.objects.all(), default=None, allow_null=True)


class FieldsSerializer(serializers.Serializer[Any]):
    subject = serializers.CharField(max_length=300, required=False)
    priority = serializers.ChoiceField(choices=Priority.choices, required=False)
    category = serializers.CharField(max_length=120, required=False, allow_blank=True)
    channel = serializers.CharField(max_length=60, required=False, allow_blank=True)
    product = serializers.CharField(max_length=120, required=False, allow_blank=True)
    integration = serializers.SlugField(max_length=120, required=False, allow_blank=True)
    incident = serializers.IntegerField(min_value=1, max_value=MAX_ID, required=False, allow_null=True)
    tags = TagsField(required=False, help_text="All that it has then.")
    customer = serializers.PrimaryKeyRelatedField(queryset=Customer.objects.all(), required=False, allow_null=True)


class TransitionSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=TicketState.choices)
    reason = serializers.CharField(
        max_length=300, default="", allow_blank=True, help_text="What a ticket on hold waits for, or the root cause."
    )
    category = serializers.CharField(max_length=120, default="", allow_blank=True, help_text="The cause; to solve.")
    wake_at = InstantField(default=None, allow_null=True, help_text="When a ticket on hold comes back.")
    into = serializers.IntegerField(
        min_value=1,
        max_value=MAX_ID,
        default=None,
        allow_null=True,
        help_text="The ticket in which a merged one goes on.",
    )


class AssignmentSerializer(serializers.Serializer[Any]):
    """Whoever is left out stays; null takes the ticket away."""

    assignee = serializers.PrimaryKeyRelatedField(queryset=User.objects.all(), required=False, allow_null=True)
    team = serializers.PrimaryKeyRelatedField(queryset=Team.objects.all(), required=False, allow_null=True)


class WordsSerializer(WithFilesSerializer):
    body = serializers.CharField(max_length=_WORDS)


class ReplySerializer(WordsSerializer):
    seen = serializers.IntegerField(
        min_value=0,
        max_value=MAX_ID,
        required=False,
        help_text="The newest event that was read; 409 `newer_messages` where others wrote since.",
    )


class HelpSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=2000)
    is_critical = serializers.BooleanField(default=False, help_text="Also at night: nobody waits for opening hours.")


class RaisedSerializer(serializers.Serializer[Any]):
    escalation = serializers.IntegerField(source="pk")


class CustomerMessageSerializer(WordsSerializer):
    no_reply_needed = serializers.BooleanField(default=False, help_text="A thank-you: the ticket stays as it is.")
