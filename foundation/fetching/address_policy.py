"""Which addresses may be dialled. Decides on the address itself, never on a name or on what a check claims.

`ipaddress.is_private` and `is_global` both let loopback through in disguise (NAT64, 6to4, v4-compatible) and
pass shared address space or multicast, hence the explicit list below and the unwrapping before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PUBLIC_PORTS = frozenset({80, 443})
MAX_PORT = 65535

DENIED: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "fec0::/10",
        "ff00::/8",
    )
)
NAT64 = IPv6Network("64:ff9b::/96")
# What a rule that names a host (not a network) may resolve to besides public addresses: a neighbour in the
# same deployment, never link-local, where cloud metadata lives.
NEIGHBOURS: tuple[Network, ...] = tuple(
    ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "::1/128", "fc00::/7")
)


@dataclass(frozen=True)
class AllowRule:
    """One operator exception: a network or a host name, and a port (None: every port)."""

    network: Network | None
    host: str | None
    port: int | None

    def opens_port(self, port: int) -> bool:
        return self.port in (None, port)

    def covers(self, host: str, address: Address, port: int) -> bool:
        if not self.opens_port(port):
            return False
        if self.network is not None:
            return address in self.network
        return host == self.host and (is_public(address) or _within(address, NEIGHBOURS))


class AddressPolicy:
    """The decision for one deployment: public addresses on web ports, and what the operator named."""

    def __init__(self, rules: Iterable[AllowRule] = (), *, public_ports: Iterable[int] = ()) -> None:
        self._rules = tuple(rules)
        self._ports = PUBLIC_PORTS | frozenset(public_ports)

    @classmethod
    def from_setting(cls, value: str | Iterable[str], *, public_ports: Iterable[int] = ()) -> AddressPolicy:
        """Policy from "127.0.0.1:9100,10.0.0.0/8,mock:9100" or a list of such; ValueError names a bad one."""
        entries = value.split(",") if isinstance(value, str) else value
        rules = [parse_rule(entry) for entry in (text.strip() for text in entries) if entry]
        return cls(rules, public_ports=public_ports)

    def may_use_port(self, port: int) -> bool:
        """False when no address could make this port acceptable."""
        return port in self._ports or any(rule.opens_port(port) for rule in self._rules)

    def permits(self, *, host: str, address: str, port: int) -> bool:
        """True when a connection to this address and port is acceptable for a URL that names `host`."""
        try:
            outer = ip_address(address)
        except ValueError:
            return False
        if self.is_own(host=host, address=address, port=port):
            return True
        return port in self._ports and is_public(outer)

    def permits_dialling(self, *, address: str, port: int) -> bool:
        """The same question where the name is no longer known: before a socket is made, and on its peer."""
        named = [rule.host for rule in self._rules if rule.host is not None]
        return any(self.permits(host=host, address=address, port=port) for host in ["", *named])

    def is_own(self, *, host: str, address: str, port: int) -> bool:
        """True when an operator's rule, and not publicness, opens this target."""
        try:
            inner = unwrap(ip_address(address))
        except ValueError:
            return False
        return any(rule.covers(host, inner, port) for rule in self._rules)


def parse_rule(text: str) -> AllowRule:
    """AllowRule from "10.0.0.0/8", "10.0.0.0/8:8080", "127.0.0.1:9100", "[::1]:9100" or "name:9100".

    A host name needs a port, so that a rule never opens all ports of a machine someone else may rename.
    """
    host, port = _split_port(text)
    try:
        return AllowRule(network=ip_network(host), host=None, port=port)
    except ValueError:
        if port is None or "/" in host or not host:
            raise ValueError(f"Not a network, address or name:port: {text!r}") from None
        return AllowRule(network=None, host=host.lower(), port=port)


def unwrap(address: Address) -> Address:
    """The address a packet would finally reach: v4-mapped, 6to4, Teredo and NAT64 forms give their IPv4."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def is_public(address: Address) -> bool:
    """True for a unicast address on the open internet after unwrapping."""
    if isinstance(address, IPv6Address) and address.teredo is not None:
        return False  # nobody serves an API over Teredo; an embedded public address proves nothing
    inner = unwrap(address)
    return inner.is_global and not inner.is_multicast and not _within(inner, DENIED)


def _within(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)


def _split_port(text: str) -> tuple[str, int | None]:
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        return host, _port(rest.removeprefix(":"), text) if rest else None
    if text.count(":") == 1:
        host, _, rest = text.partition(":")
        return host, _port(rest, text)
    return text, None


def _port(text: str, entry: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= MAX_PORT):
        raise ValueError(f"Not a port in {entry!r}")
    return int(text)
