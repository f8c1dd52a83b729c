"""Mail over whatever backend EMAIL_URL names. The Message-ID is made of the message's uuid, so that it is stable."""

import smtplib
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from operations.channels.base import MailedFile, Outgoing, TransportError

_REFUSED_FOR_GOOD = range(550, 555)  # Of the mail or its address; other refusals are about us or about now.


def send_email(message: Outgoing) -> None:
    """Send the message by mail; TransportError when the server did not take it."""
    mail = _mail_of(message)
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


def _mail_of(message: Outgoing) -> EmailMessage:
    """A notice as it is, or with the headers and files that the message brings."""
    own_id = f"<{message.uuid}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}>"
    parts = message.mail
    headers = {"Message-ID": own_id, "Auto-Submitted": "auto-generated"}  # No holiday replies.
    if parts is not None:
        headers = {"Message-ID": own_id, **{name: " ".join(value.split()) for name, value in parts.headers.items()}}
    mail = EmailMessage(
        subject=" ".join(message.title.split()),  # A line end would begin a header.
        body="\n\n".join(part for part in (message.text, message.url) if part),
        from_email=headers.pop("From", None),
        to=[message.address],
        headers=headers,
    )
    for file in parts.files if parts else ():
        mail.attach(file.name, _read(file), file.media_type)
    return mail


def _read(file: MailedFile) -> bytes:
    try:
        return (Path(settings.MEDIA_ROOT) / file.path).read_bytes()
    except FileNotFoundError as error:
        raise TransportError(f"a file is not kept any more: {file.name[:100]}", permanent=True) from error
