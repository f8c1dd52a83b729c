"""Who asks for help, and who gives it."""

from typing import Any, ClassVar

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.filters import Filters, FlagFilter, ReferenceFilter, TextFilter
from foundation.serializers import RowSerializer
from foundation.viewsets import EditViews, ReadViews
from operations.models import PEOPLE, User
from support.models import Customer, Tag, Team
from support.services.customers import add_customer, guide_customer


class CustomerSerializer(RowSerializer):
    class Meta:
        model = Customer
        fields = (
            *("id", "name", "email", "external_id", "segment", "tier", "city", "product", "integration"),
            *("is_vip", "guidance", "joined_at", "yearly_revenue_minor", "version"),
        )
        read_only_fields = ("guidance",)


class GuidanceSerializer(serializers.Serializer[Any]):
    guidance = serializers.CharField(
        max_length=2000, allow_blank=True, help_text="Empty where nothing special is needed any more."
    )


class CustomerFilters(Filters):
    q = TextFilter(field_name="name", lookup_expr="icontains")
    external_id = TextFilter()
    segment = TextFilter()
    tier = TextFilter()
    city = TextFilter()
    product = TextFilter()
    integration = TextFilter()
    is_vip = FlagFilter()


class CustomerViews(EditViews):
    """People and companies that ask for help."""

    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer
    filterset_class = CustomerFilters

    action_permissions: ClassVar = {"guide": ("support.guide_customer", "support.view_customer")}

    @extend_schema(request=GuidanceSerializer, responses={200: CustomerSerializer})
    @action(detail=True, methods=["post"], url_path="guidance")
    def guide(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Say how a tough customer is treated; whoever helps them sees it on each of their tickets."""
        given = self.read_body(request, GuidanceSerializer)
        with transaction.atomic():
            customer = guide_customer(customer=self.locked_row(), **given)
        return self.answer_written(customer)

    def create_row(self, serializer: serializers.BaseSerializer[Any]) -> Customer:
        """A new customer, since now unless another time is given."""
        return add_customer(values=serializer.validated_data, at=timezone.now())


class TagSerializer(RowSerializer):
    class Meta:
        model = Tag
        fields = ("id", "name")


class TagFilters(Filters):
    q = TextFilter(field_name="name", lookup_expr="icontains")


class TagViews(ReadViews):
    """The words that tickets are marked with; made as tickets are given them."""

    queryset = Tag.objects.all()
    serializer_class = TagSerializer
    filterset_class = TagFilters


class TeamSerializer(RowSerializer):
    members = serializers.PrimaryKeyRelatedField(queryset=User.objects.filter(**PEOPLE), many=True, required=False)

    class Meta:
        model = Team
        fields = ("id", "name", "slug", "lead", "members", "calendar", "has_auto_assignment", "version")


class TeamFilters(Filters):
    q = TextFilter(field_name="name", lookup_expr="icontains")
    lead = ReferenceFilter()
    member = ReferenceFilter(field_name="members")


class TeamViews(EditViews):
    """Teams that tickets are routed to."""

    queryset = Team.objects.prefetch_related("members")
    serializer_class = TeamSerializer
    filterset_class = TeamFilters
