"""Playbooks, their versions, and the runs that carry them out."""

from typing import Any, ClassVar, cast

from django.utils import timezone
from django_filters import ChoiceFilter, DateFilter
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.filters import Filters, FlagFilter, ReferenceFilter, TextFilter
from foundation.serializers import DayField, ObjectField, RowSerializer, TextField
from foundation.viewsets import CreateViews, ReadViews, UpdateViews
from operations.models import (
    BusinessCalendar,
    GateCheck,
    Playbook,
    PlaybookKind,
    PlaybookRun,
    PlaybookStep,
    PlaybookVersion,
    RunState,
    RunStep,
    StepState,
    User,
    VersionState,
)
from operations.playbooks.gates import Verdict
from operations.services.playbook_runs import (
    NewRun,
    cancel_playbook_run,
    complete_run_step,
    decide_gate,
    move_run_anchor,
    skip_run_step,
    start_playbook_run,
)
from operations.services.playbooks import draft_playbook_version, publish_playbook_version, retire_playbook_version

MAX_ID = 2**63 - 1
_STEP_FACTS = (
    "key",
    "position",
    "phase",
    "title",
    "owner_role",
    "offset_days",
    "after_key",
    "waits_for",
    "is_required",
    "is_evidence_required",
    "is_gate",
    "conditions",
    "help_url",
)


class PlaybookSerializer(RowSerializer):
    class Meta:
        model = Playbook
        fields = ("id", "key", "name", "kind", "purpose", "owner", "version")


class PlaybookVersionSerializer(RowSerializer):
    class Meta:
        model = PlaybookVersion
        fields = (
            "id",
            "playbook",
            "number",
            "state",
            "notes",
            "created_at",
            "created_by",
            "published_at",
            "published_by",
        )
        read_only_fields = fields


class PlaybookStepSerializer(RowSerializer):
    class Meta:
        model = PlaybookStep
        fields = ("id", "playbook_version", *_STEP_FACTS)
        read_only_fields = fields


class DraftSerializer(serializers.Serializer[Any]):
    notes = TextField(max_length=300, default="", allow_blank=True)
    steps = serializers.ListField(
        child=ObjectField(), min_length=1, max_length=200, help_text="In order; members as of a step that is read."
    )


class PlaybookRunSerializer(RowSerializer):
    class Meta:
        model = PlaybookRun
        fields = (
            "id",
            "playbook_version",
            "name",
            "subject",
            "anchor_on",
            "calendar",
            "people",
            "state",
            "started_at",
            "started_by",
            "ended_at",
            "ended_by",
            "end_reason",
            "version",
        )
        read_only_fields = fields


class NewRunSerializer(serializers.Serializer[Any]):
    name = TextField(max_length=150)
    subject = TextField(max_length=120, default="", allow_blank=True)
    anchor_on = DayField()
    calendar = serializers.PrimaryKeyRelatedField(
        queryset=BusinessCalendar.objects.all(), default=None, allow_null=True
    )
    people = ObjectField(required=False, help_text="Who has which role: the role's name and the person's number.")

    def validate_people(self, given: dict[str, Any]) -> dict[str, int]:
        """Whole numbers by role."""
        for number in given.values():
            if isinstance(number, bool) or not isinstance(number, int) or not 0 < number <= MAX_ID:
                raise serializers.ValidationError("Each is the number of a person.")
        return given


class AnchorSerializer(serializers.Serializer[Any]):
    anchor_on = DayField()


class ReasonSerializer(serializers.Serializer[Any]):
    reason = TextField(max_length=300)


class EvidenceSerializer(serializers.Serializer[Any]):
    evidence = TextField(max_length=500, default="", allow_blank=True)


class DecisionSerializer(serializers.Serializer[Any]):
    decision = serializers.ChoiceField(choices=Verdict.choices)
    note = TextField(max_length=500, default="", allow_blank=True)


class RunStepSerializer(RowSerializer):
    class Meta:
        model = RunStep
        fields = (
            "id",
            "run",
            *_STEP_FACTS,
            "owner",
            "due_on",
            "state",
            "done_at",
            "done_by",
            "evidence",
            "skip_reason",
        )
        read_only_fields = fields


class GateCheckSerializer(RowSerializer):
    class Meta:
        model = GateCheck
        fields = ("id", "step", "decided_at", "decided_by", "decision", "verdict", "snapshot", "note")
        read_only_fields = fields


class PlaybookFilters(Filters):
    q = TextFilter(field_name="name", lookup_expr="icontains")
    kind = ChoiceFilter(choices=PlaybookKind.choices)


