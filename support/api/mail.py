"""Mail that came, which tools may bring, and the files on tickets."""

import base64
from typing import Any, ClassVar

from django.conf import settings
from django.http import FileResponse
from django.utils import timezone
from django_filters import ChoiceFilter
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import LargeJSONParser
from foundation.filters import Filters, FlagFilter, InstantFilter, ReferenceFilter, TextFilter
from foundation.serializers import RowSerializer, TextField
from foundation.viewsets import ReadViews
from support.api.files import Base64Field
from support.models import InboundMail, MailHandling, MailOutcome, MailVerdict, Ticket, TicketAttachment
from support.selectors.mail_aside import list_aside
from support.services.attachments import open_attachment
from support.services.inbound_mail import receive_mail
from support.services.mail_aside import discard_mail, open_from_mail, put_on_ticket

RFC822 = "message/rfc822"
_LARGEST_RAW = settings.MAIL_MAX_MIB * 1024**2


class MailParser(BaseParser):
    """A mail as it is, as the member `raw` of a body; of one that is too large only so much that this is seen."""

    media_type = RFC822

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:  # noqa: ARG002
        """The body."""
        return {"raw": base64.b64encode(stream.read(_LARGEST_RAW + 1)).decode()}


class MailJSONParser(LargeJSONParser):
    """JSON around a mail in base64."""

    max_bytes = _LARGEST_RAW * 4 // 3 + 1024**2


class RawMailSerializer(serializers.Serializer[Any]):
    raw = Base64Field(help_text="The mail as it came, in base64.")


class MailSubjectSerializer(serializers.Serializer[Any]):
    subject = TextField(max_length=300, default="", allow_blank=True, help_text="Else that of the mail.")


class MailTicketSerializer(serializers.Serializer[Any]):
    ticket = serializers.PrimaryKeyRelatedField(queryset=Ticket.objects.all())


class MailReasonSerializer(serializers.Serializer[Any]):
    reason = TextField(max_length=300)


class InboundMailSerializer(RowSerializer):
    class Meta:
        model = InboundMail
        fields = (
            *("id", "mailbox", "message_key", "message_id", "sender", "sender_name", "recipients", "subject", "text"),
            *("received_at", "outcome", "reason", "ticket", "event", "sha256", "size"),
        )
        read_only_fields = fields


class MailHandlingSerializer(RowSerializer):
    ticket = serializers.IntegerField(source="event.ticket_id", default=None, allow_null=True, read_only=True)

    class Meta:
        model = MailHandling
        fields = ("id", "mail", "verdict", "event", "ticket", "reason", "handled_at", "handled_by")
        read_only_fields = fields


class InboundMailFilters(Filters):
    outcome = ChoiceFilter(choices=MailOutcome.choices)
    sender = TextFilter(lookup_expr="iexact")
    message_id = TextFilter()
    ticket = ReferenceFilter()
    is_waiting = FlagFilter(method="that_wait", help_text="Kept aside, and nobody has seen to it.")
    received_from = InstantFilter(field_name="received_at", lookup_expr="gte")
    received_to = InstantFilter(field_name="received_at", lookup_expr="lt")

    def that_wait(self, queryset: Any, _name: str, value: bool) -> Any:  # noqa: FBT001 - as filters are called
        """The mails that wait for a person, or all others."""
        waiting = list_aside().order_by().values("pk")
        return queryset.filter(pk__in=waiting) if value else queryset.exclude(pk__in=waiting)


class InboundMailViews(ReadViews):
    """Mail that came, and what became of it; append-only."""

    queryset = InboundMail.objects.all()
    serializer_class = InboundMailSerializer
    filterset_class = InboundMailFilters
    parser_classes = (MailJSONParser, MailParser)
    action_permissions: ClassVar = dict.fromkeys(
        ("open_ticket", "put_on", "discard"), ("support.view_inboundmail", "support.change_ticket")
    )

    @extend_schema(
        request={"application/json": RawMailSerializer, RFC822: OpenApiTypes.BINARY},
        responses={200: InboundMailSerializer, 201: InboundMailSerializer},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        """Bring a mail; 200 with what became of it where it was brought before."""
        raw = self.read_body(request, RawMailSerializer)["raw"]
        received = receive_mail(raw=raw, at=timezone.now())
        return self.answer_row(received.row, status=201 if received.is_new else 200)

    @extend_schema(request=MailSubjectSerializer, responses={201: MailHandlingSerializer})
    @action(detail=True, methods=["post"], url_path="tickets", parser_classes=[LargeJSONParser])
    def open_ticket(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Open a ticket with a mail that was kept aside; 409 `handled` where it is not any more."""
        words = self.read_body(request, MailSubjectSerializer)
        return self._answer(open_from_mail(mail_id=self.get_object().pk, **words, **self._said_by()))

    @extend_schema(request=MailTicketSerializer, responses={201: MailHandlingSerializer})
    @action(detail=True, methods=["post"], url_path="messages", parser_classes=[LargeJSONParser])
    def put_on(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Put it on a ticket as the customer's message; 409 `handled` where it is not kept aside any more."""
        words = self.read_body(request, MailTicketSerializer)
        return self._answer(put_on_ticket(mail_id=self.get_object().pk, **words, **self._said_by()))

    @extend_schema(request=MailReasonSerializer, responses={201: MailHandlingSerializer})
    @action(detail=True, methods=["post"], url_path="discards", parser_classes=[LargeJSONParser])
    def discard(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Do nothing with it; 409 `handled` where it is not kept aside any more."""
        words = self.read_body(request, MailReasonSerializer)
        return self._answer(discard_mail(mail_id=self.get_object().pk, **words, **self._said_by()))

    def _said_by(self) -> dict[str, Any]:
        """Who does it, and when."""
        return {"actor": self.request.user, "at": timezone.now()}

    def _answer(self, done: MailHandling) -> Response:
        return Response(MailHandlingSerializer(done).data, status=201)


class MailHandlingFilters(Filters):
    mail = ReferenceFilter()
    verdict = ChoiceFilter(choices=MailVerdict.choices)


class MailHandlingViews(ReadViews):
    """What people made of mail that was kept aside; append-only."""

    queryset = MailHandling.objects.select_related("event")
    serializer_class = MailHandlingSerializer
    filterset_class = MailHandlingFilters


class TicketAttachmentSerializer(RowSerializer):
    class Meta:
        model = TicketAttachment
        fields = ("id", "event", "name", "media_type", "size", "sha256")
        read_only_fields = fields


class TicketAttachmentFilters(Filters):
    event = ReferenceFilter()
    ticket = ReferenceFilter(field_name="event__ticket")


class TicketAttachmentViews(ReadViews):
    """Files on tickets; append-only."""

    queryset = TicketAttachment.objects.all()
    serializer_class = TicketAttachmentSerializer
    filterset_class = TicketAttachmentFilters
    action_permissions: ClassVar = {"content": ("support.view_ticketattachment", "support.view_ticket")}

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"], url_path="content", pagination_class=None, filterset_class=None)
    def content(self, request: Request, pk: str) -> Any:  # noqa: ARG002
        """The file itself, as a download; 404 where it is no longer kept."""
        row = self.get_object()
        content = open_attachment(row)
        if content is None:
            raise NotFound("This file is not kept any more.")
        return FileResponse(content, as_attachment=True, filename=row.name, content_type="application/octet-stream")
