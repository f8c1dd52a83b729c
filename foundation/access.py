"""Who may open a page: deny by default, one permission named per view."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

ViewT = TypeVar("ViewT", bound=Callable[..., HttpResponseBase])


def requires(*permissions: str) -> Callable[[ViewT], ViewT]:
    """Decorate a view: signed-out people go to sign-in and come back, others without all permissions get 403.

    The permissions are readable as `view.required_permissions`, so that a test can hold every URL against the roles.
    """

    def decorate(view: ViewT) -> ViewT:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not request.user.has_perms(permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.required_permissions = permissions  # type: ignore[attr-defined]
        return cast("ViewT", guarded)

    return decorate
