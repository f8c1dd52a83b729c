"""Rows of mail that came and of files on tickets."""

from datetime import timedelta

import factory
from factory.django import DjangoModelFactory

from support.models import CsatRequest, CsatResponse, InboundMail, MailHandling, TicketAttachment
from tests.factories_operations import NOW


class InboundMailFactory(DjangoModelFactory):
    class Meta:
        model = InboundMail

    mailbox = "support@example.com"
    message_key = factory.Sequence(lambda n: f"<{n}@mail.example.org>")
    message_id = factory.SelfAttribute("message_key")
    sender = "ann@example.org"
    subject = "Holidays"
    received_at = NOW
    outcome = "ignored"
    reason = "A mail of a list (List-Id)."
    sha256 = "0" * 64
    size = 100


class MailHandlingFactory(DjangoModelFactory):
    class Meta:
        model = MailHandling

    mail = factory.SubFactory(InboundMailFactory)
    verdict = "discarded"
    reason = "A newsletter."
    handled_at = NOW
    handled_by = factory.SubFactory("tests.factories.UserFactory")


class TicketAttachmentFactory(DjangoModelFactory):
    class Meta:
        model = TicketAttachment

    event = factory.SubFactory("tests.factories.TicketEventFactory")
    name = "screen.png"
    media_type = "image/png"
    size = 9
    sha256 = "0" * 64


class CsatRequestFactory(DjangoModelFactory):
    class Meta:
        model = CsatRequest

    event = factory.SubFactory("tests.factories.TicketEventFactory")
    ticket = factory.SelfAttribute("event.ticket")
    asked_at = NOW
    expires_at = NOW + timedelta(days=14)


class CsatResponseFactory(DjangoModelFactory):
    class Meta:
        model = CsatResponse

    request = factory.SubFactory(CsatRequestFactory)
    score = 4
    answered_at = NOW


MAIL_FACTORIES = [
    InboundMailFactory,
    MailHandlingFactory,
    TicketAttachmentFactory,
    CsatRequestFactory,
    CsatResponseFactory,
]
