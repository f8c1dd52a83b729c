"""Mails as the programs of our customers write them, and mails made of a few fields."""

from email.message import EmailMessage
from pathlib import Path

_FOLDER = Path(__file__).parent / "samples"


def sample(name, **replaced):
    raw = (_FOLDER / f"{name}.eml").read_bytes()
    for old, new in replaced.items():
        raw = raw.replace(old.replace("_", "-").encode(), new.encode())
    return raw


def mail(*, sender="Ann <ann@example.org>", to="support@example.com", subject="Holidays", text="My days.", **headers):
    """A plain mail; headers by their name with underscores."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    if "Message_ID" not in headers:
        message["Message-ID"] = f"<{abs(hash((sender, to, subject, text)))}@example.org>"
    message.set_content(text)
    return message.as_bytes()
