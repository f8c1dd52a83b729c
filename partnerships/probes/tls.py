"""The certificate of tls://host: verified for the name, and how many days it is still valid."""

from __future__ import annotations

from datetime import timedelta

from foundation.fetching.transport import Certificate, Request, Response, TransportError
from partnerships.models.result import Outcome
from partnerships.probes.base import Config, Problem, Verdict, unknown_keys
from partnerships.probes.failures import CERTIFICATE_SENTENCES, explain_failure

WARN_DAYS = 21
MAX_WARN_DAYS = 365


class TlsProbe:
    """Degraded when fewer than `warn_days` days are left; fails when it is not valid, or not for this name."""

    kind = "tls"
    label = "TLS certificate"
    is_vendor_feed = False
    schemes = ("tls",)

    def validate(self, config: Config) -> list[Problem]:
        problems = unknown_keys(config, frozenset({"warn_days"}))
        days = config.get("warn_days", WARN_DAYS)
        if isinstance(days, bool) or not isinstance(days, int) or not 0 <= days <= MAX_WARN_DAYS:
            problems.append(("warn_days", f"A whole number from 0 to {MAX_WARN_DAYS}."))
        return problems

    def build_request(self, url: str, config: Config, *, timeout_seconds: float, is_fresh: bool) -> Request:
        del config, is_fresh  # a connection that is kept would show the certificate of yesterday
        return Request(url=url, schemes=self.schemes, timeout_seconds=timeout_seconds)

    def evaluate(self, response: Response, config: Config) -> Verdict:
        certificate = response.certificate
        if certificate is None:
            return Verdict(Outcome.ERROR, reason="parser", detail="No certificate was read.")
        detail = _describe(certificate)
        if _left(certificate) < timedelta(days=config.get("warn_days", WARN_DAYS)):
            return Verdict(Outcome.DEGRADED, reason="certificate_expires_soon", detail=detail)
        return Verdict(Outcome.OK, detail=detail)

    def explain(self, error: TransportError) -> Verdict:
        problem = error.certificate_problem
        if problem is None:
            return explain_failure(error)
        return Verdict(Outcome.FAIL, reason=f"certificate_{problem}", detail=CERTIFICATE_SENTENCES[problem])


def _left(certificate: Certificate) -> timedelta:
    return certificate.expires_at - certificate.seen_at


def _describe(certificate: Certificate) -> str:
    """Days are rounded down: with 20 hours left there are 0."""
    days = _left(certificate) // timedelta(days=1)
    return f"{days} {'day' if days == 1 else 'days'} left, valid until {certificate.expires_at:%Y-%m-%d %H:%M} UTC."


PROBE = TlsProbe()
