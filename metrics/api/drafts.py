"""Drafts of definitions: proposed by one person, approved by another."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.db import transaction
from django.utils import timezone
from django_filters import ChoiceFilter
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.errors import InvalidInputError
from foundation.filters import Filters, ReferenceFilter
from foundation.serializers import DayField, ObjectField, RowSerializer
from foundation.viewsets import CreateViews, UpdateViews
from metrics.formula_words import formula_words
from metrics.models import DraftState, MetricDraft
from metrics.services.difference import Difference, get_difference
from metrics.services.drafts import (
    DraftText,
    approve_draft,
    create_draft,
    edit_draft,
    reject_draft,
    withdraw_draft,
)
from metrics.services.versions import Definition

_TEXT = ("kind", "source", "formula", "dimensions", "is_retroactive", "reason", "rolling_days")


class MetricDraftSerializer(RowSerializer):
    formula = ObjectField(required=False)
    dimensions = serializers.ListField(child=serializers.CharField(max_length=80), required=False, max_length=20)
    words = serializers.SerializerMethodField(help_text="The definition in a sentence.")

    class Meta:
        model = MetricDraft
        fields = (
            "id",
            "metric",
            "kind",
            "source",
            "formula",
            "dimensions",
            "rolling_days",
            "is_retroactive",
            "reason",
            "state",
            "created_by",
            "created_at",
            "edited_by",
            "edited_at",
            "decided_by",
            "decided_at",
            "decision_note",
            "definition",
            "words",
            "version",
        )
        read_only_fields = (
            "state",
            "created_by",
            "created_at",
            "edited_by",
            "edited_at",
            "decided_by",
            "decided_at",
            "decision_note",
            "definition",
        )

    def get_words(self, draft: MetricDraft) -> str:
        """What is computed, over which rows, in which unit."""
        return formula_words(draft)


class MetricDraftFilters(Filters):
    metric = ReferenceFilter()
    state = ChoiceFilter(choices=DraftState.choices)
    created_by = ReferenceFilter()


class NoteSerializer(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=300, default="", allow_blank=True)


class FieldChangeSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    old = serializers.CharField()
    new = serializers.CharField()


class PeriodChangeSerializer(serializers.Serializer[Any]):
    start = DayField()
    end = DayField(help_text="The first day after the period.")
    old_value = serializers.FloatField(allow_null=True)
    old_n = serializers.IntegerField()
    new_value = serializers.FloatField(allow_null=True)
    new_n = serializers.IntegerField()
    change = serializers.FloatField(allow_null=True)
    change_ratio = serializers.FloatField(allow_null=True)


class DifferenceSerializer(serializers.Serializer[Any]):
    draft = serializers.IntegerField(source="draft.pk")
    current = serializers.IntegerField(source="current.number", default=None, allow_null=True)
    words = serializers.SerializerMethodField()
    current_words = serializers.SerializerMethodField()
    fields_changed = FieldChangeSerializer(source="fields", many=True)
    weeks = PeriodChangeSerializer(many=True)
    months = PeriodChangeSerializer(many=True)

    def get_words(self, found: Difference) -> str:
        """The draft in a sentence."""
        return formula_words(found.draft)

    def get_current_words(self, found: Difference) -> str:
        """The current version in a sentence; empty without one."""
        return formula_words(found.current) if found.current else ""


class MetricDraftViews(CreateViews, UpdateViews):
    """What a metric's next definition is proposed to be. Somebody else approves it; then it is a version for ever."""

    queryset = MetricDraft.objects.select_related("metric")
    serializer_class = MetricDraftSerializer
    filterset_class = MetricDraftFilters
    action_permissions: ClassVar = {
        "approve": ("metrics.approve_metricdraft",),
        "reject": ("metrics.approve_metricdraft",),
        "withdraw": ("metrics.change_metricdraft",),
        "difference": ("metrics.view_metricdraft",),
    }

    def create_row(self, serializer: serializers.BaseSerializer[Any]) -> MetricDraft:
        """Propose in the name of who asks."""
        values = serializer.validated_data
        return create_draft(metric=values["metric"], text=_text(values), by=self.request.user, at=timezone.now())

    def update_row(self, row: MetricDraft, serializer: serializers.BaseSerializer[Any]) -> None:
        """Change the proposal; whoever does it cannot approve it any more."""
        values = {name: getattr(row, name) for name in _TEXT} | serializer.validated_data
        if values.get("metric", row.metric) != row.metric:
            raise InvalidInputError("metric", "A draft stays with its metric. Withdraw it and propose another.")
        edit_draft(draft_id=row.pk, text=_text(values), by=self.request.user, at=timezone.now())

    @extend_schema(request=NoteSerializer, responses={201: MetricDraftSerializer})
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Make the draft the metric's definition, effective at once; 409 for one's own or a decided draft."""
        return self._decide(approve_draft)

    @extend_schema(request=NoteSerializer, responses={201: MetricDraftSerializer})
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Turn the draft down with a note; 409 for one's own or a decided draft."""
        return self._decide(reject_draft)

    @extend_schema(request=NoteSerializer, responses={201: MetricDraftSerializer})
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Take the draft back; 409 for a decided one."""
        return self._decide(withdraw_draft)

    @extend_schema(responses=DifferenceSerializer, filters=False)
    @action(detail=True, pagination_class=None, filterset_class=None)
    def difference(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """The draft beside the current version: members in words, and the last twelve complete periods by both."""
        return Response(DifferenceSerializer(get_difference(self.get_object(), at=timezone.now())).data)

    def _decide(self, decide: Callable[..., Any]) -> Response:
        words = self.read_body(self.request, NoteSerializer)
        with transaction.atomic():
            row = self.locked_row()
            decide(draft_id=row.pk, by=self.request.user, at=timezone.now(), **words)
        return self.answer_written(row, status=201)


def _text(values: Mapping[str, Any]) -> DraftText:
    given = {name: values[name] for name in ("dimensions", "is_retroactive", "rolling_days") if name in values}
    shape = Definition(values["kind"], values["source"], values.get("formula", {}), **given)
    return DraftText(shape, values["reason"])
