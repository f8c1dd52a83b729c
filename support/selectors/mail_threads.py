"""Which ticket a mail goes on with: by what we signed or what was sent before, never by what anybody could guess."""

from django.db.models.functions import Lower

from support.mail.parsing import Mail
from support.mail.tokens import ticket_of_address, ticket_of_message_id, ticket_of_subject
from support.models import Customer, InboundMail, MailOutcome, Ticket
from support.selectors.continuations import find_end

_TAKEN = (MailOutcome.CREATED, MailOutcome.APPENDED, MailOutcome.NOTED)


def get_thread(mail: Mail) -> Ticket | None:
    """The ticket that the mail belongs to; None where it begins one.

    First the mails that it answers, the newest first: an id of ours is signed, one that somebody else made counts for
    those who wrote or got that mail. Then the signed address that it was sent to. A number in the subject counts only
    for those who are on that ticket already. What was merged or is over leads to where it goes on.
    """
    number = _by_references(mail) or _by_address(mail)
    if number is None:
        number = ticket_of_subject(mail.subject)
        if number is None or not is_participant(number, mail.sender):
            return None
    if not Ticket.objects.filter(pk=number).exists():
        return None
    return Ticket.objects.select_related("customer").get(pk=find_end(number))


def get_reported(mail: Mail) -> Ticket | None:
    """The ticket of which a report about a delivery speaks."""
    number = next(filter(None, map(ticket_of_message_id, mail.reported)), None)
    return Ticket.objects.filter(pk=number).first() if number else None


def is_participant(ticket_id: int, address: str) -> bool:
    """Whether mail from this address has been on the ticket: its customer's, or one whose mail was taken."""
    if not address:
        return False
    of_customer = Ticket.objects.filter(pk=ticket_id, customer__email__iexact=address)
    return (
        of_customer.exists()
        or InboundMail.objects.filter(ticket=ticket_id, sender=address, outcome__in=_TAKEN).exists()
    )


def find_customer(address: str) -> Customer | None:
    """The customer with this address, however it is written; the first where several have it."""
    found = Customer.objects.annotate(address=Lower("email")).filter(address=address.lower())
    return found.order_by("pk").first()


def _by_references(mail: Mail) -> int | None:
    earlier = {
        row.message_id: row
        for row in InboundMail.objects.filter(message_id__in=mail.references, ticket__isnull=False).order_by("-pk")
    }
    for reference in mail.references:
        if number := ticket_of_message_id(reference):
            return number
        row = earlier.get(reference)
        if row is not None and _was_in(row, mail.sender):
            return row.ticket_id
    return None


def _was_in(row: InboundMail, address: str) -> bool:
    return bool(address) and (
        address == row.sender or address in row.recipients.split() or is_participant(row.ticket_id or 0, address)
    )


def _by_address(mail: Mail) -> int | None:
    return next(filter(None, map(ticket_of_address, mail.recipients)), None)
