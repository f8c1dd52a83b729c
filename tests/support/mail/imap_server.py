"""A small IMAP server over TLS: one folder of mails with flags, and what a client of ours asks of it."""

import re
import socketserver
import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Folder:
    """The mails by unique id, what is marked on them, and where moved ones went; `refuses` names commands that fail."""

    mails: dict[int, bytes] = field(default_factory=dict)
    flags: dict[int, set[str]] = field(default_factory=dict)
    moved: list[int] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    can_move: bool = True
    port: int = 0

    def put(self, *raws):
        for raw in raws:
            uid = max([0, *self.mails, *self.moved]) + 1
            self.mails[uid], self.flags[uid] = raw, set()

    def waiting(self):
        return [uid for uid in sorted(self.mails) if "\\Seen" not in self.flags[uid]]


class _Session(socketserver.StreamRequestHandler):
    timeout = 20

    @property
    def folder(self):
        return self.server.folder

    def handle(self):
        self.send("* OK ready")
        while line := self.rfile.readline():
            tag, _, rest = line.decode().strip().partition(" ")
            command = rest.upper().removeprefix("UID ").split(" ")[0]
            if command in self.folder.refuses:
                self.send(f"{tag} NO refused")
                continue
            getattr(self, f"do_{command.lower()}", lambda _: None)(rest)
            self.send(f"{tag} OK done")
            if command == "LOGOUT":
                return

    def send(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def do_capability(self, _):
        self.send("* CAPABILITY IMAP4rev1" + (" MOVE" if self.folder.can_move else ""))

    def do_login(self, rest):
        assert rest == 'LOGIN support "pass word"', rest

    def do_select(self, _):
        self.send(f"* {len(self.folder.mails)} EXISTS")

    def do_search(self, rest):
        folder = self.folder
        unseen = "UNSEEN" in rest
        found = [
            uid
            for uid in sorted(folder.mails)
            if not (unseen and "\\Seen" in folder.flags[uid]) and "\\Deleted" not in folder.flags[uid]
        ]
        self.send("* SEARCH " + " ".join(map(str, found)))

    def do_fetch(self, rest):
        uid = int(rest.split(" ")[2])
        raw = self.folder.mails.get(uid)
        if raw is None:
            return
        if "SIZE" in rest:
            self.send(f"* 1 FETCH (UID {uid} RFC822.SIZE {len(raw)})")
            return
        part = raw.partition(b"\n\n")[0] + b"\n\n" if "HEADER" in rest else raw
        self.folder.fetched.append("head" if "HEADER" in rest else "all")
        self.wfile.write(b"* 1 FETCH (UID %d BODY[] {%d}\r\n" % (uid, len(part)) + part + b")\r\n")

    def do_store(self, rest):
        uid = int(rest.split(" ")[2])
        if uid in self.folder.flags:
            self.folder.flags[uid] |= set(re.findall(r"\\\w+", rest))

    def do_move(self, rest):
        assert rest.endswith('"Done ones"')
        uid = int(rest.split(" ")[2])
        if self.folder.mails.pop(uid, None):
            self.folder.moved.append(uid)

    def do_copy(self, rest):
        self.folder.moved.append(int(rest.split(" ")[2]))


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, folder, context):
        self.folder, self.context = folder, context
        super().__init__(("127.0.0.1", 0), _Session)

    def get_request(self):
        connection, address = super().get_request()
        return self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request, address):
        """A client that hangs up, or does not trust us, ends its session only."""


@contextmanager
def imap_server(context: ssl.SSLContext):
    folder = Folder()
    with _Server(folder, context) as server:
        folder.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield folder
        finally:
            server.shutdown()
            thread.join()
