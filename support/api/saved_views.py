"""Questions to the queue that people keep: one's own, and those that are shared."""

from typing import TYPE_CHECKING, Any, cast

from rest_framework import serializers

from foundation.filters import Filters, FlagFilter
from foundation.serializers import ObjectField, RowSerializer
from foundation.viewsets import EditViews
from operations.models import User
from support.models import SavedView
from support.selectors.saved_views import list_visible
from support.services.saved_views import check_filters, save_view

if TYPE_CHECKING:
    from django.db.models import QuerySet


class SavedViewSerializer(RowSerializer):
    filters = ObjectField(help_text='By the names of the queue: {"tab": "all", "priority": "urgent"}.')

    class Meta:
        model = SavedView
        fields = ("id", "name", "owner", "filters", "is_shared", "is_pinned", "version")
        read_only_fields = ("owner",)

    def validate_filters(self, filters: Any) -> dict[str, str]:
        """The filters that the queue knows."""
        return check_filters(filters)


class SavedViewFilters(Filters):
    is_shared = FlagFilter()
    is_pinned = FlagFilter()


class SavedViewViews(EditViews):
    """Questions to the queue: one reads one's own and the shared ones, and writes one's own."""

    queryset = SavedView.objects.all()
    serializer_class = SavedViewSerializer
    filterset_class = SavedViewFilters

    def get_queryset(self) -> "QuerySet[SavedView]":
        """What whoever asks may see, or change."""
        person = int(self.request.user.pk or 0)
        visible = list_visible(person)
        return visible if self.request.method in {"GET", "HEAD"} else visible.filter(owner=person)

    def create_row(self, serializer: serializers.BaseSerializer[Any]) -> SavedView:
        """A view of one's own."""
        return save_view(view=SavedView(**serializer.validated_data, owner=cast("User", self.request.user)))

    def update_row(self, row: Any, serializer: serializers.BaseSerializer[Any]) -> None:
        """Store the change under the same rules."""
        for name, value in serializer.validated_data.items():
            setattr(row, name, value)
        save_view(view=row)
