"""Escalations: what was raised, how it climbs, and what people do about it."""

from typing import Any, ClassVar, cast

from django.utils import timezone
from django_filters import ChoiceFilter
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.etags import check_if_match
from foundation.filters import Filters, FlagFilter, InstantFilter, ReferenceFilter, TextFilter
from foundation.serializers import DayField, InstantField, RowSerializer
from foundation.viewsets import ReadViews
from operations.models import (
    Escalation,
    EscalationEvent,
    EscalationEventKind,
    EscalationKind,
    EscalationPolicy,
    EscalationRun,
    EscalationState,
    EscalationTrigger,
    RunStatus,
    Severity,
    User,
)
from operations.services import escalation_actions as act
from operations.services.escalations import NewEscalation, raise_by_hand

_WORDS = 5000
_ACTIONS = ("acknowledge", "take", "snooze", "decline", "decide", "resolve", "close")


class EscalationSerializer(RowSerializer):
    class Meta:
        model = Escalation
        fields = (
            *("id", "kind", "subject", "title", "reason", "url", "severity", "state", "owner"),
            *("raised_at", "raised_by", "acknowledged_at", "acknowledged_by", "decision", "due_on", "follow_up_on"),
            *("decided_at", "decided_by", "ended_at", "version"),
        )
        read_only_fields = fields


class EscalationFilters(Filters):
    q = TextFilter(field_name="title", lookup_expr="icontains")
    subject = TextFilter()
    kind = ChoiceFilter(choices=EscalationKind.choices)
    state = ChoiceFilter(choices=EscalationState.choices)
    severity = ChoiceFilter(choices=Severity.choices)
    owner = ReferenceFilter()
    is_open = FlagFilter(field_name="ended_at", lookup_expr="isnull")
    raised_from = InstantFilter(field_name="raised_at", lookup_expr="gte")
    raised_to = InstantFilter(field_name="raised_at", lookup_expr="lt")


class RaiseSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=EscalationKind.choices)
    subject = serializers.CharField(max_length=120)
    title = serializers.CharField(max_length=200)
    reason = serializers.CharField(max_length=_WORDS)
    url = serializers.CharField(max_length=500, default="", allow_blank=True)
    severity = serializers.ChoiceField(choices=Severity.choices, default=Severity.NORMAL.value)
    policy = serializers.PrimaryKeyRelatedField(queryset=EscalationPolicy.objects.all(), default=None, allow_null=True)
    owner = serializers.PrimaryKeyRelatedField(queryset=User.objects.all(), default=None, allow_null=True)


class EmptySerializer(serializers.Serializer[Any]):
    """Nothing has to be said."""


class ReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=_WORDS)


class SnoozeSerializer(ReasonSerializer):
    until = InstantField()


class NoteSerializer(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=_WORDS)


class DecisionSerializer(serializers.Serializer[Any]):
    decision = serializers.CharField(max_length=_WORDS)
    owner = serializers.PrimaryKeyRelatedField(queryset=User.objects.all())
    due_on = DayField()
    follow_up_on = DayField()


class ClosingSerializer(serializers.Serializer[Any]):
    """A decision, whole; or nothing, where it was made before."""

    decision = serializers.CharField(max_length=_WORDS, default="", allow_blank=True)
    owner = serializers.PrimaryKeyRelatedField(queryset=User.objects.all(), default=None, allow_null=True)
    due_on = DayField(default=None, allow_null=True)
    follow_up_on = DayField(default=None, allow_null=True)


def _decision(given: dict[str, Any]) -> act.Decision:
    owner = given["owner"]
    return act.Decision(given["decision"], owner.pk if owner else None, given["due_on"], given["follow_up_on"])


