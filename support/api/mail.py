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
from foundation.filters import Filters, InstantFilter, ReferenceFilter, TextFilter
from foundation.serializers import RowSerializer
from foundation.viewsets import ReadViews
from support.api.files import Base64Field
from support.models import InboundMail, MailOutcome, TicketAttachment
from support.services.attachments import open_attachment
from support.services.inbound_mail import receive_mail

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


class InboundMailSerializer(RowSerializer):
    class Meta:
        model = InboundMail
        fields = (
            *("id", "mailbox", "message_key", "message_id", "sender", "sender_name", "recipients", "subject", "text"),
            *("received_at", "outcome", "reason", "ticket", "event", "sha256", "size"),
        )
        read_only_fields = fields


class InboundMailFilters(Filters):
    outcome = ChoiceFilter(choices=MailOutcome.choices)
    sender = TextFilter(lookup_expr="iexact")
    message_id = TextFilter()
    ticket = ReferenceFilter()
    received_from = InstantFilter(field_name="received_at", lookup_expr="gte")
    received_to = InstantFilter(field_name="received_at", lookup_expr="lt")


class InboundMailViews(ReadViews):
    """Mail that came, and what became of it; append-only."""

    queryset = InboundMail.objects.all()
    serializer_class = InboundMailSerializer
    filterset_class = InboundMailFilters
    parser_classes = (MailJSONParser, MailParser)

    @extend_schema(
        request={"application/json": RawMailSerializer, RFC822: OpenApiTypes.BINARY},
        responses={200: InboundMailSerializer, 201: InboundMailSerializer},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        """Bring a mail; 200 with what became of it where it was brought before."""
        raw = self.read_body(request, RawMailSerializer)["raw"]
        received = receive_mail(raw=raw, at=timezone.now())
        return self.answer_row(received.row, status=201 if received.is_new else 200)


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
