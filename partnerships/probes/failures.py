"""What it means that nothing came back from a target of our own measurement."""

from __future__ import annotations

from foundation.fetching.transport import CertificateProblem, FetchReason, TransportError
from partnerships.models.result import Outcome
from partnerships.probes.base import Verdict

SENTENCES = {
    FetchReason.DNS: "The name could not be resolved.",
    FetchReason.REFUSED: "The connection was refused.",
    FetchReason.TIMEOUT: "No complete answer in time.",
    FetchReason.TLS: "The secure connection failed.",
    FetchReason.BLOCKED: "This target may not be probed.",
    FetchReason.TOO_LARGE: "The answer was larger than we read.",
    FetchReason.PROTOCOL: "The answer was not valid HTTP.",
    FetchReason.NETWORK: "Our own network was not available.",
    FetchReason.CONFIG: "The check is not configured correctly.",
}

CERTIFICATE_SENTENCES = {
    CertificateProblem.EXPIRED: "The certificate has expired.",
    CertificateProblem.NOT_YET_VALID: "The certificate is not valid yet.",
    CertificateProblem.WRONG_NAME: "The certificate is for another name.",
    CertificateProblem.UNTRUSTED: "The certificate does not lead to an authority we trust.",
}


def explain_failure(error: TransportError) -> Verdict:
    """Theirs is a failure, ours is `error`, in words that tell no more than the reason does."""
    outcome = Outcome.ERROR if error.is_ours else Outcome.FAIL
    return Verdict(outcome, reason=str(error.reason), detail=SENTENCES[error.reason])
