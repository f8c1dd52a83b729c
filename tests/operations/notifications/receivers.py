"""Real local receivers that take what they are sent, or misbehave on purpose."""

import json
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller


@dataclass
class Received:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self):
        return self.headers["webhook-id"]

    @property
    def document(self):
        return json.loads(self.body)


@dataclass
class Receiver:
    """Answers each request with the next of `answers`, the last for ever: a status, (status, headers), drop or hang."""

    answers: list = field(default_factory=lambda: [200])
    requests: list[Received] = field(default_factory=list)
    port: int = 0
    came: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/in"

    def next_answer(self):
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def webhook_receiver(*answers, hang_seconds=2.0):
    receiver = Receiver(list(answers) or [200])
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            with lock:
                receiver.requests.append(
                    Received(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
                )
                answer = receiver.next_answer()
            receiver.came.set()
            if answer == "drop":
                self.close_connection = True
                return
            if answer == "hang":
                time.sleep(hang_seconds)
            status, headers = answer if isinstance(answer, tuple) else (answer, {})
            self.send_response(status if isinstance(status, int) else 200)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST  # noqa: N815

        def handle_one_request(self):
            try:
                super().handle_one_request()
            except ConnectionError:
                self.close_connection = True

        def log_message(self, *_):
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 64

    with Server(("127.0.0.1", 0), Handler) as server:
        receiver.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()


@dataclass
class Mailbox:
    """What the mail server took; `refusals` maps an address to the answer it gets instead."""

    mails: list = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    drops_after_data: int = 0
    port: int = 0


class _Taking:
    """aiosmtpd's hooks: which addresses are refused, and what is done with a mail."""

    def __init__(self, box):
        self.box = box

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd names it
        if address in self.box.refusals:
            return self.box.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.box.mails.append(message_from_bytes(envelope.content))
        if self.box.drops_after_data:  # Taken, but the sender never learns.
            self.box.drops_after_data -= 1
            server.transport.close()
        return "250 taken"


class _OnFreePort(Controller):
    """aiosmtpd's server on a port that is free, bound before anybody is told of it."""

    def __init__(self, handler):
        self.bound = socket.create_server(("127.0.0.1", 0))
        super().__init__(handler, hostname="127.0.0.1", port=self.bound.getsockname()[1])

    def _create_server(self):
        return self.loop.create_server(self._factory_invoker, sock=self.bound)


@contextmanager
def smtp_server():
    box = Mailbox()
    server = _OnFreePort(_Taking(box))
    server.start()
    box.port = server.port
    try:
        yield box
    finally:
        server.stop()
