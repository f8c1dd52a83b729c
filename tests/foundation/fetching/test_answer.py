import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.fetching.answer import MAX_HEAD_BYTES, AnswerReader
from foundation.fetching.transport import Request, TransportError

HEAD = b"HTTP/1.1 200 OK\r\n"


def read(payload: bytes, *, steps: tuple[int, ...] = (), closes: bool = True, **request):
    """The answer in pieces of these sizes, the last one repeated; None when it is not complete."""
    reader = AnswerReader(Request(url="http://partner.example/", **request))
    sizes = list(steps) or [len(payload) or 1]
    at = 0
    while at < len(payload):
        size = sizes.pop(0) if len(sizes) > 1 else sizes[0]
        if reader.feed(payload[at : at + size]):
            return reader.answer
        at += size
    if not closes:
        return None
    reader.end()
    return reader.answer


CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;note=x\r\n world\r\n0\r\nTrailer: x\r\n\r\n"
WHOLE = {
    "counted": HEAD + b"Content-Length: 11\r\n\r\nhello world",
    "chunked": CHUNKED,
    "until the end": HEAD + b"\r\nhello world",
    "after interim answers": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n"
    + HEAD
    + b"Content-Length: 11\r\n\r\nhello world",
    "bare line ends": b"HTTP/1.0 200 OK\nContent-Length: 11\n\nhello world",
}


@pytest.mark.parametrize("payload", WHOLE.values(), ids=WHOLE)
@given(steps=st.lists(st.integers(1, 40), min_size=1, max_size=8).map(tuple))
def test_an_answer_is_the_same_however_it_is_cut(payload, steps):
    answer = read(payload, steps=steps)

    assert (answer.status, answer.body, answer.is_truncated) == (200, b"hello world", False)


def test_a_counted_answer_is_complete_before_the_connection_ends():
    assert read(WHOLE["counted"], closes=False) is not None
    assert read(CHUNKED, closes=False) is not None
    assert read(WHOLE["until the end"], closes=False) is None


def test_headers_are_lower_case_and_the_last_of_repeated_ones_counts():
    answer = read(HEAD + b"X-Quota:  1 \r\nx-quota: 2\r\nEmpty:\r\nContent-Length: 0\r\n\r\n")

    assert answer.headers == {"x-quota": "2", "empty": "", "content-length": "0"}


@pytest.mark.parametrize(
    "payload",
    [
        b"HTTP/2 200 OK\r\n\r\n",
        b"ICY 200 OK\r\n\r\n",
        b"HTTP/1.1 99 Low\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 2000 + WHOLE["counted"],
        HEAD + b"no colon\r\n\r\n",
        HEAD + b"Name : x\r\n\r\n",
        HEAD + b"A: b\r\n folded\r\n\r\n",
        HEAD + b"A: nul\x00byte\r\n\r\n",
        HEAD + b"A: b\r\n" * 300 + b"\r\n",
        HEAD + b"A: " + b"x" * MAX_HEAD_BYTES,
        HEAD + b"Content-Length: -1\r\n\r\n",
        HEAD + b"Content-Length: 5, 5\r\n\r\nhello",
        HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        HEAD + b"Content-Length: 12\r\n\r\nhello world",
        HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nfive\r\nhello\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n4\r\nhello\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhel",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"0" * 300,
        HEAD + b"Content-Encoding: br\r\nContent-Length: 1\r\n\r\nx",
        HEAD,
        b"",
    ],
)
@pytest.mark.parametrize("steps", [(), (1,)])
def test_what_is_no_whole_answer_is_a_protocol_error(payload, steps):
    with pytest.raises(TransportError, match="protocol"):
        read(payload, steps=steps)


@pytest.mark.parametrize(
    ("head", "request_fields"),
    [
        (HEAD + b"Content-Length: 5\r\n\r\n", {"method": "HEAD"}),
        (HEAD + b"Content-Length: 5\r\n\r\n", {"max_body_bytes": 0}),
        (b"HTTP/1.1 204 No Content\r\n\r\n", {}),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", {}),
        (b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 5\r\n\r\n", {"max_redirects": 1}),
    ],
)
def test_no_body_is_waited_for_where_none_comes_or_is_wanted(head, request_fields):
    assert read(head, closes=False, **request_fields).body == b""


def test_a_tiny_chunk_after_another_needs_no_deep_stack():
    payload = HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 50_000 + b"0\r\n\r\n"

    assert len(read(payload).body) == 50_000


def test_the_limit_counts_what_was_unpacked():
    packed = gzip.compress(b"a" * 1000)
    payload = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed

    assert read(payload, max_body_bytes=1000).body == b"a" * 1000
    cut = read(payload, max_body_bytes=10, truncates_body=True)
    assert (cut.body, cut.is_truncated) == (b"a" * 10, True)
    with pytest.raises(TransportError, match="too_large"):
        read(payload, max_body_bytes=999)
