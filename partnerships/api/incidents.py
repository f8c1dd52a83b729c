"""Incidents. They change through the services of the pages, so that each change is an event of the timeline."""

from collections.abc import Callable
from typing import Any, ClassVar, cast

from django.db import transaction
from django.utils import timezone
from django_filters import ChoiceFilter
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.filters import Filters, FlagFilter, InstantFilter, ReferenceFilter, TextFilter
from foundation.serializers import RowSerializer
from foundation.viewsets import CreateViews
from operations.models import User
from partnerships.api.incident_bodies import (
    AffectionSerializer,
    DeclarationSerializer,
    DetailsSerializer,
    DraftSerializer,
    FaultSerializer,
    JudgementSerializer,
    MergeSerializer,
    NoteSerializer,
    ReasonSerializer,
    RestorationSerializer,
    RoleSerializer,
    StepSerializer,
)
from partnerships.api.incident_messages import CommunicationSerializer
from partnerships.api.incident_parts import IncidentEventSerializer
from partnerships.api.post_mortems import PostMortemSerializer
from partnerships.models import Incident, IncidentState, Severity, Tier
from partnerships.services import incidents as services
from partnerships.services.incidents import NewIncident, Said

_ACTIONS = (
    "transition",
    "note",
    "judge",
    "give_role",
    "affect",
    "restore",
    "merge",
    "reopen",
    "judge_fault",
    "start_post_mortem",
    "draft",
)


class IncidentSerializer(RowSerializer):
    class Meta:
        model = Incident
        fields = (
            "id",
            "reference",
            "title",
            "summary",
            "state",
            "severity",
            "impact",
            "urgency",
            "tier",
            "fault",
            "integration",
            "is_automatic",
            "is_drill",
            "started_at",
            "detected_at",
            "opened_at",
            "opened_by",
            "acknowledged_at",
            "acknowledged_by",
            "restored_at",
            "resolved_at",
            "closed_at",
            "update_due_at",
            "external_update_due_at",
            "merged_into",
            "reopen_count",
            "version",
        )
        read_only_fields = fields


class IncidentFilters(Filters):
    q = TextFilter(field_name="title", lookup_expr="icontains")
    state = ChoiceFilter(choices=IncidentState.choices)
    severity = ChoiceFilter(choices=Severity.choices)
    tier = ChoiceFilter(choices=Tier.choices)
    integration = ReferenceFilter()
    partner = ReferenceFilter(field_name="integration__partner")
    merged_into = ReferenceFilter()
    is_automatic = FlagFilter()
    is_drill = FlagFilter()
    opened_from = InstantFilter(field_name="opened_at", lookup_expr="gte")
    opened_to = InstantFilter(field_name="opened_at", lookup_expr="lt")


