"""Errors of the API as application/problem+json (RFC 9457).

Every problem has `type`, `title`, `status`, `detail` and a stable `code`; refused input also lists `errors`, each with
its field.
"""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, cast

from django.core.exceptions import RequestDataTooBig
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import IntegrityError
from django.db.models import ProtectedError
from drf_standardized_errors.formatter import flatten_errors
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework import exceptions, serializers
from rest_framework.fields import get_error_detail
from rest_framework.response import Response

from foundation.errors import InvalidInputError, RefusedTransitionError, ServiceError, StaleWriteError
from foundation.refusals import NO_FIELD, ConflictError, PreconditionFailedError, TransitionConflictError

CONTENT_TYPE = "application/problem+json"


_CONVERSIONS: Sequence[tuple[type[Exception], Callable[[Any], exceptions.APIException]]] = (
    (InvalidInputError, lambda e: serializers.ValidationError({e.field: [e.message]}, code=e.code)),
    (StaleWriteError, lambda e: PreconditionFailedError(str(e))),
    (RefusedTransitionError, TransitionConflictError),
    (ServiceError, lambda e: ConflictError(str(e), code=e.code, members=e.members)),
    (ModelValidationError, lambda e: serializers.ValidationError(get_error_detail(e))),
    (ProtectedError, lambda _: ConflictError("Other rows refer to this one, which therefore stays.", code="in_use")),
    (IntegrityError, lambda _: ConflictError()),
    (RequestDataTooBig, lambda _: exceptions.ParseError("The body is larger than 1 MiB.")),
)
"""What the API makes of our exceptions and Django's; the first that fits."""


class ProblemHandler(ExceptionHandler):
    """Turns whatever a view raises into a problem document; faults of ours become a 500 and are logged."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        """The API's exception for one of ours or Django's."""
        for kind, convert in _CONVERSIONS:
            if isinstance(exc, kind):
                return convert(exc)
        return super().convert_known_exceptions(exc)

    def format_exception(self, exc: exceptions.APIException) -> dict[str, Any]:
        """The members of the problem document."""
        found = [
            {"field": error.attr or NO_FIELD, "code": error.code, "detail": error.detail}
            for error in flatten_errors(exc.detail)
        ]
        is_input = isinstance(exc, serializers.ValidationError)
        code = "invalid" if is_input else (found[0]["code"] if found else exc.default_code)
        return {
            "type": f"urn:fieldlight:problem:{code}",
            "title": "Invalid input" if is_input else HTTPStatus(exc.status_code).phrase,
            "status": int(exc.status_code),
            "detail": " ".join(error["detail"] for error in found) or str(exc.default_detail),
            "code": code,
            "errors": found if is_input else [],
            **getattr(exc, "members", {}),
        }

    def get_response(self, exc: exceptions.APIException, data: dict[str, Any]) -> Response:
        """The document with its media type, and the headers that the error brings."""
        return Response(data, status=exc.status_code, headers=self.get_headers(exc), content_type=CONTENT_TYPE)


def problem_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """The problem document of a refused or failed request; None only for a fault while DEBUG shows tracebacks."""
    return ProblemHandler(exc, cast("Any", context)).run()
