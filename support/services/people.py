"""Who can be given something to do."""

from foundation.errors import InvalidInputError
from operations.models import User


def check_person(field: str, user: User | None) -> None:
    """InvalidInputError naming the field, for internal tools and for people who cannot sign in any more."""
    if user is not None and (user.is_service or not user.is_active):
        raise InvalidInputError(field, "Give a person who can sign in.")
