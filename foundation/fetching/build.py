"""The transport and policy of this deployment, from settings."""

from __future__ import annotations

from django.conf import settings

from foundation.fetching.address_policy import AddressPolicy
from foundation.fetching.aiohttp_transport import AiohttpTransport


def build_policy() -> AddressPolicy:
    """The address policy the operator set; ValueError names a bad entry."""
    return AddressPolicy.from_setting(
        settings.PROBE_ALLOWED_TARGETS, public_ports=getattr(settings, "PROBE_ALLOWED_PORTS", ())
    )


def build_transport() -> AiohttpTransport:
    """A transport for one event loop; the caller closes it."""
    return AiohttpTransport(policy=build_policy(), user_agent=settings.PROBE_USER_AGENT)
