"""Which mails no person wrote: answering them would have two machines write to each other for ever."""

from collections.abc import Callable, Sequence

OWN_HEADER = "X-Fieldlight-Mail"
"""On every mail of ours, so that one that comes back is known."""
_PRECEDENCES = {"bulk", "junk", "list", "auto_reply"}
_MACHINES = {"mailer-daemon", "mail-daemon", "postmaster"}
_MARKS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Autoreply-From")
Fields = Callable[[str], Sequence[str]]


def why_automatic(fields: Fields, *, content_type: str, sender: str) -> str:
    """Why the mail is not answered, in words; empty where nothing speaks against a person."""
    if fields(OWN_HEADER):
        return "A mail of ours that came back."
    if content_type == "multipart/report" or any(path.strip() == "<>" for path in fields("Return-Path")):
        return "A report about a delivery."
    if sender.partition("@")[0] in _MACHINES:
        return "Written by a mail server."
    return _why_marked(fields)


def _why_marked(fields: Fields) -> str:
    said = [value.partition(";")[0].strip().lower() for value in fields("Auto-Submitted")]
    if any(value not in {"", "no"} for value in said):
        return "An automatic mail (Auto-Submitted)."
    if any(value.strip().lower() in _PRECEDENCES for value in fields("Precedence")):
        return "A mail to many (Precedence)."
    if any(value.strip().lower() not in {"", "none"} for value in fields("X-Auto-Response-Suppress")):
        return "An automatic mail (X-Auto-Response-Suppress)."
    if fields("List-Id"):
        return "A mail of a list (List-Id)."
    if fields("X-Loop") or any(fields(name) for name in _MARKS):
        return "An automatic mail (X-Loop or X-Autoreply)."
    return ""
