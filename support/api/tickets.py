"""Tickets and their events. A ticket changes through the services of the pages, so that each change is an event."""

from datetime import datetime
from typing import Any, ClassVar, cast

from django import forms
from django.db import transaction
from django.utils import timezone
from django_filters import CharFilter, ChoiceFilter
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import LargeJSONParser
from foundation.filters import Filters, InstantFilter, ReferenceFilter, TextFilter
from foundation.refusals import ConflictError
from foundation.serializers import InstantField, RowSerializer
from foundation.viewsets import CreateViews, ReadViews
from operations.models import User
from support.api.actions import (
    AssignmentSerializer,
    CustomerMessageSerializer,
    FieldsSerializer,
    HelpSerializer,
    OpeningSerializer,
    RaisedSerializer,
    ReplySerializer,
    TransitionSerializer,
    WordsSerializer,
)
from support.api.checklists import MAY_TICK, PlaybookChoiceSerializer, TicketChecklistSerializer
from support.api.clocks import ExplainedSerializer
from support.api.files import take_files
from support.api.macros import MacroChoiceSerializer
from support.api.ordered_pages import DUE_ORDERS, TicketPages
from support.models import DUE_PAUSED, EventKind, Priority, Ticket, TicketEvent, TicketState, Via
from support.selectors.clocks import explain_clocks
from support.selectors.queue import DUE, TABS, is_due_within, list_matching
from support.selectors.saved_views import list_visible, query_of
from support.selectors.search import about
from support.services.assignment import TakenError, assign_automatically, take_ticket
from support.services.checklists import add_checklist
from support.services.macros import apply_macro
from support.services.manual_escalations import escalate_by_hand
from support.services.messages import add_customer_message, add_note, add_reply
from support.services.ticket_fields import change_ticket_fields
from support.services.ticket_states import StateChange
from support.services.tickets import NewTicket, assign_ticket, change_ticket_state, open_ticket

_Many = serializers.Field[Any, Any, Any, Any]


class TicketSerializer(RowSerializer):
    tags: _Many = serializers.SlugRelatedField(slug_field="name", many=True, read_only=True)
    due_at = InstantField(
        read_only=True, allow_null=True, help_text="When the promise that is due first is, or was, broken."
    )
    is_due_paused = serializers.BooleanField(read_only=True, help_text="Whether all its promises are paused.")

    class Meta:
        model = Ticket
        fields = (
            "id",
            "reference",
            "external_source",
            "external_id",
            "subject",
            "state",
            "priority",
            "category",
            "channel",
            "product",
            "integration",
            "incident",
            "tags",
            "customer",
            "team",
            "assignee",
            "opened_at",
            "resolved_at",
            "closed_at",
            "wake_at",
            "due_at",
            "is_due_paused",
            "queue_reason",
            "reopen_count",
            "merged_into",
            "follow_up_of",
            "is_external_sla_met",
            "version",
        )
        read_only_fields = fields


