"""The public status page: whether it is published, and which integrations are on it."""

from foundation.filters import Filters, FlagFilter, ReferenceFilter
from foundation.serializers import RowSerializer
from foundation.viewsets import CreateViews, EditViews, UpdateViews
from partnerships.models import StatusComponent, StatusPage


class StatusPageSerializer(RowSerializer):
    class Meta:
        model = StatusPage
        fields = ("id", "title", "description", "is_published", "version")
        read_only_fields = ("version",)


class StatusPageFilters(Filters):
    is_published = FlagFilter()


class StatusPageViews(CreateViews, UpdateViews):
    """Pages that tell everybody how we are; at most one is published."""

    queryset = StatusPage.objects.all()
    serializer_class = StatusPageSerializer
    filterset_class = StatusPageFilters


class StatusComponentSerializer(RowSerializer):
    class Meta:
        model = StatusComponent
        fields = ("id", "page", "integration", "public_name", "group", "position")


class StatusComponentFilters(Filters):
    page = ReferenceFilter()
    integration = ReferenceFilter()


class StatusComponentViews(EditViews):
    """The integrations on a status page, under their public names."""

    queryset = StatusComponent.objects.all()
    serializer_class = StatusComponentSerializer
    filterset_class = StatusComponentFilters
