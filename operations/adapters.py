"""How allauth behaves here: accounts are made by operations staff or by single sign-on, never by strangers."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest
from django.utils import timezone

from operations.middleware import SIGNED_IN_AT
from operations.models import User
from operations.services.sign_ins import record_sign_in, record_sign_in_failure


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Nobody signs up by themselves."""
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign in, start the absolute limit of the session and leave a trace."""
        super().login(request, user)
        request.session[SIGNED_IN_AT] = int(timezone.now().timestamp())
        record_sign_in(user=user)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Leave a trace of a wrong password or an unknown account."""
        super().authentication_failed(request, **credentials)
        record_sign_in_failure(email=str(credentials.get("email") or ""))


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ARG002
        """The company's identity provider decides who may come in; a newcomer has no role until given one."""
        return True

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Any:
        """The new user, with a name even where the provider gives none."""
        user = super().populate_user(request, sociallogin, data)
        user.name = (
            data.get("name") or " ".join(filter(None, (data.get("first_name"), data.get("last_name")))) or user.email
        )
        return user
