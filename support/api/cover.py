"""Agents, shifts and absences: who is there, and who stands in."""

from typing import Any, ClassVar, cast

from django.utils import timezone
from django_filters import ChoiceFilter
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.filters import Filters, FlagFilter, InstantFilter, ReferenceFilter, TextFilter
from foundation.serializers import ObjectField, RowSerializer
from foundation.viewsets import CreateViews, EditViews, ReadViews, UpdateViews
from operations.models import User
from support.models import (
    Absence,
    AbsenceHandover,
    AgentProfile,
    CoverageGap,
    DutyShift,
    GapOutcome,
    TicketSkill,
)
from support.services.absences import cancel_absence, change_absence, create_absence
from support.services.shifts import save_shift


class TicketSkillSerializer(RowSerializer):
    class Meta:
        model = TicketSkill
        fields = ("id", "category", "description", "version")


class TicketSkillFilters(Filters):
    category = TextFilter()


class TicketSkillViews(EditViews):
    """Categories of tickets that need somebody who knows how."""

    queryset = TicketSkill.objects.all()
    serializer_class = TicketSkillSerializer
    filterset_class = TicketSkillFilters


class AgentProfileSerializer(RowSerializer):
    skills = serializers.PrimaryKeyRelatedField(queryset=TicketSkill.objects.all(), many=True, required=False)

    class Meta:
        model = AgentProfile
        fields = ("id", "user", "cap", "skills", "is_accepting", "last_assigned_at", "version")
        read_only_fields = ("last_assigned_at",)


class AgentProfileFilters(Filters):
    user = ReferenceFilter()
    skill = ReferenceFilter(field_name="skills")
    is_accepting = FlagFilter()


class AgentProfileViews(EditViews):
    """How much each agent takes on."""

    queryset = AgentProfile.objects.prefetch_related("skills")
    serializer_class = AgentProfileSerializer
    filterset_class = AgentProfileFilters


class DutyShiftSerializer(RowSerializer):
    windows = ObjectField(help_text='By weekday: {"mon": ["09:00-12:00", "13:00-17:00"]}.')

    class Meta:
        model = DutyShift
        fields = ("id", "team", "user", "timezone", "windows", "starts_on", "ends_on", "is_on_holidays", "version")


class DutyShiftFilters(Filters):
    team = ReferenceFilter()
    user = ReferenceFilter()


class DutyShiftViews(EditViews):
    """When agents are on duty."""

    queryset = DutyShift.objects.all()
    serializer_class = DutyShiftSerializer
    filterset_class = DutyShiftFilters

    def create_row(self, serializer: serializers.BaseSerializer[Any]) -> DutyShift:
        """A shift that overlaps none of the same person for the same team."""
        return save_shift(shift=DutyShift(**serializer.validated_data))

    def update_row(self, row: Any, serializer: serializers.BaseSerializer[Any]) -> None:
        """Store the change under the same rules."""
        for name, value in serializer.validated_data.items():
            setattr(row, name, value)
        save_shift(shift=row)


class AbsenceSerializer(RowSerializer):
    class Meta:
        model = Absence
        fields = (
            "id",
            "user",
            "kind",
            "starts_at",
            "ends_at",
            "substitute",
            "handover",
            "is_given_back",
            "next_step_at",
            "begun_at",
            "over_at",
            "cancelled_at",
            "cancelled_by",
            "created_at",
            "created_by",
            "version",
        )
        read_only_fields = (
            *("next_step_at", "begun_at", "over_at", "cancelled_at", "cancelled_by", "created_at", "created_by"),
        )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Whose absence it is stays."""
        if self.instance is not None and attrs.get("user", self.instance.user) != self.instance.user:
            raise serializers.ValidationError({"user": ["Cannot be changed here."]})
        return super().validate(attrs)


class AbsenceFilters(Filters):
    user = ReferenceFilter()
    substitute = ReferenceFilter()
    starts_from = InstantFilter(field_name="starts_at", lookup_expr="gte")
    starts_to = InstantFilter(field_name="starts_at", lookup_expr="lt")
    ends_from = InstantFilter(field_name="ends_at", lookup_expr="gte")


class AbsenceViews(CreateViews, UpdateViews):
    """Who is out, until when, and who stands in."""

    queryset = Absence.objects.all()
    serializer_class = AbsenceSerializer
    filterset_class = AbsenceFilters
    action_permissions: ClassVar = {"cancel": ("support.change_absence",)}

    def create_row(self, serializer: serializers.BaseSerializer[Any]) -> Absence:
        """An absence that overlaps none of the same person."""
        absence, by = Absence(**serializer.validated_data), cast("User", self.request.user)
        return create_absence(absence=absence, at=timezone.now(), by=by)

    def update_row(self, row: Any, serializer: serializers.BaseSerializer[Any]) -> None:
        """Store the change under the same rules."""
        change_absence(absence_id=row.pk, values=serializer.validated_data, at=timezone.now())

    @extend_schema(request=None, responses={201: AbsenceSerializer})
    @action(detail=True, methods=["post"], url_path="cancellations")
    def cancel(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Call it off, or end it now if it has begun."""
        self.read_body(request, serializers.Serializer)
        by = cast("User", request.user)
        return self.answer_written(
            cancel_absence(absence_id=self.get_object().pk, by=by, at=timezone.now()), status=201
        )


class AbsenceHandoverSerializer(RowSerializer):
    class Meta:
        model = AbsenceHandover
        fields = ("id", "absence", "ticket", "given_to", "event", "given_at", "returned_at")
        read_only_fields = fields


class AbsenceHandoverFilters(Filters):
    absence = ReferenceFilter()
    ticket = ReferenceFilter()
    given_to = ReferenceFilter()


class AbsenceHandoverViews(ReadViews):
    """Tickets that went to somebody else because of an absence."""

    queryset = AbsenceHandover.objects.all()
    serializer_class = AbsenceHandoverSerializer
    filterset_class = AbsenceHandoverFilters


class CoverageGapSerializer(RowSerializer):
    hours = serializers.ListField(child=serializers.IntegerField(min_value=0, max_value=23))

    class Meta:
        model = CoverageGap
        fields = ("id", "team", "day_on", "hours", "lacking", "ending", "found_at", "ended_at")
        read_only_fields = fields


class CoverageGapFilters(Filters):
    team = ReferenceFilter()
    ending = ChoiceFilter(choices=GapOutcome.choices)


class CoverageGapViews(ReadViews):
    """Coming days on which a team lacks agents."""

    queryset = CoverageGap.objects.all()
    serializer_class = CoverageGapSerializer
    filterset_class = CoverageGapFilters
