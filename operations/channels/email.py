"""Mail over whatever backend EMAIL_URL names. The Message-ID is made of the message's uuid, so that it is stable."""

import smtplib
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from operations.channels.base import Outgoing, TransportError

_REFUSED_FOR_GOOD = range(550, 555)  # Of the mail or its address; other refusals are about us or about now.


def send_email(message: Outgoing) -> None:
    """Send the message by mail; TransportError when the server did not take it."""
    mail = EmailMessage(
        subject=" ".join(message.title.split()),  # A line end would begin a header.
        body="\n\n".join(part for part in (message.text, message.url) if part),
        to=[message.address],
        headers={
            "Message-ID": f"<{message.uuid}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}>",
            "Auto-Submitted": "auto-generated",  # No holiday replies.
        },
    )
    try:
        get_connection(timeout=settings.EMAIL_TIMEOUT).send_messages([mail])
    except smtplib.SMTPRecipientsRefused as error:
        codes = {code for code, _ in error.recipients.values()}
        raise TransportError(
            f"address refused: {min(codes)}", permanent=all(code in _REFUSED_FOR_GOOD for code in codes)
        ) from error
    except smtplib.SMTPResponseException as error:
        is_final = error.smtp_code in _REFUSED_FOR_GOOD
        raise TransportError(f"mail refused: {error.smtp_code}", permanent=is_final) from error
    except (smtplib.SMTPException, OSError) as error:
        raise TransportError(f"mail server: {type(error).__name__}") from error
    except ValueError as error:  # An address or header that is none.
        raise TransportError("not a mail", permanent=True) from error