class IncidentViews(CreateViews):
    """Incidents, from their declaration to their closing."""

    queryset = Incident.objects.all()
    serializer_class = IncidentSerializer
    filterset_class = IncidentFilters
    action_permissions: ClassVar = dict.fromkeys(_ACTIONS, ("partnerships.change_incident",))

    @extend_schema(request=DeclarationSerializer, responses={201: IncidentSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        """Declare an incident."""
        new = NewIncident(**self.read_body(request, DeclarationSerializer))
        return self.answer_written(services.declare_incident(new=new, said=self._said({})), status=201)

    @extend_schema(request=DetailsSerializer, responses=IncidentSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        """Change the title or the summary, or correct when it began."""

        def change(*, incident_id: int, said: Said, **body: Any) -> None:
            if "started_at" in body:
                services.correct_beginning(incident_id=incident_id, started_at=body.pop("started_at"), said=said)
            services.change_details(incident_id=incident_id, said=said, **body)

        return self._do(DetailsSerializer, change, status=200)

    @extend_schema(request=StepSerializer, responses={201: IncidentSerializer})
    @action(detail=True, methods=["post"], url_path="transitions")
    def transition(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Take the incident to another state; 409 names the allowed ones where the rules refuse it."""
        return self._do(StepSerializer, services.change_incident_state)

    @extend_schema(request=NoteSerializer, responses={201: IncidentEventSerializer})
    @action(detail=True, methods=["post"], url_path="notes")
    def note(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Write an entry of the timeline."""
        body = self.read_body(request, NoteSerializer)
        said = self._said(body)
        event = services.add_note(incident_id=self.get_object().pk, said=said, **body)
        return Response(IncidentEventSerializer(event).data, status=201)

    @extend_schema(request=JudgementSerializer, responses={201: IncidentSerializer})
    @action(detail=True, methods=["post"], url_path="judgements")
    def judge(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Judge impact and urgency; the severity follows."""
        return self._do(JudgementSerializer, services.set_severity)

    @extend_schema(request=RoleSerializer, responses={201: IncidentSerializer})
    @action(detail=True, methods=["post"], url_path="role-assignments")
    def give_role(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Give a role to a person, or take it away."""
        return self._do(RoleSerializer, services.assign_role)

    @extend_schema(request=AffectionSerializer, responses={201: IncidentSerializer})
    @action(detail=True, methods=["post"], url_path="affected-integrations")
    def affect(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Enter an integration that is or was affected."""
        return self._do(AffectionSerializer, services.add_affected)

    @extend_schema(request=RestorationSerializer, responses={201: IncidentSerializer})
    @action(detail=True, methods=["post"], url_path="restored-integrations")
    def restore(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """End the open period of an integration."""
        return self._do(RestorationSerializer, services.close_affected)

    @extend_schema(request=MergeSerializer, responses={201: IncidentSerializer})
    @action(detail=True, methods=["post"], url_path="merges")
    def merge(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Close the incident as a part of another one, which goes on; the answer is this one."""

        def merge(*, incident_id: int, into: Incident, said: Said) -> Incident:
            return services.merge_incidents(incident_id=incident_id, into_id=into.pk, said=said)

        return self._do(MergeSerializer, merge)

    @extend_schema(request=ReasonSerializer, responses={201: IncidentSerializer})
    @action(detail=True, methods=["post"], url_path="reopenings")
    def reopen(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Work on an incident again that was over."""
        return self._do(ReasonSerializer, services.reopen_incident)

    @extend_schema(request=FaultSerializer, responses={201: IncidentSerializer})
    @action(detail=True, methods=["post"], url_path="faults")
    def judge_fault(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Judge whose trouble it was."""
        return self._do(FaultSerializer, services.set_fault)

    @extend_schema(request=DraftSerializer, responses={201: CommunicationSerializer})
    @action(detail=True, methods=["post"], url_path="communications")
    def draft(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Draft a message; empty words are taken from the template."""
        new = services.NewCommunication(**self.read_body(request, DraftSerializer))
        draft = services.draft_communication(incident_id=self.get_object().pk, new=new, said=self._said({}))
        return Response(CommunicationSerializer(draft).data, status=201)

    @extend_schema(request=None, responses={201: PostMortemSerializer})
    @action(detail=True, methods=["post"], url_path="post-mortems")
    def start_post_mortem(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Begin its post-mortem, or find the one that there is."""
        self.read_body(request, serializers.Serializer)
        found = services.start_post_mortem(incident_id=self.get_object().pk, said=self._said({}))
        return Response(PostMortemSerializer(found).data, status=201)

    def _do(
        self, body_class: type[serializers.Serializer[Any]], act: Callable[..., object], *, status: int = 201
    ) -> Response:
        """Hand the body to the service under the row's lock, once If-Match agrees; the answer is the incident then."""
        body = self.read_body(self.request, body_class)
        said = self._said(body)
        with transaction.atomic():
            incident = self.locked_row()
            act(incident_id=incident.pk, said=said, **body)
        return self.answer_written(incident, status=status)

    def _said(self, body: dict[str, Any]) -> Said:
        """Who says it and when; takes the instant of the happening out of the body."""
        return Said(timezone.now(), cast("User", self.request.user), occurred_at=body.pop("occurred_at", None))
