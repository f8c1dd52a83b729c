"""One thing done to many tickets."""

from typing import Any, ClassVar, cast

from django.utils import timezone
from django_filters import ChoiceFilter
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.filters import MAX_ID, Filters, ReferenceFilter
from foundation.serializers import ObjectField, RowSerializer
from foundation.viewsets import CreateViews, ReadViews
from operations.models import User
from support.models import BulkAction, BulkChange, BulkItem, BulkOutcome, Via
from support.services.bulk import MAX_TICKETS, preview_bulk, run_bulk, undo_bulk


class BulkItemSerializer(RowSerializer):
    class Meta:
        model = BulkItem
        fields = ("id", "bulk", "ticket", "outcome", "reason", "version_after")
        read_only_fields = fields


class BulkChangeSerializer(RowSerializer):
    class Meta:
        model = BulkChange
        fields = ("id", "action", "values", "made_by", "made_at", "undone_at")
        read_only_fields = fields


class BulkOrderSerializer(serializers.Serializer[Any]):
    tickets = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=MAX_ID), min_length=1, max_length=MAX_TICKETS
    )
    action = serializers.ChoiceField(choices=BulkAction.choices)
    values = ObjectField(help_text='What the action needs, such as {"priority": "high"}.')


class BulkResultSerializer(serializers.Serializer[Any]):
    ticket = serializers.IntegerField(source="ticket.pk")
    outcome = serializers.ChoiceField(choices=BulkOutcome.choices)
    reason = serializers.CharField()


class BulkChangeFilters(Filters):
    action = ChoiceFilter(choices=BulkAction.choices)
    made_by = ReferenceFilter()


class BulkChangeViews(CreateViews):
    """What was done to many tickets at once."""

    queryset = BulkChange.objects.all()
    serializer_class = BulkChangeSerializer
    filterset_class = BulkChangeFilters
    action_permissions: ClassVar = {
        "create": ("support.change_ticket",),
        "preview": ("support.change_ticket",),
        "undo": ("support.change_ticket",),
    }
    unstored_actions = frozenset({"preview"})

    @extend_schema(request=BulkOrderSerializer, responses={201: BulkChangeSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        """Do it to each; `bulk-items/?bulk=` says what became of each. One that is refused stays as it is."""
        bulk = run_bulk(**self._ordered(request), via=Via.API)
        return self.answer_written(bulk, status=201)

    @extend_schema(request=BulkOrderSerializer, responses={200: BulkResultSerializer(many=True)})
    @action(detail=False, methods=["post"], filterset_class=None, pagination_class=None)
    def preview(self, request: Request) -> Response:
        """What would become of each; nothing is changed."""
        return Response(BulkResultSerializer(preview_bulk(**self._ordered(request)), many=True).data)

    @extend_schema(request=None, responses={201: BulkChangeSerializer})
    @action(detail=True, methods=["post"], url_path="undoings")
    def undo(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Take it back, within ten minutes, for every ticket that was not touched since; once."""
        by = cast("User", request.user)
        back = undo_bulk(bulk_id=self.get_object().pk, actor=by, at=timezone.now(), via=Via.API)
        return self.answer_written(back, status=201)

    def _ordered(self, request: Request) -> dict[str, Any]:
        given = self.read_body(request, BulkOrderSerializer)
        return {
            "ticket_ids": given["tickets"],
            "action": BulkAction(given["action"]),
            "values": given["values"],
            "actor": cast("User", request.user),
            "at": timezone.now(),
        }


class BulkItemFilters(Filters):
    bulk = ReferenceFilter()
    ticket = ReferenceFilter()
    outcome = ChoiceFilter(choices=BulkOutcome.choices)


class BulkItemViews(ReadViews):
    """What became of each ticket of a bulk change."""

    queryset = BulkItem.objects.all()
    serializer_class = BulkItemSerializer
    filterset_class = BulkItemFilters