class PlaybookViews(CreateViews, UpdateViews):
    """Ways of doing something again and again."""

    queryset = Playbook.objects.all()
    serializer_class = PlaybookSerializer
    filterset_class = PlaybookFilters
    action_permissions: ClassVar = {"draft": ("operations.change_playbook",)}

    @extend_schema(request=DraftSerializer, responses={201: PlaybookVersionSerializer})
    @action(detail=True, methods=["post"], url_path="drafts")
    def draft(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """A new version as a draft, with all its steps. 400 where steps wait for each other in a circle."""
        words = self.read_body(request, DraftSerializer)
        made = draft_playbook_version(
            playbook_id=self.get_object().pk, by=cast("User", request.user), at=timezone.now(), **words
        )
        return Response(PlaybookVersionSerializer(made).data, status=201)


class PlaybookVersionFilters(Filters):
    playbook = ReferenceFilter()
    state = ChoiceFilter(choices=VersionState.choices)


class PlaybookVersionViews(ReadViews):
    """Editions of playbooks. A published one never changes."""

    queryset = PlaybookVersion.objects.all()
    serializer_class = PlaybookVersionSerializer
    filterset_class = PlaybookVersionFilters
    action_permissions: ClassVar = {
        "publish": ("operations.change_playbook",),
        "retire": ("operations.change_playbook",),
        "start_run": ("operations.add_playbookrun",),
    }

    @extend_schema(request=NewRunSerializer, responses={201: PlaybookRunSerializer})
    @action(detail=True, methods=["post"], url_path="runs")
    def start_run(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Begin a run with a copy of the steps. 400 unless the version is published."""
        words = self.read_body(request, NewRunSerializer)
        calendar = words.pop("calendar")
        new = NewRun(version_id=self.get_object().pk, calendar_id=calendar.pk if calendar else None, **words)
        run = start_playbook_run(new=new, by=cast("User", request.user), at=timezone.now())
        return Response(PlaybookRunSerializer(run).data, status=201)

    @extend_schema(request=None, responses={201: PlaybookVersionSerializer})
    @action(detail=True, methods=["post"], url_path="publications")
    def publish(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Publish the draft; the version before is retired. 409 unless it is a draft."""
        self.read_body(request, serializers.Serializer)
        by = cast("User", request.user)
        made = publish_playbook_version(version_id=self.get_object().pk, by=by, at=timezone.now())
        return self.answer_written(made, status=201)

    @extend_schema(request=None, responses={201: PlaybookVersionSerializer})
    @action(detail=True, methods=["post"], url_path="retirements")
    def retire(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Begin no run with it any more. 409 unless it is published."""
        self.read_body(request, serializers.Serializer)
        return self.answer_written(retire_playbook_version(version_id=self.get_object().pk), status=201)


class PlaybookStepFilters(Filters):
    playbook_version = ReferenceFilter()
    is_gate = FlagFilter()


class PlaybookStepViews(ReadViews):
    """Steps of versions of playbooks."""

    queryset = PlaybookStep.objects.all()
    serializer_class = PlaybookStepSerializer
    filterset_class = PlaybookStepFilters


class PlaybookRunFilters(Filters):
    q = TextFilter(field_name="name", lookup_expr="icontains")
    subject = TextFilter()
    state = ChoiceFilter(choices=RunState.choices)
    playbook_version = ReferenceFilter()


class PlaybookRunViews(ReadViews):
    """Playbooks being carried out, each with a copy of the steps it began with."""

    queryset = PlaybookRun.objects.all()
    serializer_class = PlaybookRunSerializer
    filterset_class = PlaybookRunFilters
    action_permissions: ClassVar = dict.fromkeys(("move_anchor", "cancel"), ("operations.change_playbookrun",))

    @extend_schema(request=AnchorSerializer, responses={201: PlaybookRunSerializer})
    @action(detail=True, methods=["post"], url_path="anchors")
    def move_anchor(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Count from another day; only open steps move."""
        words = self.read_body(request, AnchorSerializer)
        return self.answer_written(move_run_anchor(run_id=self.get_object().pk, **words), status=201)

    @extend_schema(request=ReasonSerializer, responses={201: PlaybookRunSerializer})
    @action(detail=True, methods=["post"], url_path="cancellations")
    def cancel(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Carry it out no further."""
        words = self.read_body(request, ReasonSerializer)
        by = cast("User", request.user)
        run = cancel_playbook_run(run_id=self.get_object().pk, by=by, at=timezone.now(), **words)
        return self.answer_written(run, status=201)


class RunStepFilters(Filters):
    run = ReferenceFilter()
    owner = ReferenceFilter()
    state = ChoiceFilter(choices=StepState.choices)
    is_gate = FlagFilter()
    due_from = DateFilter(field_name="due_on", lookup_expr="gte")
    due_to = DateFilter(field_name="due_on", lookup_expr="lt")


class RunStepViews(ReadViews):
    """Steps of runs: due, done or skipped; gates are decided."""

    queryset = RunStep.objects.all()
    serializer_class = RunStepSerializer
    filterset_class = RunStepFilters
    action_permissions: ClassVar = dict.fromkeys(("complete", "skip", "decide"), ("operations.change_runstep",))

    @extend_schema(request=EvidenceSerializer, responses={201: RunStepSerializer})
    @action(detail=True, methods=["post"], url_path="completions")
    def complete(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """It is done. 400 while steps it waits for are open, or without the evidence it needs."""
        words = self.read_body(request, EvidenceSerializer)
        by = cast("User", request.user)
        step = complete_run_step(step_id=self.get_object().pk, by=by, at=timezone.now(), **words)
        return self.answer_written(step, status=201)

    @extend_schema(request=ReasonSerializer, responses={201: RunStepSerializer})
    @action(detail=True, methods=["post"], url_path="skips")
    def skip(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """It is not done, for a reason. 400 for a required one."""
        words = self.read_body(request, ReasonSerializer)
        by = cast("User", request.user)
        step = skip_run_step(step_id=self.get_object().pk, by=by, at=timezone.now(), **words)
        return self.answer_written(step, status=201)

    @extend_schema(request=DecisionSerializer, responses={201: GateCheckSerializer})
    @action(detail=True, methods=["post"], url_path="decisions")
    def decide(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Go or no go, kept with the values of the conditions now."""
        words = self.read_body(request, DecisionSerializer)
        by = cast("User", request.user)
        check = decide_gate(step_id=self.get_object().pk, by=by, at=timezone.now(), **words)
        return Response(GateCheckSerializer(check).data, status=201)


class GateCheckFilters(Filters):
    step = ReferenceFilter()
    decision = ChoiceFilter(choices=Verdict.choices)


class GateCheckViews(ReadViews):
    """Decisions at gates, with the values they were made on."""

    queryset = GateCheck.objects.all()
    serializer_class = GateCheckSerializer
    filterset_class = GateCheckFilters
