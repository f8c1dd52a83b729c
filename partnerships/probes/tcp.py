"""A TCP connection to tcp://host:port: it is made within the timeout and given back, and nothing is sent."""

from __future__ import annotations

from foundation.fetching.transport import Request, Response, TransportError
from partnerships.probes.base import OK, Config, Problem, Verdict, unknown_keys
from partnerships.probes.failures import explain_failure


class TcpProbe:
    """Fails with reason dns, refused or timeout. Ports other than 80 and 443 are the operator's to open."""

    kind = "tcp"
    label = "TCP connection"
    is_vendor_feed = False
    schemes = ("tcp",)

    def validate(self, config: Config) -> list[Problem]:
        return unknown_keys(config, frozenset())

    def build_request(self, url: str, config: Config, *, timeout_seconds: float, is_fresh: bool) -> Request:
        del config, is_fresh  # a connection that is kept would measure nothing
        return Request(url=url, schemes=self.schemes, timeout_seconds=timeout_seconds)

    def evaluate(self, response: Response, config: Config) -> Verdict:
        del response, config
        return OK

    def explain(self, error: TransportError) -> Verdict:
        return explain_failure(error)


PROBE = TcpProbe()
