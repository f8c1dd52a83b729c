"""Conventions of every REST view: who may, how lists page, how bodies are read, how often a token may call."""

import json
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any, cast

from django.core.cache import BaseCache, caches
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import DataError, transaction
from django.utils.connection import ConnectionProxy
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotFound, ParseError, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.permissions import DjangoModelPermissions
from rest_framework.request import Request
from rest_framework.throttling import UserRateThrottle

MAX_BODY_BYTES = 1024 * 1024
MAX_JSON_DEPTH = 20
MAX_INTEGER_DIGITS = 20
MAX_PAGE_SIZE = 500


class ServiceTokens(TokenAuthentication):  # type: ignore[misc]
    """Knox's hashed, expiring tokens; bytes that are no text are a wrong token, not a fault."""

    def authenticate_credentials(self, token: bytes) -> Any:
        try:
            token.decode("ascii")
        except UnicodeDecodeError as error:
            raise AuthenticationFailed("Invalid token.") from error
        return super().authenticate_credentials(token)


class ModelPermissions(DjangoModelPermissions):
    """Django's model permissions, for reading too: without `view_…` a list is 403, not empty.

    A view may name other ones: `action_permissions` by its action, or `required_permissions` for all of it.
    """

    perms_map = {
        **{method: ["%(app_label)s.view_%(model_name)s"] for method in ("GET", "HEAD", "OPTIONS")},
        "POST": ["%(app_label)s.add_%(model_name)s"],
        "PUT": ["%(app_label)s.change_%(model_name)s"],
        "PATCH": ["%(app_label)s.change_%(model_name)s"],
        "DELETE": ["%(app_label)s.delete_%(model_name)s"],
    }

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the user holds every permission; a method that the view lacks passes, to be answered with 405."""
        if not request.user.is_authenticated:
            return False
        if not hasattr(view, str(request.method).lower()):
            return True
        return request.user.has_perms(self.permissions_of(str(request.method), view))

    def permissions_of(self, method: str, view: Any) -> Sequence[str]:
        """The permissions a request needs."""
        by_action: Mapping[str, Sequence[str]] = getattr(view, "action_permissions", {})
        named = by_action.get(getattr(view, "action", None) or "") or getattr(view, "required_permissions", None)
        return named or self.get_required_permissions(method, cast("Any", view).queryset.model)


class CursorPages(CursorPagination):
    """Pages by cursor on the primary key: page 10,000 costs what page 1 costs."""

    ordering = "-pk"
    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE

    def get_page_size(self, request: Request) -> int | None:
        """The asked page size; ValidationError instead of a guess where it is no number from 1 to the maximum."""
        given = request.query_params.get(self.page_size_query_param)
        if given is None:
            return self.page_size
        if not (given.isascii() and given.isdigit() and 1 <= int(given[:9]) <= MAX_PAGE_SIZE):
            raise ValidationError({self.page_size_query_param: [f"Must be a number from 1 to {MAX_PAGE_SIZE}."]})
        return int(given)

    def paginate_queryset(self, queryset: Any, request: Request, view: Any | None = None) -> Any:
        """One page; NotFound for a cursor that was not made here."""
        # A cursor may be anything: what the database refuses of it must not end the request's transaction.
        kept = transaction.atomic() if request.query_params.get(self.cursor_query_param) else nullcontext()
        try:
            with kept:
                return super().paginate_queryset(queryset, request, view)
        except (NotFound, ValueError, TypeError, OverflowError, ModelValidationError, DataError) as error:
            raise NotFound("This is no cursor of this list.", code="unknown_cursor") from error

    def decode_cursor(self, request: Request) -> Any:
        """The asked place in the list; none for an empty one, which is the first page."""
        return super().decode_cursor(request) if request.query_params.get(self.cursor_query_param) else None

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The page parameters with their bounds."""
        parameters = cast("list[dict[str, Any]]", super().get_schema_operation_parameters(view))
        for parameter in parameters:
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"] = {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE}
        return parameters


class TokenThrottle(UserRateThrottle):
    """One budget per service token, or per person who uses the browser's session; 429 with Retry-After beyond it."""

    scope = "token"

    cache = cast("BaseCache", ConnectionProxy(caches, "throttle"))

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        digest = getattr(request.auth, "digest", None)
        if digest is None:
            return super().get_cache_key(request, view)
        return self.cache_format % {"scope": self.scope, "ident": f"token-{digest[:32]}"}


class BoundedJSONParser(JSONParser):
    """JSON up to 1 MiB and 20 levels deep, without numbers that are none."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:  # noqa: ARG002
        """The parsed body; ParseError when it is too large, too deep or no JSON."""
        return _read_json(stream, MAX_BODY_BYTES)


class LargeJSONParser(BaseParser):
    """JSON as everywhere, up to `max_bytes`: for files in base64. DRF holds what derives from JSONParser to 1 MiB."""

    media_type = "application/json"
    max_bytes = 20 * 1024 * 1024

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:  # noqa: ARG002
        """The parsed body; ParseError when it is too large, too deep or no JSON."""
        return _read_json(stream, self.max_bytes)


def _read_json(stream: Any, limit: int) -> Any:
    raw = stream.read(limit + 1)
    if len(raw) > limit:
        raise ParseError(f"The body is larger than {limit // 1024**2} MiB.")
    try:
        data = json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant, parse_float=_finite, parse_int=_bounded)
    except (ValueError, RecursionError) as error:
        raise ParseError(f"The body is not JSON: {error}") from error
    if _depth(data) > MAX_JSON_DEPTH:
        raise ParseError(f"The body is nested deeper than {MAX_JSON_DEPTH} levels.")
    return data


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    """The number, unless it is too large for a float and would become infinite."""
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"{text[:20]} is out of range")
    return value


def _bounded(text: str) -> int:
    """The number, unless no column could hold it."""
    if len(text) > MAX_INTEGER_DIGITS:
        raise ValueError(f"{text[:20]}… is out of range")
    return int(text)


def _depth(data: Any) -> int:
    """Levels of nesting, counted without recursion."""
    deepest, stack = 0, [(data, 1)]
    while stack:
        value, level = stack.pop()
        children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        if isinstance(value, dict | list):
            deepest = max(deepest, level)
        stack.extend((child, level + 1) for child in children)
    return deepest
