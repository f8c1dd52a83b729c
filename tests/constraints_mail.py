"""One example for each constraint of mail and files on tickets."""

from tests import factories_mail as m


def mail_twice():
    m.InboundMailFactory.create_batch(2, message_key="<1@example.org>")


MAIL_VIOLATIONS = {
    "inboundmail_once": mail_twice,
    "inboundmail_message_key_not_blank": lambda: m.InboundMailFactory(message_key="", message_id=""),
    "inboundmail_outcome_valid": lambda: m.InboundMailFactory(outcome="odd"),
    "inboundmail_taken_has_event": lambda: m.InboundMailFactory(reason=""),
    "ticketattachment_name_not_blank": lambda: m.TicketAttachmentFactory(name=""),
    "ticketattachment_size_in_range": lambda: m.TicketAttachmentFactory(size=0),
}
