"""What tickets teach: causes, insights with their evidence, and who is told when something has shipped."""

from typing import Any, ClassVar, cast

from django.utils import timezone
from django_filters import ChoiceFilter
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.filters import Filters, FlagFilter, InstantFilter, ReferenceFilter, TextFilter
from foundation.serializers import RowSerializer, TextField
from foundation.viewsets import CreateViews, EditViews, ReadViews
from operations.models import User
from support.api.insight_bodies import (
    EvidenceCountSerializer,
    EvidenceSerializer,
    InformSerializer,
    InsightChangeSerializer,
    NeedSerializer,
    NewInsightSerializer,
    RemovalSerializer,
    TransitionSerializer,
)
from support.models import (
    Cause,
    Insight,
    InsightKind,
    InsightState,
    InsightTicket,
    InsightTransition,
    RequesterNotice,
    Via,
)
from support.selectors.insights import NEED_SORTS, list_needs
from support.services.insights import (
    NewInsight,
    add_evidence,
    change_insight,
    move_insight,
    open_insight,
    remove_evidence,
)
from support.services.requesters import inform_requester, mark_requester_told


class CauseSerializer(RowSerializer):
    code = TextField(max_length=120)

    class Meta:
        model = Cause
        fields = ("id", "code", "name", "description", "product", "is_active", "version")


class CauseFilters(Filters):
    code = TextFilter()
    product = TextFilter()
    is_active = FlagFilter()


class CauseViews(EditViews):
    """The catalogue of causes that tickets are solved with; each code is what stands in a ticket's category."""

    queryset = Cause.objects.all()
    serializer_class = CauseSerializer
    filterset_class = CauseFilters


class InsightSerializer(RowSerializer):
    class Meta:
        model = Insight
        fields = (
            *("id", "statement", "kind", "cause", "product", "state", "owner", "basis"),
            *("opened_at", "opened_by", "collects_from_at", "validated_at", "shipped_at", "ended_at", "version"),
        )
        read_only_fields = fields


class InsightTicketSerializer(RowSerializer):
    class Meta:
        model = InsightTicket
        fields = ("id", "insight", "ticket", "added_at", "added_by", "removed_at", "removed_by")
        read_only_fields = fields


class InsightTransitionSerializer(RowSerializer):
    class Meta:
        model = InsightTransition
        fields = ("id", "insight", "old_state", "new_state", "actor", "reason", "at")
        read_only_fields = fields


class RequesterNoticeSerializer(RowSerializer):
    way = serializers.CharField(read_only=True, help_text="Empty until they were told.")

    class Meta:
        model = RequesterNotice
        fields = ("id", "insight", "customer", "ticket", "way", "sent_at", "sent_by")
        read_only_fields = fields


class InsightFilters(Filters):
    q = TextFilter(field_name="statement", lookup_expr="icontains")
    state = ChoiceFilter(choices=InsightState.choices)
    kind = ChoiceFilter(choices=InsightKind.choices)
    cause = TextFilter()
    product = TextFilter()
    owner = ReferenceFilter()
    opened_from = InstantFilter(field_name="opened_at", lookup_expr="gte")
    opened_to = InstantFilter(field_name="opened_at", lookup_expr="lt")