class HolderField(forms.RegexField):
    """`none`, or the number of a person."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^(none|[1-9][0-9]{0,17})$", **kwargs)


@extend_schema_field({"type": "string", "pattern": "^(none|[1-9][0-9]{0,17})$"})
class HolderFilter(CharFilter):  # type: ignore[misc]
    """Tickets that this person has, by number; `none` are those that nobody has."""

    field_class = HolderField

    def filter(self, qs: Any, value: str) -> Any:
        """The rows that the holder has."""
        if not value:
            return qs
        return qs.filter(**{self.field_name: None if value == "none" else int(value)})


class TicketFilters(Filters):
    q = TextFilter(method="with_words", help_text="Words of its subject or messages, its number, or its customer.")
    state = ChoiceFilter(choices=TicketState.choices)
    priority = ChoiceFilter(choices=Priority.choices)
    team = ReferenceFilter()
    assignee = ReferenceFilter()
    customer = ReferenceFilter()
    category = TextFilter()
    channel = TextFilter()
    product = TextFilter()
    integration = TextFilter()
    incident = ReferenceFilter()
    tag = TextFilter(field_name="tags__name")
    view = ReferenceFilter(method="of_view", help_text="A kept view, by number.")
    tier = TextFilter(field_name="customer__tier")
    city = TextFilter(field_name="customer__city")
    merged_into = ReferenceFilter()
    follow_up_of = ReferenceFilter()
    external_source = TextFilter()
    external_id = TextFilter()
    tab = ChoiceFilter(choices=[(tab.key, tab.label) for tab in TABS if tab.key != "mine"], method="in_tab")
    holder = HolderFilter(field_name="assignee")
    opened_from = InstantFilter(field_name="opened_at", lookup_expr="gte")
    opened_to = InstantFilter(field_name="opened_at", lookup_expr="lt")
    due = ChoiceFilter(
        choices=[(name, name) for name in DUE], method="due_within", help_text="A promise is broken by now, or by then."
    )
    due_from = InstantFilter(method="is_due_from")
    due_to = InstantFilter(method="is_due_to")
    ordering = ChoiceFilter(
        choices=[(name, name) for name in DUE_ORDERS], method="as_asked", help_text="By what is due; else by number."
    )
    resolved_from = InstantFilter(field_name="resolved_at", lookup_expr="gte")
    resolved_to = InstantFilter(field_name="resolved_at", lookup_expr="lt")

    def with_words(self, queryset: Any, _name: str, value: str) -> Any:
        """The tickets that the page would find by the words."""
        return queryset.filter(about(value)) if value.strip() else queryset

    def of_view(self, queryset: Any, _name: str, value: Any) -> Any:
        """The tickets that a kept view finds; none for one that whoever asks does not see."""
        person = int(self.request.user.pk)
        view = list_visible(person).filter(pk=value).first()
        if view is None:
            return queryset.none()
        return queryset.filter(pk__in=list_matching(query_of(view.filters, person=person)).order_by().values("pk"))

    def due_within(self, queryset: Any, _name: str, value: str) -> Any:
        """The tickets with a promise that is broken by then."""
        return queryset.filter(is_due_within(DUE[value]))

    def is_due_from(self, queryset: Any, _name: str, value: datetime) -> Any:
        """The tickets with a running promise of which the first is due at the instant or later."""
        return queryset.filter(due_order__gte=value, due_order__lt=DUE_PAUSED)

    def is_due_to(self, queryset: Any, _name: str, value: datetime) -> Any:
        """The tickets with a running promise that is due before the instant."""
        return queryset.filter(due_order__lt=min(value, DUE_PAUSED))

    def as_asked(self, queryset: Any, _name: str, _value: str) -> Any:
        """All of them: the pages are made in the order."""
        return queryset

    def in_tab(self, queryset: Any, _name: str, value: str) -> Any:
        """The tickets under one of the queue's tabs."""
        return queryset.filter(next(tab.where for tab in TABS if tab.key == value))


class TicketEventSerializer(RowSerializer):
    class Meta:
        model = TicketEvent
        fields = (
            "id",
            "ticket",
            "kind",
            "at",
            "actor",
            "actor_name",
            "old_state",
            "new_state",
            "reason",
            "body",
            "changes",
            "via",
            "request_id",
            "recorded_at",
        )
        read_only_fields = fields


class TakenConflictError(ConflictError):
    """409 that says who has the ticket."""

    default_code = TakenError.code

    def __init__(self, refusal: TakenError) -> None:
        super().__init__(str(refusal), code=refusal.code)
        self.members = {"holder": refusal.holder.pk if refusal.holder else None}


