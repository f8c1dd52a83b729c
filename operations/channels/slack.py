"""Slack's incoming webhooks, and what understands the same. Slack knows no ids: a repetition shows twice."""

import json

from operations.channels.base import Outgoing
from operations.channels.posting import post


def send_to_slack(message: Outgoing) -> None:
    """Post the message; TransportError when it was not taken."""
    mark = ":rotating_light: " if message.severity == "critical" else ""
    lines = [f"{mark}*{_plain(message.title)}*", _plain(message.text)]
    if message.url:
        lines.append(f"<{_plain(message.url)}|Open>")
    body = json.dumps({"text": "\n".join(line for line in lines if line)}).encode()
    post(message.address, body=body, headers={}, at=message.attempted_at)


def _plain(text: str) -> str:
    """The text without what Slack takes for commands: mentions and links begin with these."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
