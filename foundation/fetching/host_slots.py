"""Politeness: how many requests may be under way to one host at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass
class _Slots:
    semaphore: asyncio.Semaphore
    users: int = 0


class HostSlots:
    """Per-host limits that exist only while somebody uses or awaits them, so that many hosts cost nothing."""

    def __init__(self) -> None:
        self._hosts: dict[str, _Slots] = {}

    @asynccontextmanager
    async def hold(self, host: str, limit: int) -> AsyncIterator[None]:
        """Waits for one of `limit` places at this host."""
        slots = self._hosts.setdefault(host, _Slots(asyncio.Semaphore(limit)))
        slots.users += 1
        try:
            async with slots.semaphore:
                yield
        finally:
            slots.users -= 1
            if not slots.users:
                self._hosts.pop(host, None)
