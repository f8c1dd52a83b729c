"""Transports under test and scripted resolvers."""

import pytest

from foundation.fetching.address_policy import AddressPolicy
from foundation.fetching.aiohttp_transport import AiohttpTransport
from foundation.fetching.transport import FetchReason, Request, TransportError


class Names:
    """A resolver whose answers are scripted, one list per look-up."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def lookup(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def transport(
    port: int | None = None, *, rules: str = "", lookup=None, context=None, per_host: int = 2
) -> AiohttpTransport:
    allowed = rules or (f"127.0.0.1:{port}" if port else "")
    return AiohttpTransport(
        policy=AddressPolicy.from_setting(allowed),
        user_agent="test/1 (+ops@example.com)",
        lookup=lookup,
        ssl_context=context,
        per_host=per_host,
    )


@pytest.fixture(autouse=True, params=[True, False], ids=["fresh", "kept"])
def is_fresh(request) -> bool:
    """Every guard holds on both kinds of connection, which are two implementations."""
    MODE["is_fresh"] = request.param
    return request.param


MODE = {"is_fresh": True}


async def fetch(sender: AiohttpTransport, url: str, **kwargs):
    try:
        return await sender.fetch(Request(url=url, **MODE, **kwargs))
    finally:
        await sender.close()


async def reason_of(sender: AiohttpTransport, url: str, **kwargs) -> tuple[FetchReason, bool]:
    with pytest.raises(TransportError) as caught:
        await fetch(sender, url, **kwargs)
    return caught.value.reason, caught.value.is_ours
