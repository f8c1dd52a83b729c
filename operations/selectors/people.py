"""Who has which role."""

from operations.models import User


def list_role_members(role: str) -> list[User]:
    """The active people in the role's group, by name; internal tools are none."""
    return list(User.objects.filter(groups__name=role, is_active=True, is_service=False).order_by("name", "pk"))