class InsightViews(CreateViews):
    """What tickets teach, from candidate to verdict."""

    queryset = Insight.objects.all()
    serializer_class = InsightSerializer
    filterset_class = InsightFilters
    action_permissions: ClassVar = {
        **dict.fromkeys(("transition", "attach", "detach"), ("support.change_insight",)),
        "needs": ("support.view_insight",),
    }

    def known_parameters(self) -> set[str]:
        """The list of needs is sorted by one parameter."""
        return {"sort"} if self.action == "needs" else super().known_parameters()

    @extend_schema(request=NewInsightSerializer, responses={201: InsightSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        """Write down a candidate, with tickets as evidence."""
        words = self.read_body(request, NewInsightSerializer)
        new = NewInsight(**{**words, "kind": InsightKind(words["kind"])})
        return self.answer_written(open_insight(new=new, by=self._who(), at=timezone.now()), status=201)

    @extend_schema(request=InsightChangeSerializer, responses=InsightSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        """Change its words, kind, cause, product or owner."""
        fields = self.read_body(request, InsightChangeSerializer)
        return self.answer_written(change_insight(insight_id=self.locked_row().pk, fields=fields))

    @extend_schema(request=TransitionSerializer, responses={201: InsightSerializer})
    @action(detail=True, methods=["post"], url_path="transitions")
    def transition(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Take it to another state; 409 names the allowed ones where the rules refuse it."""
        words = self.read_body(request, TransitionSerializer)
        insight = move_insight(
            insight_id=self.get_object().pk,
            state=InsightState(words["state"]),
            reason=words["reason"],
            by=self._who(),
            at=timezone.now(),
        )
        return self.answer_written(insight, status=201)

    @extend_schema(request=EvidenceSerializer, responses={201: EvidenceCountSerializer})
    @action(detail=True, methods=["post"], url_path="evidence")
    def attach(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Add tickets as evidence; the answer is how many it did not have."""
        tickets = [ticket.pk for ticket in self.read_body(request, EvidenceSerializer)["tickets"]]
        count = add_evidence(insight_id=self.get_object().pk, tickets=tickets, by=self._who(), at=timezone.now())
        return Response({"added": count}, status=201)

    @extend_schema(request=RemovalSerializer, responses={201: InsightSerializer})
    @action(detail=True, methods=["post"], url_path="evidence-removals")
    def detach(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Take a ticket away from the evidence; no worker adds it again."""
        ticket = self.read_body(request, RemovalSerializer)["ticket"]
        insight = self.get_object()
        remove_evidence(insight_id=insight.pk, ticket_id=ticket.pk, by=self._who(), at=timezone.now())
        return self.answer_written(insight, status=201)

    @extend_schema(
        parameters=[OpenApiParameter("sort", str, enum=list(NEED_SORTS))], responses=NeedSerializer(many=True)
    )
    @action(detail=False, methods=["get"], url_path="needs", pagination_class=None, filterset_class=None)
    def needs(self, request: Request) -> Response:
        """What customers need and has not shipped, heaviest first."""
        sort = request.query_params.get("sort", NEED_SORTS[0])
        if sort not in NEED_SORTS:
            raise serializers.ValidationError({"sort": [f"Must be one of: {', '.join(NEED_SORTS)}."]})
        rows = [{"insight": insight, **vars(numbers)} for insight, numbers in list_needs(at=timezone.now(), sort=sort)]
        return Response(NeedSerializer(rows, many=True).data)

    def _who(self) -> User:
        return cast("User", self.request.user)


class InsightTicketFilters(Filters):
    insight = ReferenceFilter()
    ticket = ReferenceFilter()
    is_removed = FlagFilter(field_name="removed_at", lookup_expr="isnull", exclude=True)


class InsightTicketViews(ReadViews):
    """Tickets as evidence of insights."""

    queryset = InsightTicket.objects.all()
    serializer_class = InsightTicketSerializer
    filterset_class = InsightTicketFilters


class InsightTransitionFilters(Filters):
    insight = ReferenceFilter()
    new_state = ChoiceFilter(choices=InsightState.choices)


class InsightTransitionViews(ReadViews):
    """What became of insights; append-only."""

    queryset = InsightTransition.objects.all()
    serializer_class = InsightTransitionSerializer
    filterset_class = InsightTransitionFilters


class RequesterNoticeFilters(Filters):
    insight = ReferenceFilter()
    customer = ReferenceFilter()
    is_sent = FlagFilter(field_name="sent_at", lookup_expr="isnull", exclude=True)


class RequesterNoticeViews(ReadViews):
    """Customers to be told that what they asked for has shipped."""

    queryset = RequesterNotice.objects.all()
    serializer_class = RequesterNoticeSerializer
    filterset_class = RequesterNoticeFilters
    action_permissions: ClassVar = dict.fromkeys(("inform", "mark_told"), ("support.change_insight",))

    @extend_schema(request=InformSerializer, responses={201: RequesterNoticeSerializer})
    @action(detail=True, methods=["post"], url_path="replies")
    def inform(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Tell them by a public reply on their latest ticket; once."""
        body = self.read_body(request, InformSerializer)["body"]
        who, now = cast("User", request.user), timezone.now()
        notice = inform_requester(notice_id=self.get_object().pk, body=body, by=who, at=now, via=Via.API)
        return self.answer_written(notice, status=201)

    @extend_schema(request=None, responses={201: RequesterNoticeSerializer})
    @action(detail=True, methods=["post"], url_path="told-by-hand")
    def mark_told(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Note that somebody told them by other means."""
        self.read_body(request, serializers.Serializer)
        who = cast("User", request.user)
        notice = mark_requester_told(notice_id=self.get_object().pk, by=who, at=timezone.now())
        return self.answer_written(notice, status=201)
