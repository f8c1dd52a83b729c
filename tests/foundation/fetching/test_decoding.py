import asyncio
import gzip
import zlib

import pytest

from foundation.fetching.decoding import decoder_for, read_body
from foundation.fetching.transport import TransportError


def read(payload: bytes, encoding: str = "", *, limit: int = 1000, truncates: bool = False, step: int = 7):
    async def chunks():
        for at in range(0, len(payload), step):
            yield payload[at : at + step]

    return asyncio.run(read_body(chunks(), decoder=decoder_for(encoding), limit=limit, truncates=truncates))


@pytest.mark.parametrize(("encoding", "pack"), [("", bytes), ("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_body_is_decoded(encoding, pack):
    assert read(pack(b"hello world" * 20), encoding) == (b"hello world" * 20, False)


def test_the_limit_counts_decoded_bytes():
    packed = gzip.compress(b"a" * 1001)

    assert read(gzip.compress(b"a" * 1000), "gzip") == (b"a" * 1000, False)
    assert read(packed, "gzip", truncates=True) == (b"a" * 1000, True)
    with pytest.raises(TransportError, match="too_large"):
        read(packed, "gzip")


def test_a_bomb_is_stopped_by_its_ratio_before_the_limit():
    bomb = gzip.compress(b"\0" * 50_000_000)

    with pytest.raises(TransportError, match="ratio"):
        read(bomb, "gzip", limit=40_000_000, step=16384)


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip"])
def test_an_encoding_nobody_asked_for_is_a_protocol_error(encoding):
    with pytest.raises(TransportError, match="protocol"):
        read(b"x", encoding)


def test_broken_compression_is_a_protocol_error():
    with pytest.raises(TransportError, match="protocol"):
        read(b"not gzip at all", "gzip")
