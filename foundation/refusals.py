"""What the API answers where a rule refuses a request: exceptions with a stable code."""

from collections.abc import Mapping
from http import HTTPStatus

from rest_framework import exceptions

from foundation.errors import RefusedTransitionError, StaleWriteError

NO_FIELD = "non_field_errors"


class ConflictError(exceptions.APIException):
    """409: the request is well-formed, but what is stored refuses it."""

    status_code = HTTPStatus.CONFLICT
    default_detail = "This contradicts what is stored."
    default_code = "conflict"

    def __init__(
        self, detail: str | None = None, code: str | None = None, *, members: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(detail, code)
        self.members: Mapping[str, object] = members or {}


class TransitionConflictError(ConflictError):
    """409 that names the states which are allowed instead, and the member that asked for another."""

    default_code = RefusedTransitionError.code

    def __init__(self, refusal: RefusedTransitionError) -> None:
        super().__init__(str(refusal))
        detail = {"field": refusal.field, "code": refusal.code, "detail": str(refusal)}
        self.members = {"current": refusal.current, "allowed": refusal.allowed, "errors": [detail]}


class PreconditionFailedError(exceptions.APIException):
    """412: If-Match names another version than the stored one."""

    status_code = HTTPStatus.PRECONDITION_FAILED
    default_detail = "This was changed meanwhile. Read it again and repeat."
    default_code = StaleWriteError.code
