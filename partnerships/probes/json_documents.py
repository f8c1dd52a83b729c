"""Reading JSON from strangers."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

MAX_DEPTH = 64
_SEPARATOR = re.compile(r"[\s,]*")


class JsonError(ValueError):
    """The body is not JSON."""


class JsonTooDeepError(JsonError):
    """The body nests deeper than we read."""


def parse_json(body: bytes, *, max_depth: int = MAX_DEPTH) -> Any:
    """The document of a body; raises JsonError, or JsonTooDeepError beyond `max_depth` levels."""
    try:
        document = json.loads(body.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except RecursionError:
        raise JsonTooDeepError("nested too deeply") from None
    except ValueError as error:
        raise JsonError(str(error)) from None
    if _is_deeper(document, max_depth):
        raise JsonTooDeepError("nested too deeply")
    return document


def parse_json_items(body: bytes, *, max_depth: int = MAX_DEPTH) -> list[Any]:
    """The items of a JSON array that was cut off somewhere, without the one that was cut; JsonError as above."""
    text = body.decode("utf-8-sig", "ignore").lstrip()
    if not text.startswith("["):
        raise JsonError("not an array")
    decoder, items, position = json.JSONDecoder(parse_constant=_refuse_constant), [], 1
    try:
        while (start := _SEPARATOR.match(text, position)) is not None:
            item, position = decoder.raw_decode(text, start.end())
            items.append(item)
    except RecursionError:
        raise JsonTooDeepError("nested too deeply") from None
    except json.JSONDecodeError:
        pass  # the item that was cut, or the end
    except ValueError as error:
        raise JsonError(str(error)) from None
    if _is_deeper(items, max_depth):
        raise JsonTooDeepError("nested too deeply")
    return items


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _is_deeper(document: Any, max_depth: int) -> bool:
    level = [document]
    for _ in range(max_depth):
        level = [child for node in level for child in _children(node)]
        if not level:
            return False
    return any(isinstance(node, dict | list) for node in level)


def _children(node: Any) -> list[Any]:
    if isinstance(node, dict):
        return [value for value in node.values() if isinstance(value, dict | list)]
    if isinstance(node, list):
        return [value for value in node if isinstance(value, dict | list)]
    return []