class EscalationViews(ReadViews):
    """Matters that somebody has to answer for. They change by what is done to them."""

    queryset = Escalation.objects.all()
    serializer_class = EscalationSerializer
    filterset_class = EscalationFilters
    action_permissions: ClassVar = {
        "raise_matter": ("operations.add_escalation",),
        **dict.fromkeys(_ACTIONS, ("operations.change_escalation",)),
    }

    @extend_schema(request=RaiseSerializer, responses={201: EscalationSerializer})
    @action(detail=False, methods=["post"], url_path="raise")
    def raise_matter(self, request: Request) -> Response:
        """Raise a matter; while one of this subject and kind is open, that one is told of it and answered."""
        given = self.read_body(request, RaiseSerializer)
        owner = given.pop("owner")
        new = NewEscalation(**{**given, "kind": EscalationKind(given["kind"])}, owner_id=owner.pk if owner else None)
        raised = raise_by_hand(new=new, at=timezone.now(), by=cast("User", request.user))
        return self.answer_written(raised, status=201)

    @extend_schema(request=EmptySerializer, responses={200: EscalationSerializer})
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Look after it: it stops climbing."""
        self.read_body(request, EmptySerializer)
        return self.answer_written(act.acknowledge_escalation(**self._who()))

    @extend_schema(request=EmptySerializer, responses={200: EscalationSerializer})
    @action(detail=True, methods=["post"])
    def take(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Own it and work on it."""
        self.read_body(request, EmptySerializer)
        return self.answer_written(act.take_escalation(**self._who()))

    @extend_schema(request=SnoozeSerializer, responses={200: EscalationSerializer})
    @action(detail=True, methods=["post"])
    def snooze(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Have nothing due before an instant within the next seven days."""
        given = self.read_body(request, SnoozeSerializer)
        return self.answer_written(act.snooze_escalation(**given, **self._who()))

    @extend_schema(request=ReasonSerializer, responses={200: EscalationSerializer})
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Hand it to the level below."""
        given = self.read_body(request, ReasonSerializer)
        return self.answer_written(act.decline_escalation(**given, **self._who()))

    @extend_schema(request=DecisionSerializer, responses={200: EscalationSerializer})
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Write down what was decided, who does it until when, and when it is checked."""
        decision = _decision(self.read_body(request, DecisionSerializer))
        return self.answer_written(act.decide_escalation(decision=decision, **self._who()))

    @extend_schema(request=NoteSerializer, responses={200: EscalationSerializer})
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """The matter is over."""
        given = self.read_body(request, NoteSerializer)
        return self.answer_written(act.resolve_escalation(**given, **self._who()))

    @extend_schema(request=ClosingSerializer, responses={200: EscalationSerializer})
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Nothing is left to do; needs a whole decision, made before or given here."""
        given = self.read_body(request, ClosingSerializer)
        decision = _decision(given) if any(given.values()) else None
        return self.answer_written(act.close_escalation(decision=decision, **self._who()))

    def _who(self) -> dict[str, Any]:
        """Which escalation, at which version if one is asked for, who acts, and when."""
        row = self.get_object()
        check_if_match(self.request, row)
        version = row.version if "If-Match" in self.request.headers else None
        return {"escalation_id": row.pk, "version": version, "by": self.request.user, "at": timezone.now()}


class EscalationRunSerializer(RowSerializer):
    class Meta:
        model = EscalationRun
        fields = (
            *("id", "escalation", "policy", "policy_snapshot", "status", "level", "loop", "next_level", "next_loop"),
            *("reached_level", "step_count", "next_due_at", "version"),
        )
        read_only_fields = fields


class EscalationRunFilters(Filters):
    escalation = ReferenceFilter()
    status = ChoiceFilter(choices=RunStatus.choices)


class EscalationRunViews(ReadViews):
    """How escalations climb: the policy frozen at the start, where each stands, and when its next step is due."""

    queryset = EscalationRun.objects.all()
    serializer_class = EscalationRunSerializer
    filterset_class = EscalationRunFilters


class EscalationEventSerializer(RowSerializer):
    class Meta:
        model = EscalationEvent
        fields = ("id", "escalation", "kind", "at", "actor", "level", "loop", "text", "details")
        read_only_fields = fields


class EscalationEventFilters(Filters):
    escalation = ReferenceFilter()
    kind = ChoiceFilter(choices=EscalationEventKind.choices)
    at_from = InstantFilter(field_name="at", lookup_expr="gte")
    at_to = InstantFilter(field_name="at", lookup_expr="lt")


class EscalationEventViews(ReadViews):
    """What happened to escalations; append-only."""

    queryset = EscalationEvent.objects.all()
    serializer_class = EscalationEventSerializer
    filterset_class = EscalationEventFilters


class EscalationTriggerSerializer(RowSerializer):
    class Meta:
        model = EscalationTrigger
        fields = ("id", "escalation", "at", "actor", "title", "reason", "url", "severity")
        read_only_fields = fields


class EscalationTriggerFilters(Filters):
    escalation = ReferenceFilter()


class EscalationTriggerViews(ReadViews):
    """Each occasion on which a matter was raised; append-only."""

    queryset = EscalationTrigger.objects.all()
    serializer_class = EscalationTriggerSerializer
    filterset_class = EscalationTriggerFilters
