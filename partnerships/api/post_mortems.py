"""What was learnt from incidents: post-mortems, their causes and actions."""

from typing import Any, ClassVar, cast

from django.utils import timezone
from django_filters import ChoiceFilter
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.filters import Filters, ReferenceFilter
from foundation.serializers import DayField, RowSerializer, TextField
from foundation.viewsets import ReadViews
from operations.models import User
from partnerships.models import (
    ActionKind,
    ActionState,
    CauseCategory,
    ContributingCause,
    PostMortem,
    PostMortemAction,
)
from partnerships.services.incidents import (
    NewAction,
    NewCause,
    Said,
    add_action,
    add_cause,
    complete_action,
    finish_post_mortem,
    waive_action,
    write_post_mortem,
)

_WORDS = 20_000
_CHANGE = ("partnerships.change_postmortem",)


class PostMortemSerializer(RowSerializer):
    class Meta:
        model = PostMortem
        fields = (
            "id",
            "incident",
            "owner",
            "impact",
            "detection",
            "went_well",
            "due_at",
            "finished_at",
            "finished_by",
            "version",
        )
        read_only_fields = fields


class PostMortemFilters(Filters):
    incident = ReferenceFilter()
    owner = ReferenceFilter()


class ContributingCauseSerializer(RowSerializer):
    class Meta:
        model = ContributingCause
        fields = ("id", "post_mortem", "category", "name", "key", "text", "added_at", "added_by")
        read_only_fields = fields


class ContributingCauseFilters(Filters):
    post_mortem = ReferenceFilter()
    category = ChoiceFilter(choices=CauseCategory.choices)


class PostMortemActionSerializer(RowSerializer):
    class Meta:
        model = PostMortemAction
        fields = (
            "id",
            "post_mortem",
            "cause",
            "title",
            "kind",
            "owner",
            "due_on",
            "state",
            "evidence",
            "waive_reason",
            "ended_at",
            "ended_by",
            "version",
        )
        read_only_fields = fields


class PostMortemActionFilters(Filters):
    post_mortem = ReferenceFilter()
    owner = ReferenceFilter()
    state = ChoiceFilter(choices=ActionState.choices)


class SectionsSerializer(serializers.Serializer[Any]):
    owner = serializers.PrimaryKeyRelatedField(queryset=User.objects.all(), required=False)
    impact = TextField(max_length=_WORDS, required=False, allow_blank=True)
    detection = TextField(max_length=_WORDS, required=False, allow_blank=True)
    went_well = TextField(max_length=_WORDS, required=False, allow_blank=True)


class CauseSerializer(serializers.Serializer[Any]):
    category = serializers.ChoiceField(choices=CauseCategory.choices)
    name = TextField(max_length=120)
    text = TextField(max_length=_WORDS, default="", allow_blank=True)


class ActionSerializer(serializers.Serializer[Any]):
    title = TextField(max_length=200)
    kind = serializers.ChoiceField(choices=ActionKind.choices)
    owner = serializers.PrimaryKeyRelatedField(queryset=User.objects.all())
    due_on = DayField()
    cause = serializers.PrimaryKeyRelatedField(queryset=ContributingCause.objects.all(), default=None, allow_null=True)


class EvidenceSerializer(serializers.Serializer[Any]):
    evidence = TextField(max_length=_WORDS)


class WaiverSerializer(serializers.Serializer[Any]):
    reason = TextField(max_length=_WORDS)


class PostMortemViews(ReadViews):
    """Post-mortems; an incident's `post-mortems` begins one."""

    queryset = PostMortem.objects.all()
    serializer_class = PostMortemSerializer
    filterset_class = PostMortemFilters
    action_permissions: ClassVar = dict.fromkeys(("write", "finish", "name_cause", "plan_action"), _CHANGE)

    @extend_schema(request=SectionsSerializer, responses={201: PostMortemSerializer})
    @action(detail=True, methods=["post"], url_path="sections")
    def write(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Write the given sections and name the owner; the others stay."""
        body = self.read_body(request, SectionsSerializer)
        found = write_post_mortem(post_mortem_id=self.get_object().pk, said=_said(request), **body)
        return self.answer_written(found, status=201)

    @extend_schema(request=None, responses={201: PostMortemSerializer})
    @action(detail=True, methods=["post"], url_path="finishings")
    def finish(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Finish it, once every section is written and a cause is named."""
        self.read_body(request, serializers.Serializer)
        found = finish_post_mortem(post_mortem_id=self.get_object().pk, said=_said(request))
        return self.answer_written(found, status=201)

    @extend_schema(request=CauseSerializer, responses={201: ContributingCauseSerializer})
    @action(detail=True, methods=["post"], url_path="causes")
    def name_cause(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Add a contributing cause."""
        new = NewCause(**self.read_body(request, CauseSerializer))
        cause = add_cause(post_mortem_id=self.get_object().pk, new=new, said=_said(request))
        return Response(ContributingCauseSerializer(cause).data, status=201)

    @extend_schema(request=ActionSerializer, responses={201: PostMortemActionSerializer})
    @action(detail=True, methods=["post"], url_path="actions")
    def plan_action(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Add an action of somebody."""
        new = NewAction(**self.read_body(request, ActionSerializer))
        added = add_action(post_mortem_id=self.get_object().pk, new=new, said=_said(request))
        return Response(PostMortemActionSerializer(added).data, status=201)


class ContributingCauseViews(ReadViews):
    """Contributing causes; append-only."""

    queryset = ContributingCause.objects.all()
    serializer_class = ContributingCauseSerializer
    filterset_class = ContributingCauseFilters


class PostMortemActionViews(ReadViews):
    """What people do so that incidents do not come again."""

    queryset = PostMortemAction.objects.all()
    serializer_class = PostMortemActionSerializer
    filterset_class = PostMortemActionFilters
    action_permissions: ClassVar = dict.fromkeys(("complete", "waive"), ("partnerships.change_postmortemaction",))

    @extend_schema(request=EvidenceSerializer, responses={201: PostMortemActionSerializer})
    @action(detail=True, methods=["post"], url_path="completions")
    def complete(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """The action is done; the evidence shows that it works."""
        body = self.read_body(request, EvidenceSerializer)
        done = complete_action(action_id=self.get_object().pk, said=_said(request), **body)
        return self.answer_written(done, status=201)

    @extend_schema(request=WaiverSerializer, responses={201: PostMortemActionSerializer})
    @action(detail=True, methods=["post"], url_path="waivers")
    def waive(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Nobody will do the action, for a reason."""
        body = self.read_body(request, WaiverSerializer)
        done = waive_action(action_id=self.get_object().pk, said=_said(request), **body)
        return self.answer_written(done, status=201)


def _said(request: Request) -> Said:
    return Said(timezone.now(), cast("User", request.user))
