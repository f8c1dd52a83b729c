"""Turning what a connection can throw into the few words of FetchReason."""

from __future__ import annotations

import errno
import ssl

import aiohttp

from foundation.fetching.transport import CertificateProblem, FetchReason, TransportError

# These say that this machine could not even try: never the partner's downtime.
_OUR_TROUBLE = frozenset(
    {
        errno.ENETUNREACH,
        errno.ENETDOWN,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOMEM,
        errno.ENOBUFS,
        errno.EADDRNOTAVAIL,
    }
)

# OpenSSL's X509_V_ERR codes; any other means a chain that does not lead to an authority we trust.
_CERTIFICATE_PROBLEMS = {
    9: CertificateProblem.NOT_YET_VALID,
    10: CertificateProblem.EXPIRED,
    62: CertificateProblem.WRONG_NAME,  # host name
    64: CertificateProblem.WRONG_NAME,  # IP address
}


def as_transport_error(error: Exception) -> TransportError:
    """The TransportError for an exception of aiohttp, the socket or the parser."""
    detail = f"{type(error).__name__}: {error}"[:300]
    if isinstance(error, TimeoutError):
        return TransportError(FetchReason.TIMEOUT, detail=detail)
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError | ssl.CertificateError):
        return TransportError(FetchReason.TLS, detail=detail, certificate_problem=_certificate_problem(error))
    if isinstance(error, aiohttp.ServerDisconnectedError | aiohttp.ClientPayloadError):
        return TransportError(FetchReason.PROTOCOL, detail=detail)
    if isinstance(error, OSError):
        return _as_socket_error(error, detail)
    return TransportError(FetchReason.PROTOCOL, detail=detail)


def as_connect_error(error: OSError) -> TransportError:
    """The TransportError for what kept a connection from being made: refused, unless it was time, TLS or ourselves."""
    found = as_transport_error(error)
    if found.reason is FetchReason.PROTOCOL:
        return TransportError(FetchReason.REFUSED, detail=found.detail)
    return found


def _as_socket_error(error: OSError, detail: str) -> TransportError:
    if error.errno in _OUR_TROUBLE:
        return TransportError(FetchReason.NETWORK, detail=detail, is_ours=True)
    if isinstance(error, aiohttp.ClientConnectorError | ConnectionRefusedError):
        return TransportError(FetchReason.REFUSED, detail=detail)
    return TransportError(FetchReason.PROTOCOL, detail=detail)


def _certificate_problem(error: Exception) -> CertificateProblem | None:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        error = error.certificate_error
    if not isinstance(error, ssl.SSLCertVerificationError):
        return None
    return _CERTIFICATE_PROBLEMS.get(error.verify_code, CertificateProblem.UNTRUSTED)
