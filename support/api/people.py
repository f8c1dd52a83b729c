"""Who asks for help, and who gives it."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers

from foundation.filters import Filters, ReferenceFilter, TextFilter
from foundation.serializers import RowSerializer
from foundation.viewsets import EditViews
from operations.models import User
from support.models import Customer, Team
from support.services.customers import add_customer


class CustomerSerializer(RowSerializer):
    class Meta:
        model = Customer
        fields = ("id", "name", "email", "external_id", "segment", "joined_at", "version")


class CustomerFilters(Filters):
    q = TextFilter(field_name="name", lookup_expr="icontains")
    external_id = TextFilter()
    segment = TextFilter()


class CustomerViews(EditViews):
    """People and companies that ask for help."""

    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer
    filterset_class = CustomerFilters

    def create_row(self, serializer: serializers.BaseSerializer[Any]) -> Customer:
        """A new customer, since now unless another time is given."""
        return add_customer(values=serializer.validated_data, at=timezone.now())


class TeamSerializer(RowSerializer):
    members = serializers.PrimaryKeyRelatedField(queryset=User.objects.all(), many=True, required=False)

    class Meta:
        model = Team
        fields = ("id", "name", "slug", "lead", "members", "version")


class TeamFilters(Filters):
    q = TextFilter(field_name="name", lookup_expr="icontains")
    lead = ReferenceFilter()
    member = ReferenceFilter(field_name="members")


class TeamViews(EditViews):
    """Teams that tickets are routed to."""

    queryset = Team.objects.prefetch_related("members")
    serializer_class = TeamSerializer
    filterset_class = TeamFilters
