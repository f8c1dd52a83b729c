"""Promises and clocks: policies by version, what they would give a ticket, what runs and what was broken."""

from typing import Any, ClassVar, cast

from django.utils import timezone
from django_filters import ChoiceFilter
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.errors import InvalidInputError
from foundation.filters import Filters, FlagFilter, InstantFilter, ReferenceFilter, TextFilter
from foundation.serializers import InstantField, ObjectField, RowSerializer
from foundation.viewsets import CreateViews, ReadViews, UpdateViews
from operations.models import BusinessCalendar, User
from support.models import (
    BreachExcuse,
    ClockCrossing,
    ClockMetric,
    ClockState,
    Customer,
    Priority,
    SlaPolicy,
    SlaPolicyVersion,
    Team,
    Ticket,
    TicketClock,
    TicketState,
    Via,
)
from support.models.sla import MAX_GRACE
from support.selectors.clocks import preview_policy
from support.services.breaches import excuse_breach
from support.services.sla import NewTerms, add_policy_version, create_policy, reapply_policies


class SlaPolicySerializer(RowSerializer):
    targets = ObjectField(write_only=True, required=False, help_text="Of the first version; needed for a new policy.")
    conditions = ObjectField(write_only=True, required=False)
    calendar = serializers.PrimaryKeyRelatedField(
        queryset=BusinessCalendar.objects.all(), write_only=True, required=False, allow_null=True
    )
    counts_vendor_hold = serializers.BooleanField(write_only=True, required=False)
    grace_seconds = serializers.IntegerField(write_only=True, required=False, min_value=0, max_value=MAX_GRACE)

    class Meta:
        model = SlaPolicy
        fields = (
            *("id", "name", "position", "is_active", "version"),
            *("targets", "conditions", "calendar", "counts_vendor_hold", "grace_seconds"),
        )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The policy's own members; its first terms are kept aside, and change by a new version only."""
        names = ("targets", "conditions", "calendar", "counts_vendor_hold", "grace_seconds")
        self.terms = {name: attrs.pop(name) for name in names if name in attrs}
        if self.instance is not None and self.terms:
            raise serializers.ValidationError({name: ["Add a version instead."] for name in self.terms})
        return super().validate(attrs)


class SlaPolicyFilters(Filters):
    q = TextFilter(field_name="name", lookup_expr="icontains")
    is_active = FlagFilter()


class ReappliedSerializer(serializers.Serializer[Any]):
    changed = serializers.IntegerField(help_text="How many open tickets got another version.")


class EmptySerializer(serializers.Serializer[Any]):
    """Nothing has to be said."""


