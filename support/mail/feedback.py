"""The signed name of a question in its link; who has it may answer. Until when is in the question's row."""

from django.core.signing import BadSignature, Signer

_SALT = "support.csat"


def sign_question(request_id: int) -> str:
    """The name under which the question with this number is answered."""
    return Signer(salt=_SALT).sign(str(request_id))


def read_question(token: str) -> int | None:
    """The number of the question; None for a name that we did not make."""
    try:
        return int(Signer(salt=_SALT).unsign(token))
    except (BadSignature, ValueError):
        return None
