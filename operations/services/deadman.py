"""A sign of life to somebody outside, who raises the alarm when it stays away."""

import asyncio
from datetime import datetime

import structlog
from django.conf import settings

from foundation.fetching.build import build_transport
from foundation.fetching.transport import Request, Response, TransportError
from foundation.readiness import ask_all

WATCHED = ("beat", "escalations", "outbox")
"""What must work for anybody to be told; a part that this installation lacks is none."""

_TIMEOUT_SECONDS = 15.0
_MOST_READ = 4096
_TAKEN = range(200, 300)
_log = structlog.get_logger("notifications")


def ping_deadman(*, at: datetime) -> bool:
    """Call DEADMAN_URL unless a watched part is unwell; whether it was called and answered."""
    if not settings.DEADMAN_URL:
        return False
    findings = ask_all(at=at)
    unwell = [name for name in WATCHED if name in findings and not findings[name].is_ok]
    if unwell:
        _log.error("deadman_withheld", unwell=unwell)
        return False
    try:
        status = asyncio.run(_call(settings.DEADMAN_URL)).status
    except TransportError as error:
        _log.warning("deadman_not_reached", reason=str(error.reason))
        return False
    return status in _TAKEN


async def _call(url: str) -> Response:
    transport = build_transport()
    request = Request(url=url, timeout_seconds=_TIMEOUT_SECONDS, max_body_bytes=_MOST_READ, truncates_body=True)
    try:
        return await transport.fetch(request)
    finally:
        await transport.close()
