"""Posting JSON to addresses outside, behind the guard that probes have: no way leads inside."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from django.conf import settings

from foundation.fetching.aiohttp_transport import AiohttpTransport
from foundation.fetching.build import build_policy
from foundation.fetching.transport import FetchReason, Request, Response
from foundation.fetching.transport import TransportError as FetchError
from operations.channels.base import TransportError
from operations.channels.secrets import MissingSecretError, fill_secrets

_TAKEN = range(200, 300)
_GONE = 410
_MOST_READ = 4096
_LONGEST_WAIT = timedelta(hours=24)


def post(url: str, *, body: bytes, headers: Mapping[str, str], at: datetime) -> None:
    """Post the body and return when it was taken by a 2xx; TransportError otherwise. Redirects are not followed."""
    try:
        request = Request(
            url=fill_secrets(url),
            method="POST",
            headers={"Content-Type": "application/json", **headers},
            body=body,
            timeout_seconds=settings.NOTIFY_TIMEOUT_SECONDS,
            max_body_bytes=_MOST_READ,
            truncates_body=True,
        )
    except MissingSecretError as error:
        raise TransportError(str(error)) from error
    try:
        response = asyncio.run(_fetch(request))
    except FetchError as error:
        is_blocked = error.reason is FetchReason.BLOCKED
        raise TransportError(f"no answer: {error.reason}", permanent=is_blocked) from error
    if response.status not in _TAKEN:
        raise TransportError(
            f"answered {response.status}",
            is_gone=response.status == _GONE,
            permanent=response.status == _GONE,
            retry_after=_retry_after(response, at=at),
        )


async def _fetch(request: Request) -> Response:
    transport = AiohttpTransport(policy=build_policy(), user_agent=settings.NOTIFY_USER_AGENT)
    try:
        return await transport.fetch(request)
    finally:
        await transport.close()


def _retry_after(response: Response, *, at: datetime) -> timedelta | None:
    """How long the receiver asks us to wait, in seconds or until a date; at most a day."""
    said = response.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return min(timedelta(seconds=int(said[:9])), _LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return None
    wait = (until if until.tzinfo else until.replace(tzinfo=UTC)) - at
    return min(max(wait, timedelta(0)), _LONGEST_WAIT)
