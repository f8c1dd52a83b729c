"""Tokens of internal tools: a service user with roles, and a token that is shown once and stored as a hash."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.text import slugify
from knox.models import AuthToken

from foundation.errors import InvalidInputError
from operations.models import User

MAX_LIFETIME = timedelta(days=366)


def create_service_token(*, name: str, groups: Sequence[str], lifetime: timedelta) -> str:
    """A new token of the tool with this name; the tool's user is made when missing and gets these groups added.

    Raises InvalidInputError for a name without letters, an unknown group, a person's account, or a lifetime outside
    (0, 366 days].
    """
    if not timedelta(0) < lifetime <= MAX_LIFETIME:
        raise InvalidInputError("days", f"Must be 1 to {MAX_LIFETIME.days}.")
    slug = slugify(name)
    if not slug:
        raise InvalidInputError("name", "Give the tool a name with letters.")
    found = list(Group.objects.filter(name__in=groups))
    missing = sorted(set(groups) - {group.name for group in found})
    if missing or not groups:
        known = ", ".join(Group.objects.order_by("name").values_list("name", flat=True))
        raise InvalidInputError("group", f"Unknown: {', '.join(missing) or 'none given'}. Known: {known}.")
    with transaction.atomic():
        user = User.objects.filter(email=f"{slug}@service.invalid").first()
        user = user or User.objects.create_user(f"{slug}@service.invalid", name=name, is_service=True)
        if not user.is_service:
            raise InvalidInputError("name", "This is a person's account.")
        user.groups.add(*found)
        _, token = AuthToken.objects.create(user=user, expiry=lifetime)
    return str(token)


def drop_expired_tokens(*, at: datetime) -> int:
    """Delete tokens that expired; how many."""
    return int(AuthToken.objects.filter(expiry__lt=at).delete()[0])
