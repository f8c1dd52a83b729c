"""One example for each constraint of mail and files on tickets."""

from datetime import timedelta

from tests import factories as f
from tests import factories_mail as m


def mail_twice():
    m.InboundMailFactory.create_batch(2, message_key="<1@example.org>")


NOW = m.NOW


MAIL_VIOLATIONS = {
    "csatrequest_score_in_range": lambda: m.CsatRequestFactory(score=6, answered_at=NOW),
    "csatrequest_score_with_answered_at": lambda: m.CsatRequestFactory(score=5),
    "csatrequest_expires_at_after_asked_at": lambda: m.CsatRequestFactory(expires_at=NOW),
    "csatrequest_answered_at_after_asked_at": lambda: m.CsatRequestFactory(
        score=5, answered_at=NOW - timedelta(hours=1)
    ),
    "csatresponse_score_in_range": lambda: m.CsatResponseFactory(score=0),
    "inboundmail_once": mail_twice,
    "inboundmail_message_key_not_blank": lambda: m.InboundMailFactory(message_key="", message_id=""),
    "inboundmail_outcome_valid": lambda: m.InboundMailFactory(outcome="odd"),
    "inboundmail_taken_has_event": lambda: m.InboundMailFactory(reason=""),
    "mailhandling_verdict_valid": lambda: m.MailHandlingFactory(verdict="odd", event=f.TicketEventFactory()),
    "mailhandling_taken_or_discarded": lambda: m.MailHandlingFactory(reason=""),
    "ticketattachment_name_not_blank": lambda: m.TicketAttachmentFactory(name=""),
    "ticketattachment_size_in_range": lambda: m.TicketAttachmentFactory(size=0),
}
