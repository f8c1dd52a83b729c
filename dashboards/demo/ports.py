"""Ports on the loopback address."""

import socket
from contextlib import closing

LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as candidate:
        # A port whose last connections are still closing down can be listened on, as every server does.
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def pick_port(preferred: int, *, but_not: int) -> int:
    """The preferred port if it is free and not spoken for, else the next one that is, else any."""
    for port in range(preferred, min(preferred + 50, 65_536)):
        if port != but_not and is_free(port):
            return port
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as candidate:
        candidate.bind((LOOPBACK, 0))
        return int(candidate.getsockname()[1])
