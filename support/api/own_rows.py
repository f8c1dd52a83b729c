"""Lists of which most people see their own rows only."""

from typing import TYPE_CHECKING, Any, ClassVar, cast

from foundation.viewsets import ReadViews
from operations.models import User
from support.selectors.quality import OVERSEE, list_own

if TYPE_CHECKING:
    from django.db.models import QuerySet


class OwnRows(ReadViews):
    """Who does not look after the team sees their own rows only."""

    person: ClassVar[str]
    overseer: ClassVar[str] = OVERSEE

    def get_queryset(self) -> "QuerySet[Any]":
        """The rows that this person may see."""
        user = cast("User", self.request.user)
        return list_own(super().get_queryset(), user, person=self.person, overseer=self.overseer)
