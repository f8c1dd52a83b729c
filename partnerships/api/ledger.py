"""The ledger of dates: what ends when, its renewals and what was told."""

from datetime import datetime
from typing import Any, ClassVar, cast

from django.utils import timezone
from django_filters import ChoiceFilter
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.errors import InvalidInputError
from foundation.filters import Filters, FlagFilter, InstantFilter, ReferenceFilter, TextFilter
from foundation.serializers import InstantField, RowSerializer, TextField
from foundation.viewsets import CreateViews, ReadViews, UpdateViews
from operations.models import User
from partnerships.ledger.states import LedgerState
from partnerships.models import LedgerEntry, LedgerKind, LedgerNotice, LedgerRenewal, LedgerSource, ResultCursor
from partnerships.selectors.ledger import state_of
from partnerships.services.ledger import (
    close_ledger_entry,
    refuse_unproved_end,
    renew_ledger_entry,
    snooze_ledger_entry,
)

_SET_BY_SERVICES = (
    "source",
    "snoozed_until",
    "snooze_reason",
    "snoozed_by",
    "closed_at",
    "closed_by",
    "close_reason",
)


class LedgerEntrySerializer(RowSerializer):
    state = serializers.SerializerMethodField()

    class Meta:
        model = LedgerEntry
        fields = (
            "id",
            "kind",
            "title",
            "partner",
            "integration",
            "owner",
            "due_at",
            "state",
            "fingerprint",
            "url",
            "notes",
            *_SET_BY_SERVICES,
            "version",
        )
        read_only_fields = ("state", *_SET_BY_SERVICES)

    def validate_due_at(self, due_at: datetime | None) -> datetime | None:
        """The end; an entry that is due soon or overdue ends later by a renewal alone."""
        if self.instance is not None:
            try:
                refuse_unproved_end(self.instance, due_at, at=timezone.now())
            except InvalidInputError as refusal:
                raise serializers.ValidationError(refusal.message) from refusal
        return due_at

    def get_state(self, row: LedgerEntry) -> str:
        """Where it stands now: overdue, due_soon, undated, ok, renewed or closed."""
        return LedgerState(state_of(row, at=timezone.now())).value


class LedgerRenewalSerializer(RowSerializer):
    class Meta:
        model = LedgerRenewal
        fields = ("id", "entry", "renewed_at", "recorded_by", "evidence", "previous_due_at", "next_due_at")
        read_only_fields = fields


class RenewalSerializer(serializers.Serializer[Any]):
    next_due_at = InstantField()
    evidence = TextField(max_length=500, help_text="What shows it; never a secret.")


class SnoozeSerializer(serializers.Serializer[Any]):
    until = InstantField(help_text="In the next 90 days.")
    reason = TextField(max_length=300)


class ClosingSerializer(serializers.Serializer[Any]):
    reason = TextField(max_length=300)


class LedgerEntryFilters(Filters):
    q = TextFilter(field_name="title", lookup_expr="icontains")
    kind = ChoiceFilter(choices=LedgerKind.choices)
    source = ChoiceFilter(choices=LedgerSource.choices)
    partner = ReferenceFilter()
    integration = ReferenceFilter()
    owner = ReferenceFilter()
    due_from = InstantFilter(field_name="due_at", lookup_expr="gte")
    due_to = InstantFilter(field_name="due_at", lookup_expr="lt")
    is_closed = FlagFilter(field_name="closed_at", lookup_expr="isnull", exclude=True)


class LedgerEntryViews(CreateViews, UpdateViews):
    """Things that end on a date. Secrets are refused: a fingerprint is enough."""

    queryset = LedgerEntry.objects.with_renewed_at()
    serializer_class = LedgerEntrySerializer
    filterset_class = LedgerEntryFilters
    action_permissions: ClassVar = dict.fromkeys(
        ("renew", "snooze", "close_entry"), ("partnerships.change_ledgerentry",)
    )

    def locked_row(self) -> Any:
        """The row alone: an aggregate cannot be locked."""
        self.queryset = LedgerEntry.objects.all()
        row = super().locked_row()
        self.queryset = LedgerEntry.objects.with_renewed_at()
        return row

    @extend_schema(request=RenewalSerializer, responses={201: LedgerRenewalSerializer})
    @action(detail=True, methods=["post"], url_path="renewals")
    def renew(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Move the end later, with the evidence; refused for what is closed."""
        renewal = renew_ledger_entry(**self._given(request, RenewalSerializer))
        return Response(LedgerRenewalSerializer(renewal).data, status=201)

    @extend_schema(request=SnoozeSerializer, responses={201: LedgerEntrySerializer})
    @action(detail=True, methods=["post"], url_path="snoozes")
    def snooze(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Tell nothing about it before an instant."""
        return self.answer_written(snooze_ledger_entry(**self._given(request, SnoozeSerializer)), status=201)

    @extend_schema(request=ClosingSerializer, responses={201: LedgerEntrySerializer})
    @action(detail=True, methods=["post"], url_path="closings")
    def close_entry(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """It no longer matters: replaced, left or ended."""
        return self.answer_written(close_ledger_entry(**self._given(request, ClosingSerializer)), status=201)

    def _given(self, request: Request, serializer: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        at: datetime = timezone.now()
        words = self.read_body(request, serializer)
        return {"entry_id": self.get_object().pk, "by": cast("User", request.user), "at": at, **words}


class LedgerRenewalFilters(Filters):
    entry = ReferenceFilter()
    renewed_from = InstantFilter(field_name="renewed_at", lookup_expr="gte")
    renewed_to = InstantFilter(field_name="renewed_at", lookup_expr="lt")


class LedgerRenewalViews(ReadViews):
    """When ends were moved later, and what showed it."""

    queryset = LedgerRenewal.objects.all()
    serializer_class = LedgerRenewalSerializer
    filterset_class = LedgerRenewalFilters


class LedgerNoticeSerializer(RowSerializer):
    class Meta:
        model = LedgerNotice
        fields = ("id", "entry", "lead_days", "due_at", "noticed_at")
        read_only_fields = fields


class LedgerNoticeFilters(Filters):
    entry = ReferenceFilter()
    noticed_from = InstantFilter(field_name="noticed_at", lookup_expr="gte")
    noticed_to = InstantFilter(field_name="noticed_at", lookup_expr="lt")


class LedgerNoticeViews(ReadViews):
    """Which lead times were told, each once; 0 days says that the end has passed."""

    queryset = LedgerNotice.objects.all()
    serializer_class = LedgerNoticeSerializer
    filterset_class = LedgerNoticeFilters


class ResultCursorSerializer(RowSerializer):
    class Meta:
        model = ResultCursor
        fields = ("id", "name", "read_up_to", "moved_at")
        read_only_fields = fields


class ResultCursorFilters(Filters):
    name = TextFilter()


class ResultCursorViews(ReadViews):
    """How far the readers of probe results have come."""

    queryset = ResultCursor.objects.all()
    serializer_class = ResultCursorSerializer
    filterset_class = ResultCursorFilters
