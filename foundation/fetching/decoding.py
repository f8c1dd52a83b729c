"""Reading a body without letting the sender choose how much memory it takes."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator
from typing import Protocol

from foundation.fetching.transport import FetchReason, TransportError

MAX_RATIO = 100
RATIO_GRACE_BYTES = 256 * 1024  # small bodies may compress as well as they like
_AUTO_DETECT = zlib.MAX_WBITS | 32  # gzip or zlib by their header


class Decoder(Protocol):
    def decode(self, chunk: bytes, room: int) -> bytes:
        """At most `room` decoded bytes of this chunk."""
        ...


class IdentityDecoder:
    def decode(self, chunk: bytes, room: int) -> bytes:
        return chunk[:room]


class InflateDecoder:
    """Inflates in bounded steps: 200 kB of gzip can hold 200 MB."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(_AUTO_DETECT)
        self._read = 0
        self._made = 0

    def decode(self, chunk: bytes, room: int) -> bytes:
        self._read += len(chunk)
        try:
            made = self._inflate.decompress(chunk, room)
        except zlib.error as error:
            raise TransportError(FetchReason.PROTOCOL, detail=f"bad compression: {error}") from None
        self._made += len(made)
        if self._made > RATIO_GRACE_BYTES and self._made > MAX_RATIO * self._read:
            raise TransportError(FetchReason.TOO_LARGE, detail="compression ratio")
        return made


def decoder_for(content_encoding: str) -> Decoder:
    """Decoder of a Content-Encoding; TransportError(protocol) for one that was not asked for."""
    name = content_encoding.strip().lower()
    if name in ("", "identity"):
        return IdentityDecoder()
    if name in ("gzip", "x-gzip", "deflate"):
        return InflateDecoder()
    raise TransportError(FetchReason.PROTOCOL, detail=f"content encoding {name[:40]!r}")


class BodyCollector:
    """A body as its chunks arrive, decoded, and no longer than the limit."""

    def __init__(self, decoder: Decoder, *, limit: int, truncates: bool) -> None:
        self._decoder = decoder
        self._limit = limit
        self._truncates = truncates
        self._parts = bytearray()
        self.is_truncated = False

    @property
    def content(self) -> bytes:
        return bytes(self._parts)

    def add(self, chunk: bytes) -> bool:
        """True when no more is wanted; TransportError(too_large) for more than the limit, unless it truncates."""
        self._parts += self._decoder.decode(chunk, self._limit + 1 - len(self._parts))
        if len(self._parts) <= self._limit:
            return False
        if not self._truncates:
            raise TransportError(FetchReason.TOO_LARGE, detail=f"more than {self._limit} bytes", is_ours=True)
        del self._parts[self._limit :]
        self.is_truncated = True
        return True


async def read_body(
    chunks: AsyncIterator[bytes], *, decoder: Decoder, limit: int, truncates: bool
) -> tuple[bytes, bool]:
    """The decoded body and whether it was cut; TransportError(too_large) for more, unless `truncates`."""
    body = BodyCollector(decoder, limit=limit, truncates=truncates)
    async for chunk in chunks:
        if body.add(chunk):
            break
    return body.content, body.is_truncated
