"""People and service users. Accounts and roles are given in the admin only, where nobody can promote themselves."""

from foundation.filters import Filters, FlagFilter, TextFilter
from foundation.serializers import RowSerializer
from foundation.viewsets import ReadViews
from operations.models import User


class UserSerializer(RowSerializer):
    class Meta:
        model = User
        fields = ("id", "email", "name", "is_service", "is_active", "lead", "joined_at")
        read_only_fields = fields


class UserFilters(Filters):
    q = TextFilter(field_name="name", lookup_expr="icontains")
    is_service = FlagFilter()
    is_active = FlagFilter()


class UserViews(ReadViews):
    """People, and internal tools."""

    queryset = User.objects.all()
    serializer_class = UserSerializer
    filterset_class = UserFilters
