"""Conventions of every REST view: who may, how lists page, how bodies are read, how often a token may call."""

import json
from typing import Any, ClassVar

from rest_framework.exceptions import ParseError
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import JSONParser
from rest_framework.permissions import DjangoModelPermissions
from rest_framework.throttling import UserRateThrottle

MAX_BODY_BYTES = 1024 * 1024
MAX_JSON_DEPTH = 20


class ModelPermissions(DjangoModelPermissions):
    """Django's model permissions, for reading too: without `view_…` a list is 403, not empty."""

    perms_map: ClassVar[dict[str, list[str]]] = {
        **{method: ["%(app_label)s.view_%(model_name)s"] for method in ("GET", "HEAD", "OPTIONS")},
        "POST": ["%(app_label)s.add_%(model_name)s"],
        "PUT": ["%(app_label)s.change_%(model_name)s"],
        "PATCH": ["%(app_label)s.change_%(model_name)s"],
        "DELETE": ["%(app_label)s.delete_%(model_name)s"],
    }


class CursorPages(CursorPagination):
    """Pages by cursor on the primary key: page 10,000 costs what page 1 costs."""

    ordering = "-pk"
    page_size_query_param = "page_size"
    max_page_size = 500


class TokenThrottle(UserRateThrottle):
    """One budget a user or service token; 429 with Retry-After beyond it."""

    scope = "token"


class BoundedJSONParser(JSONParser):
    """JSON up to 1 MiB and 20 levels deep."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """The parsed body; ParseError when it is too large, too deep or no JSON."""
        raw = stream.read(MAX_BODY_BYTES + 1)
        if len(raw) > MAX_BODY_BYTES:
            raise ParseError("The body is larger than 1 MiB.")
        try:
            data = json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise ParseError(f"The body is not JSON: {error}") from error
        if _depth(data) > MAX_JSON_DEPTH:
            raise ParseError(f"The body is nested deeper than {MAX_JSON_DEPTH} levels.")
        return data


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


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
