"""Playbooks that are carried out on tickets; their steps are read at `run-steps/`."""

from typing import Any, ClassVar

from django.utils import timezone
from django_filters import ChoiceFilter
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.filters import MAX_ID, Filters, ReferenceFilter
from foundation.serializers import RowSerializer, TextField
from foundation.viewsets import ReadViews
from operations.models import Playbook, RunState
from operations.playbooks.gates import Verdict
from support.models import TicketChecklist, Via
from support.services.checklists import complete_step, decide_step, end_checklist, skip_step

MAY_TICK = ("support.change_ticket", "operations.view_playbook")


class TicketChecklistSerializer(RowSerializer):
    playbook = serializers.IntegerField(source="run.playbook_version.playbook_id", read_only=True)
    state = serializers.ChoiceField(choices=RunState.choices, source="run.state", read_only=True)

    class Meta:
        model = TicketChecklist
        fields = ("id", "ticket", "run", "playbook", "state", "added_at", "added_by")
        read_only_fields = fields


class PlaybookChoiceSerializer(serializers.Serializer[Any]):
    playbook = serializers.PrimaryKeyRelatedField(queryset=Playbook.objects.all())


class _StepSerializer(serializers.Serializer[Any]):
    step_id = serializers.IntegerField(min_value=1, max_value=MAX_ID, help_text="The number of the step of the run.")


class TickSerializer(_StepSerializer):
    evidence = TextField(max_length=500, default="", allow_blank=True)


class LeavingOutSerializer(_StepSerializer):
    reason = TextField(max_length=300)


class GateSerializer(_StepSerializer):
    decision = serializers.ChoiceField(choices=Verdict.choices)
    note = TextField(max_length=500, default="", allow_blank=True)


class EndingSerializer(serializers.Serializer[Any]):
    reason = TextField(max_length=300)


class TicketChecklistFilters(Filters):
    ticket = ReferenceFilter()
    run = ReferenceFilter()
    state = ChoiceFilter(field_name="run__state", choices=RunState.choices)


class TicketChecklistViews(ReadViews):
    """Checklists of tickets. What is done to them is an event of the ticket."""

    queryset = TicketChecklist.objects.select_related("run__playbook_version")
    serializer_class = TicketChecklistSerializer
    filterset_class = TicketChecklistFilters
    action_permissions: ClassVar = dict.fromkeys(("complete", "skip", "decide", "end"), MAY_TICK)

    @extend_schema(request=TickSerializer, responses={201: TicketChecklistSerializer})
    @action(detail=True, methods=["post"], url_path="completions")
    def complete(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Tick a step off. 400 while steps it waits for are open, or without the evidence it needs."""
        return self._done(complete_step, self.read_body(request, TickSerializer))

    @extend_schema(request=LeavingOutSerializer, responses={201: TicketChecklistSerializer})
    @action(detail=True, methods=["post"], url_path="skips")
    def skip(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Leave a step out, for a reason. 400 for a required one."""
        return self._done(skip_step, self.read_body(request, LeavingOutSerializer))

    @extend_schema(request=GateSerializer, responses={201: TicketChecklistSerializer})
    @action(detail=True, methods=["post"], url_path="decisions")
    def decide(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Decide a gate. 400 where it is not theirs to decide."""
        return self._done(decide_step, self.read_body(request, GateSerializer))

    @extend_schema(request=EndingSerializer, responses={201: TicketChecklistSerializer})
    @action(detail=True, methods=["post"], url_path="cancellations")
    def end(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Carry it out no further."""
        words, row = self.read_body(request, EndingSerializer), self.get_object()
        end_checklist(checklist_id=row.pk, actor=request.user, at=timezone.now(), via=Via.API, **words)  # type: ignore[arg-type]
        return self.answer_written(row, status=201)

    def _done(self, act: Any, words: dict[str, Any]) -> Response:
        row = self.get_object()
        if not row.run.steps.filter(pk=words["step_id"]).exists():
            raise serializers.ValidationError({"step_id": ["There is no such step on this checklist."]})
        act(ticket_id=row.ticket_id, actor=self.request.user, at=timezone.now(), via=Via.API, **words)
        return self.answer_written(row, status=201)
