"""Rows of mail that came and of files on tickets."""

import factory
from factory.django import DjangoModelFactory

from support.models import InboundMail, TicketAttachment
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


class TicketAttachmentFactory(DjangoModelFactory):
    class Meta:
        model = TicketAttachment

    event = factory.SubFactory("tests.factories.TicketEventFactory")
    name = "screen.png"
    media_type = "image/png"
    size = 9
    sha256 = "0" * 64


MAIL_FACTORIES = [InboundMailFactory, TicketAttachmentFactory]
