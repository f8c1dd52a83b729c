"""A certificate authority made for a test, and servers' certificates of any validity signed by it."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Authority:
    """Signs certificates; `client_context` trusts nobody else."""

    def __init__(self, folder: Path, name: str = "Test authority") -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.now(UTC)
        self._certificate = (
            _builder(self._name, self._name, self._key, now - timedelta(days=400), now + timedelta(days=4000))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(self._key, hashes.SHA256())
        )

    @property
    def certificate_pem(self) -> bytes:
        return self._certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def client_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=self.certificate_pem.decode())
        return context

    def server_context(
        self, *names: str, left: timedelta = timedelta(days=90), since: timedelta = timedelta(days=365)
    ) -> ssl.SSLContext:
        """A server's context whose certificate began `since` ago and is valid for `left` more."""
        now = datetime.now(UTC)
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        certificate = (
            _builder(subject, self._name, key, now - since, now + left)
            .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        path = self._folder / f"{certificate.serial_number}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


def _builder(subject, issuer, key, starts: datetime, ends: datetime) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(starts)
        .not_valid_after(ends)
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


@dataclass
class Visited:
    """What a server saw of its only visitor: the name its client asked for, and the bytes it was sent."""

    port: int
    names: list[str | None] = field(default_factory=list)
    received: bytes = b""


@contextmanager
def tls_server(context: ssl.SSLContext) -> Iterator[Visited]:
    """Shakes hands with one visitor and reads until it leaves."""

    def talk(connection: socket.socket, visited: Visited) -> None:
        context.sni_callback = lambda _socket, name, _context: visited.names.append(name)
        with context.wrap_socket(connection, server_side=True) as secured:
            visited.received += secured.recv(1000)

    with server_of_one(talk) as visited:
        yield visited


@contextmanager
def server_of_one(talk: Callable[[socket.socket, Visited], None]) -> Iterator[Visited]:
    """A blocking server in a thread of its own that talks to one visitor."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(5)
    visited = Visited(listening.getsockname()[1])

    def serve() -> None:
        with suppress(OSError):
            connection, _ = listening.accept()
            with connection:
                connection.settimeout(5)
                talk(connection, visited)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield visited
    finally:
        thread.join(10)
        listening.close()