class TicketViews(CreateViews):
    """Requests for help."""

    queryset = Ticket.objects.prefetch_related("tags")
    serializer_class = TicketSerializer
    filterset_class = TicketFilters
    pagination_class = TicketPages
    action_permissions: ClassVar = {
        **dict.fromkeys(
            (
                *("transition", "assign", "take", "assign_by_rule"),
                *("reply", "note", "record_customer_message"),
            ),
            ("support.change_ticket",),
        ),
        "clocks": ("support.view_ticket", "support.view_ticketclock"),
        "add_checklist": MAY_TICK,
        "apply": ("support.change_ticket", "support.view_macro"),
        "escalate": ("support.change_ticket", "operations.add_escalation"),
    }

    @extend_schema(request=OpeningSerializer, responses={201: TicketSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        """Open a ticket."""
        new = NewTicket(**self.read_body(request, OpeningSerializer))
        return self.answer_written(open_ticket(new=new, **self._said_by()), status=201)

    @extend_schema(request=FieldsSerializer, responses=TicketSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        """Change what the ticket is about: subject, priority, area, product, tags and so on."""
        fields = self.read_body(request, FieldsSerializer)
        with transaction.atomic():
            ticket = change_ticket_fields(ticket_id=self.locked_row().pk, fields=fields, **self._said_by())
        return self.answer_written(ticket)

    @extend_schema(request=TransitionSerializer, responses={201: TicketSerializer})
    @action(detail=True, methods=["post"], url_path="transitions")
    def transition(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Take the ticket to another state, or merge it; 409 names the allowed states where the rules refuse it."""
        wanted = self.read_body(request, TransitionSerializer)
        change = StateChange(**{**wanted, "state": TicketState(wanted["state"])})
        ticket = change_ticket_state(ticket_id=self.get_object().pk, change=change, **self._said_by())
        return self.answer_written(ticket, status=201)

    @extend_schema(request=AssignmentSerializer, responses={201: TicketSerializer})
    @action(detail=True, methods=["post"], url_path="assignments")
    def assign(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Give the ticket to a person, a team, or nobody."""
        who = self.read_body(request, AssignmentSerializer)
        ticket = assign_ticket(ticket_id=self.get_object().pk, **who, **self._said_by())
        return self.answer_written(ticket, status=201)

    @extend_schema(request=None, responses={201: TicketSerializer})
    @action(detail=True, methods=["post"])
    def take(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Take a ticket that nobody has; 409 says who has it where somebody was faster."""
        self.read_body(request, serializers.Serializer)
        try:
            ticket = take_ticket(ticket_id=self.get_object().pk, **self._said_by())
        except TakenError as refusal:
            raise TakenConflictError(refusal) from refusal
        return self.answer_written(ticket, status=201)

    @extend_schema(request=None, responses={201: TicketSerializer})
    @action(detail=True, methods=["post"], url_path="automatic-assignments")
    def assign_by_rule(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Give it to the agent on duty who has the least to do; `queue_reason` says why to nobody."""
        self.read_body(request, serializers.Serializer)
        try:
            done = assign_automatically(ticket_id=self.get_object().pk, **self._said_by())
        except TakenError as refusal:
            raise TakenConflictError(refusal) from refusal
        return self.answer_written(done.ticket, status=201)

    @extend_schema(request=ReplySerializer, responses={201: TicketEventSerializer})
    @action(detail=True, methods=["post"], url_path="replies", parser_classes=[LargeJSONParser])
    def reply(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Answer the customer."""
        words = take_files(self.read_body(request, ReplySerializer))
        event = add_reply(ticket_id=self.get_object().pk, **words, **self._said_by())
        return Response(TicketEventSerializer(event).data, status=201)

    @extend_schema(request=WordsSerializer, responses={201: TicketEventSerializer})
    @action(detail=True, methods=["post"], url_path="notes", parser_classes=[LargeJSONParser])
    def note(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Leave a note that only we see."""
        words = take_files(self.read_body(request, WordsSerializer))
        event = add_note(ticket_id=self.get_object().pk, **words, **self._said_by())
        return Response(TicketEventSerializer(event).data, status=201)

    @extend_schema(request=CustomerMessageSerializer, responses={201: TicketSerializer})
    @action(detail=True, methods=["post"], url_path="customer-messages", parser_classes=[LargeJSONParser])
    def record_customer_message(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Record what the customer wrote; the answer is the ticket on which it goes on, which may be a new one."""
        words = take_files(self.read_body(request, CustomerMessageSerializer))
        ticket = add_customer_message(ticket_id=self.get_object().pk, **words, **self._said_by())
        return self.answer_written(ticket, status=201)

    @extend_schema(request=MacroChoiceSerializer, responses={201: TicketSerializer})
    @action(detail=True, methods=["post"], url_path="macros")
    def apply(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Do all that a macro says, or nothing."""
        macro = self.read_body(request, MacroChoiceSerializer)["macro"]
        ticket = apply_macro(ticket_id=self.get_object().pk, macro=macro, **self._said_by())
        return self.answer_written(ticket, status=201)

    @extend_schema(request=PlaybookChoiceSerializer, responses={201: TicketChecklistSerializer})
    @action(detail=True, methods=["post"], url_path="checklists")
    def add_checklist(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Put the published version of a playbook on the ticket, to be ticked off."""
        playbook = self.read_body(request, PlaybookChoiceSerializer)["playbook"]
        made = add_checklist(ticket_id=self.get_object().pk, playbook=playbook, **self._said_by())
        return Response(TicketChecklistSerializer(made).data, status=201)

    @extend_schema(request=HelpSerializer, responses={201: RaisedSerializer})
    @action(detail=True, methods=["post"], url_path="escalations")
    def escalate(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Raise the ticket, or say again why on the escalation that is open."""
        given = self.read_body(request, HelpSerializer)
        by, at = cast("User", request.user), timezone.now()
        raised = escalate_by_hand(ticket_id=self.get_object().pk, at=at, by=by, **given)
        return Response(RaisedSerializer(raised).data, status=201)

    @extend_schema(responses=ExplainedSerializer(many=True))
    @action(detail=True, methods=["get"], url_path="clocks", pagination_class=None, filterset_class=None)
    def clocks(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Every clock as of now, with the stretches by which it was counted."""
        found = explain_clocks(self.get_object().pk, at=timezone.now())
        return Response(ExplainedSerializer(found, many=True).data)

    def _said_by(self) -> dict[str, Any]:
        """Who does it, when and by which way."""
        return {"actor": self.request.user, "at": timezone.now(), "via": Via.API}


class TicketEventFilters(Filters):
    ticket = ReferenceFilter()
    kind = ChoiceFilter(choices=EventKind.choices)
    at_from = InstantFilter(field_name="at", lookup_expr="gte")
    at_to = InstantFilter(field_name="at", lookup_expr="lt")


class TicketEventViews(ReadViews):
    """What happened to tickets; append-only."""

    queryset = TicketEvent.objects.all()
    serializer_class = TicketEventSerializer
    filterset_class = TicketEventFilters
