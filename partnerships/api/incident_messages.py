"""Messages about incidents, and the templates that they begin with."""

from typing import Any, ClassVar, cast

from django.utils import timezone
from django_filters import ChoiceFilter
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.filters import Filters, ReferenceFilter
from foundation.serializers import RowSerializer
from foundation.viewsets import CreateViews, ReadViews, UpdateViews
from operations.models import User
from partnerships.models import Audience, Communication, CommunicationState, CommunicationTemplate, Phase
from partnerships.services.incidents import (
    Said,
    approve_communication,
    send_communication,
    withdraw_communication,
)


class CommunicationTemplateSerializer(RowSerializer):
    class Meta:
        model = CommunicationTemplate
        fields = ("id", "audience", "phase", "subject", "body", "version")
        extra_kwargs: ClassVar = {"body": {"max_length": 10_000}}


class CommunicationTemplateFilters(Filters):
    audience = ChoiceFilter(choices=Audience.choices)
    phase = ChoiceFilter(choices=Phase.choices)


class CommunicationTemplateViews(CreateViews, UpdateViews):
    """Words for an audience and a phase, with {placeholders}."""

    queryset = CommunicationTemplate.objects.all()
    serializer_class = CommunicationTemplateSerializer
    filterset_class = CommunicationTemplateFilters


class CommunicationSerializer(RowSerializer):
    class Meta:
        model = Communication
        fields = (
            "id",
            "incident",
            "audience",
            "phase",
            "state",
            "subject",
            "body",
            "recipients",
            "mailed_to",
            "drafted_at",
            "drafted_by",
            "approved_at",
            "approved_by",
            "sent_at",
            "sent_by",
            "version",
        )
        read_only_fields = fields


class CommunicationFilters(Filters):
    incident = ReferenceFilter()
    audience = ChoiceFilter(choices=Audience.choices)
    phase = ChoiceFilter(choices=Phase.choices)
    state = ChoiceFilter(choices=CommunicationState.choices)


class CommunicationViews(ReadViews):
    """Messages about incidents: drafted, approved by somebody else, sent."""

    queryset = Communication.objects.all()
    serializer_class = CommunicationSerializer
    filterset_class = CommunicationFilters
    action_permissions: ClassVar = dict.fromkeys(
        ("approve", "send", "withdraw"), ("partnerships.change_communication",)
    )

    @extend_schema(request=None, responses={201: CommunicationSerializer})
    @action(detail=True, methods=["post"], url_path="approvals")
    def approve(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Approve a draft of somebody else."""
        return self._step(approve_communication)

    @extend_schema(request=None, responses={201: CommunicationSerializer})
    @action(detail=True, methods=["post"], url_path="sendings")
    def send(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Send the approved message, once."""
        return self._step(send_communication)

    @extend_schema(request=None, responses={201: CommunicationSerializer})
    @action(detail=True, methods=["post"], url_path="withdrawals")
    def withdraw(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Give the message up."""
        return self._step(withdraw_communication)

    def _step(self, act: Any) -> Response:
        self.read_body(self.request, serializers.Serializer)
        said = Said(timezone.now(), cast("User", self.request.user))
        return self.answer_written(act(communication_id=self.get_object().pk, said=said), status=201)
