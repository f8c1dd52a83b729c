"""ETag and If-Match of rows with a version: a write that was prepared on an older version is refused with 412."""

from typing import Any

from django.db import models
from django.utils.http import parse_etags
from rest_framework.request import Request

from foundation.refusals import PreconditionFailedError


def is_versioned(model: type[models.Model]) -> bool:
    """Whether rows of the model count their writes: a `version` that no form edits."""
    field = next((f for f in model._meta.fields if f.name == "version"), None)
    return field is not None and not field.editable and not field.is_relation


def etag_of(row: Any) -> str:
    """The row's ETag: its version in quotes."""
    return f'"{row.version}"'


def check_if_match(request: Request, row: Any) -> None:
    """Raise PreconditionFailedError when If-Match is given and does not name the row's version."""
    wanted = request.headers.get("If-Match")
    if wanted is None:
        return
    tags = parse_etags(wanted)
    if "*" not in tags and etag_of(row) not in tags:
        raise PreconditionFailedError
