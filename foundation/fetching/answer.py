"""Reading one HTTP/1 response as its bytes arrive, strictly, and never more of it than was asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from foundation.fetching.decoding import BodyCollector, decoder_for
from foundation.fetching.transport import FetchReason, Request, TransportError

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_HEAD_BYTES = 64 * 1024
MAX_HEADERS = 256
_MAX_SIZE_LINE = 256
_MAX_INTERIM = 8
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-9]\d\d)(?: [^\x00]*)?")
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00\r]*?)[ \t]*")
_DIGITS = re.compile(r"\d{1,18}")
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,12})[ \t]*(?:;[^\x00]*)?")
_SWITCHING, _OK = 101, 200
_WITHOUT_BODY = frozenset({204, 304})


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. Header names are lower case; of repeated headers the last counts."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_truncated: bool = False
    peer_address: str = ""


def is_followed(request: Request, status: int, headers: Mapping[str, str]) -> bool:
    """Whether this is a redirect that the request asks to follow; its body is not read."""
    return request.max_redirects > 0 and status in REDIRECTS and bool(headers.get("location"))


class AnswerReader:
    """One response to one request on a connection of its own.

    feed() takes what arrived and tells whether the response is complete; end() that no more will come. Both raise
    TransportError(protocol) for what is no HTTP, and TransportError(too_large) as the request's limits say.
    """

    def __init__(self, request: Request) -> None:
        self._request = request
        self._buffer = bytearray()
        self._take: Callable[[], bool] = self._take_head
        self._left = 0
        self._interim = 0
        self._searched = 0
        self._ends_with_connection = False
        self._body: BodyCollector | None = None
        self._status = 0
        self._headers: Mapping[str, str] = {}

    @property
    def answer(self) -> Answer:
        """What was read; the peer is for the connection to name."""
        if self._body is None:
            return Answer(self._status, self._headers, b"")
        return Answer(self._status, self._headers, self._body.content, is_truncated=self._body.is_truncated)

    def feed(self, data: bytes) -> bool:
        self._buffer += data
        return self._take()

    def end(self) -> None:
        if not self._ends_with_connection:
            raise _broken("the connection ended within the answer" if self._status else "no answer")

    def _take_head(self) -> bool:
        while (head := self._next_head()) is not None:
            status, headers = parse_head(head)
            if status == _SWITCHING:
                raise _broken("switches protocols")
            if status >= _OK:
                self._status, self._headers = status, headers
                return self._begin_body()
            self._interim += 1  # the real one follows
            if self._interim > _MAX_INTERIM:
                raise _broken("endless interim answers")
        return False

    def _next_head(self) -> bytes | None:
        found = _HEAD_END.search(self._buffer, self._searched, MAX_HEAD_BYTES)
        if found is None:
            if len(self._buffer) >= MAX_HEAD_BYTES:
                raise _broken("endless head")
            self._searched = max(len(self._buffer) - len(b"\r\n\r"), 0)  # a dripped head is not searched from its start
            return None
        self._searched = 0
        head = bytes(self._buffer[: found.start()])
        del self._buffer[: found.end()]
        return head

    def _begin_body(self) -> bool:
        request = self._request
        has_none = request.method == "HEAD" or self._status in _WITHOUT_BODY
        if has_none or not request.max_body_bytes or is_followed(request, self._status, self._headers):
            return True
        self._body = BodyCollector(
            decoder_for(self._headers.get("content-encoding", "")),
            limit=request.max_body_bytes,
            truncates=request.truncates_body,
        )
        if "transfer-encoding" in self._headers:
            if self._headers["transfer-encoding"].lower() != "chunked":
                raise _broken("unknown transfer encoding")
            self._take = self._take_chunk_size
        elif "content-length" in self._headers:
            self._left = int(self._headers["content-length"])
            self._take = self._take_counted
        else:
            self._ends_with_connection = True
            self._take = self._take_rest
        return self._take()

    def _take_counted(self) -> bool:
        return self._collect() or not self._left

    def _take_rest(self) -> bool:
        self._left = len(self._buffer)
        return self._collect()

    def _take_chunk_size(self) -> bool:
        while True:
            at = self._buffer.find(b"\n", 0, _MAX_SIZE_LINE)
            if at < 0:
                if len(self._buffer) >= _MAX_SIZE_LINE:
                    raise _broken("endless chunk size")
                return False
            found = _SIZE.fullmatch(bytes(self._buffer[:at]).removesuffix(b"\r"))
            if found is None:
                raise _broken("unreadable chunk size")
            del self._buffer[: at + 1]
            self._left = int(found[1], 16)
            if not self._left:
                return True  # what may trail the last chunk is of no interest
            self._take = self._take_chunk
            if self._collect():
                return True
            if not self._end_chunk():
                return False

    def _take_chunk(self) -> bool:
        return self._collect() or (self._end_chunk() and self._take_chunk_size())

    def _end_chunk(self) -> bool:
        """True when the line end behind a whole chunk was taken and the next size may follow."""
        if self._left or len(self._buffer) < len(b"\r\n"):
            return False
        if self._buffer[:2] != b"\r\n":
            raise _broken("chunk longer than announced")
        del self._buffer[:2]
        self._take = self._take_chunk_size
        return True

    def _collect(self) -> bool:
        """Moves what is due of the buffer into the body; True when no more is wanted."""
        if self._body is None or not self._buffer:
            return False
        part = bytes(self._buffer[: self._left])
        del self._buffer[: self._left]
        self._left -= len(part)
        return self._body.add(part)


def parse_head(head: bytes) -> tuple[int, dict[str, str]]:
    """Status and headers by lower-case name, of repeated ones the last; TransportError(protocol)."""
    first, *lines = head.split(b"\n")
    found = _STATUS_LINE.fullmatch(first.removesuffix(b"\r"))
    if found is None:
        raise _broken("no status line")
    if len(lines) > MAX_HEADERS:
        raise _broken("too many headers")
    headers: dict[str, str] = {}
    for line in lines:
        match = _HEADER.fullmatch(line.removesuffix(b"\r"))
        if match is None:
            raise _broken("unreadable header")
        name, value = match[1].decode("ascii").lower(), match[2].decode("utf-8", "surrogateescape")
        if name in ("content-length", "transfer-encoding") and headers.get(name, value) != value:
            raise _broken(f"contradicting {name}")
        headers[name] = value
    if not _DIGITS.fullmatch(headers.get("content-length", "0")):
        raise _broken("unreadable length")
    return int(found[1]), headers


def _broken(detail: str) -> TransportError:
    return TransportError(FetchReason.PROTOCOL, detail=detail)
