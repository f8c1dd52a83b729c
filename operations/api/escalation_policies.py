"""Escalation policies and their levels."""

from typing import Any

from django.contrib.auth.models import Group
from django_filters import ChoiceFilter
from rest_framework import serializers

from foundation.filters import Filters, FlagFilter, ReferenceFilter, TextFilter
from foundation.serializers import RowSerializer
from foundation.viewsets import CreateViews, EditViews, UpdateViews
from operations.models import EscalationKind, EscalationLevel, EscalationPolicy, User
from operations.services.escalation_policies import check_final_level, check_level_count, check_targets


class EscalationPolicySerializer(RowSerializer):
    class Meta:
        model = EscalationPolicy
        fields = (
            *("id", "name", "kind", "is_default", "calendar", "has_quiet_hours", "repeat_count"),
            *("final_wait_seconds", "ack_expires_seconds", "version"),
        )


class EscalationPolicyFilters(Filters):
    q = TextFilter(field_name="name", lookup_expr="icontains")
    kind = ChoiceFilter(choices=EscalationKind.choices)
    is_default = FlagFilter()


class EscalationPolicyViews(CreateViews, UpdateViews):
    """Whom escalations climb to. The COO is always the last level; running ones keep the policy they began with."""

    queryset = EscalationPolicy.objects.all()
    serializer_class = EscalationPolicySerializer
    filterset_class = EscalationPolicyFilters

    def create_row(self, serializer: serializers.BaseSerializer[Any]) -> EscalationPolicy:
        """A policy; refused while nobody is the COO."""
        check_final_level()
        policy: EscalationPolicy = serializer.save()
        return policy


class EscalationLevelSerializer(RowSerializer):
    groups = serializers.PrimaryKeyRelatedField(queryset=Group.objects.all(), many=True, required=False)
    users = serializers.PrimaryKeyRelatedField(queryset=User.objects.all(), many=True, required=False)

    class Meta:
        model = EscalationLevel
        fields = ("id", "policy", "number", "name", "groups", "users", "wait_seconds")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The members, once the level tells somebody."""
        checked = super().validate(attrs)
        kept = {name: list(getattr(self.instance, name).all()) if self.instance else [] for name in ("groups", "users")}
        given = {**kept, **checked}
        check_targets(given["groups"], given["users"])
        return checked


class EscalationLevelFilters(Filters):
    policy = ReferenceFilter()


class EscalationLevelViews(EditViews):
    """Levels of policies below the COO."""

    queryset = EscalationLevel.objects.prefetch_related("groups", "users")
    serializer_class = EscalationLevelSerializer
    filterset_class = EscalationLevelFilters

    def create_row(self, serializer: serializers.BaseSerializer[Any]) -> EscalationLevel:
        """A level of the policy."""
        check_level_count(serializer.validated_data["policy"])
        level: EscalationLevel = serializer.save()
        return level