class PreviewSerializer(serializers.Serializer[Any]):
    """A ticket that is stored, or what a new one would have."""

    ticket = serializers.PrimaryKeyRelatedField(queryset=Ticket.objects.all(), default=None, allow_null=True)
    priority = serializers.ChoiceField(choices=Priority.choices, default=Priority.NORMAL.value)
    category = serializers.CharField(max_length=120, default="", allow_blank=True)
    channel = serializers.CharField(max_length=60, default="", allow_blank=True)
    product = serializers.CharField(max_length=120, default="", allow_blank=True)
    integration = serializers.SlugField(max_length=120, default="", allow_blank=True)
    customer = serializers.PrimaryKeyRelatedField(queryset=Customer.objects.all(), default=None, allow_null=True)
    team = serializers.PrimaryKeyRelatedField(queryset=Team.objects.all(), default=None, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The one or the other; ValidationError names each member that a stored ticket has already."""
        more = sorted(set(self.initial_data) - {"ticket"})
        if attrs["ticket"] is not None and more:
            refusal = "The ticket has its own: give the ticket alone, or leave it out."
            raise serializers.ValidationError({name: [refusal] for name in more})
        return attrs


class PromiseSerializer(serializers.Serializer[Any]):
    metric = serializers.ChoiceField(choices=ClockMetric.choices)
    instance = serializers.IntegerField()
    target_seconds = serializers.IntegerField()
    hours = serializers.ChoiceField(choices=["business", "calendar"])
    due_at = InstantField(allow_null=True)


class PreviewedSerializer(serializers.Serializer[Any]):
    policy = serializers.IntegerField(allow_null=True)
    policy_version = serializers.IntegerField(allow_null=True)
    clocks = PromiseSerializer(many=True)


class SlaPolicyViews(CreateViews, UpdateViews):
    """Promises of support, tried from the lowest position on."""

    queryset = SlaPolicy.objects.all()
    serializer_class = SlaPolicySerializer
    filterset_class = SlaPolicyFilters
    action_permissions: ClassVar = {
        "preview": ("support.view_slapolicy", "support.view_ticket"),
        "reapply": ("support.change_slapolicy", "support.change_ticket"),
    }
    unstored_actions = frozenset({"preview"})

    def create_row(self, serializer: serializers.BaseSerializer[Any]) -> SlaPolicy:
        """A policy with its first version."""
        given = cast("SlaPolicySerializer", serializer).terms
        if "targets" not in given:
            raise InvalidInputError("targets", "Give at least one target by clock.")
        policy = SlaPolicy(**serializer.validated_data)
        return create_policy(policy=policy, terms=NewTerms(**given), at=timezone.now(), by=_user(self.request))

    @extend_schema(request=PreviewSerializer, responses={200: PreviewedSerializer})
    @action(detail=False, methods=["post"])
    def preview(self, request: Request) -> Response:
        """Which policy a ticket would get now, and when its clocks would be due; nothing is changed."""
        given = self.read_body(request, PreviewSerializer)
        stored = given.pop("ticket")
        found = preview_policy(stored or Ticket(**given), at=timezone.now())
        promises = [
            {
                "metric": clock.metric.value,
                "instance": clock.instance,
                "target_seconds": clock.target.seconds,
                "hours": "business" if clock.target.in_business else "calendar",
                "due_at": clock.due_at,
            }
            for clock in found.clocks
            if clock.target is not None and clock.ended_at is None
        ]
        version = found.version
        return Response(
            {
                "policy": version.policy_id if version else None,
                "policy_version": version.pk if version else None,
                "clocks": PromiseSerializer(promises, many=True).data,
            }
        )

    @extend_schema(request=EmptySerializer, responses={200: ReappliedSerializer})
    @action(detail=False, methods=["post"])
    def reapply(self, request: Request) -> Response:
        """Give every open ticket the version that it would get now; each change is an event of its ticket."""
        self.read_body(request, EmptySerializer)
        changed = reapply_policies(at=timezone.now(), actor=_user(request), via=Via.API)
        return Response({"changed": changed})


def _user(request: Request) -> User:
    return cast("User", request.user)


class SlaPolicyVersionSerializer(RowSerializer):
    targets = ObjectField()
    conditions = ObjectField(required=False)

    class Meta:
        model = SlaPolicyVersion
        fields = (
            *("id", "policy", "number", "conditions", "targets", "calendar", "counts_vendor_hold", "grace_seconds"),
            *("reason", "created_at", "created_by"),
        )
        read_only_fields = ("number", "created_at", "created_by")


class SlaPolicyVersionFilters(Filters):
    policy = ReferenceFilter()


class SlaPolicyVersionViews(CreateViews):
    """What policies promise. A version never changes; tickets keep theirs until policies are applied anew."""

    queryset = SlaPolicyVersion.objects.all()
    serializer_class = SlaPolicyVersionSerializer
    filterset_class = SlaPolicyVersionFilters

    def create_row(self, serializer: serializers.BaseSerializer[Any]) -> SlaPolicyVersion:
        """The next version of the policy."""
        given = dict(serializer.validated_data)
        policy = given.pop("policy")
        return add_policy_version(policy=policy, terms=NewTerms(**given), at=timezone.now(), by=_user(self.request))


class TicketClockSerializer(RowSerializer):
    class Meta:
        model = TicketClock
        fields = (
            *("id", "ticket", "metric", "instance", "state", "started_at", "ended_at", "running_since"),
            *("elapsed_calendar_us", "elapsed_business_us", "paused_us", "policy_version", "target_seconds"),
            *("is_target_in_business", "remaining_us", "due_at", "breached_at", "next_crossing_at", "calendar_keys"),
        )
        read_only_fields = fields


class TicketClockFilters(Filters):
    ticket = ReferenceFilter()
    metric = ChoiceFilter(choices=ClockMetric.choices)
    state = ChoiceFilter(choices=ClockState.choices)
    policy_version = ReferenceFilter()
    due_from = InstantFilter(field_name="due_at", lookup_expr="gte")
    due_to = InstantFilter(field_name="due_at", lookup_expr="lt")
    ended_from = InstantFilter(field_name="ended_at", lookup_expr="gte")
    ended_to = InstantFilter(field_name="ended_at", lookup_expr="lt")


class TicketClockViews(ReadViews):
    """The clocks of tickets as of their last events. Elapsed time of a running one goes on from running_since."""

    queryset = TicketClock.objects.all()
    serializer_class = TicketClockSerializer
    filterset_class = TicketClockFilters


class ClockCrossingSerializer(RowSerializer):
    class Meta:
        model = ClockCrossing
        fields = (
            *("id", "ticket", "metric", "instance", "share", "crossed_at", "noticed_at", "policy_version"),
            "target_seconds",
        )
        read_only_fields = fields


class ClockCrossingFilters(Filters):
    ticket = ReferenceFilter()
    metric = ChoiceFilter(choices=ClockMetric.choices)
    crossed_from = InstantFilter(field_name="crossed_at", lookup_expr="gte")
    crossed_to = InstantFilter(field_name="crossed_at", lookup_expr="lt")


class BreachExcuseSerializer(RowSerializer):
    class Meta:
        model = BreachExcuse
        fields = ("id", "crossing", "reason", "excused_at", "excused_by")
        read_only_fields = fields


class ExcuseSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300)


class ClockCrossingViews(ReadViews):
    """Shares of targets that passed, each noticed once; a share of 100 is a breach. Append-only."""

    queryset = ClockCrossing.objects.all()
    serializer_class = ClockCrossingSerializer
    filterset_class = ClockCrossingFilters
    action_permissions: ClassVar = {"excuse": ("support.add_breachexcuse",)}

    @extend_schema(request=ExcuseSerializer, responses={201: BreachExcuseSerializer})
    @action(detail=True, methods=["post"], url_path="excuses")
    def excuse(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Say why nobody is to blame for a breach; it stays one."""
        reason = self.read_body(request, ExcuseSerializer)["reason"]
        made = excuse_breach(crossing=self.get_object(), reason=reason, by=_user(request), at=timezone.now())
        return Response(BreachExcuseSerializer(made).data, status=201)


class BreachExcuseFilters(Filters):
    crossing = ReferenceFilter()


class BreachExcuseViews(ReadViews):
    """Why breaches are not held against anybody. Append-only."""

    queryset = BreachExcuse.objects.all()
    serializer_class = BreachExcuseSerializer
    filterset_class = BreachExcuseFilters


class StretchSerializer(serializers.Serializer[Any]):
    start = InstantField()
    end = InstantField(allow_null=True)
    state = serializers.ChoiceField(choices=TicketState.choices)
    counts = serializers.BooleanField()
    policy_version = serializers.IntegerField(source="policy.pk", default=None, allow_null=True)
    calendar = serializers.CharField()
    calendar_seconds = serializers.FloatField()
    business_seconds = serializers.FloatField()


class ExplainedSerializer(serializers.Serializer[Any]):
    """A clock as of now, with every stretch by which it was counted."""

    metric = serializers.ChoiceField(choices=ClockMetric.choices, source="clock.metric")
    instance = serializers.IntegerField(source="clock.instance")
    state = serializers.ChoiceField(choices=ClockState.choices, source="clock.state")
    started_at = InstantField(source="clock.started_at")
    ended_at = InstantField(source="clock.ended_at", allow_null=True)
    calendar_seconds = serializers.FloatField()
    business_seconds = serializers.FloatField()
    policy_version = serializers.IntegerField(source="policy.pk", default=None, allow_null=True)
    target_seconds = serializers.IntegerField(source="clock.target.seconds", default=None, allow_null=True)
    remaining_seconds = serializers.FloatField(allow_null=True)
    due_at = InstantField(source="clock.due_at", allow_null=True)
    is_breached = serializers.BooleanField()
    breached_at = InstantField(source="clock.breached_at", allow_null=True)
    stretches = StretchSerializer(many=True)
