"""The context every page has."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from dashboards.selectors.shell import Shell, get_shell


def shell(request: HttpRequest) -> dict[str, Any]:
    """The shell of the page, built only when a template asks for it: the admin and the API do not.

    A request refused before sign-in was looked at has no user, and so no shell.
    """

    def build() -> Shell | None:
        return get_shell(getattr(request, "user", None), path=request.path, at=timezone.now())

    return {"shell": SimpleLazyObject(build)}
