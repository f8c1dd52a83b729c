"""Health checks, and what probing them gave."""

from typing import Any, ClassVar

from django.urls import reverse
from django.utils import timezone
from django_filters import ChoiceFilter
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.filters import Filters, FlagFilter, ReferenceFilter, TextFilter
from foundation.refusals import ConflictError
from foundation.serializers import ObjectField, RowSerializer
from foundation.viewsets import EditViews
from partnerships.models import (
    CheckState,
    HealthCheck,
)
from partnerships.probes.heartbeat import HEARTBEAT
from partnerships.probes.registry import list_kinds
from partnerships.probes.rules import VOUCHED, list_approver_problems, list_check_problems
from partnerships.services.events import pause_check, resume_check
from partnerships.services.heartbeats import issue_heartbeat_key
from partnerships.services.poll import get_engine
from partnerships.services.poll_now import poll_checks_now

_DERIVED = (
    "is_paused",
    "state",
    "state_since",
    "monitored_from",
    "last_result_at",
    "last_good_at",
    "last_outcome",
    "last_reason",
    "last_detail",
    "last_latency_us",
    "last_beat_at",
    "next_due_at",
    "stale_at",
    "flapping_since",
)


class HealthCheckSerializer(RowSerializer):
    kind = serializers.ChoiceField(choices=list_kinds(), default="http")
    config = ObjectField(required=False)

    class Meta:
        model = HealthCheck
        fields = (
            "id",
            "integration",
            "name",
            "kind",
            "url",
            "config",
            "counts_for_uptime",
            "maintenance_approver",
            "interval_seconds",
            "retry_interval_seconds",
            "timeout_ms",
            "fail_threshold",
            "recover_threshold",
            "version",
            *_DERIVED,
        )
        read_only_fields = _DERIVED
        extra_kwargs: ClassVar = {
            "interval_seconds": {"min_value": 5, "max_value": 86_400},
            "retry_interval_seconds": {"min_value": 5, "max_value": 86_400},
            "timeout_ms": {"min_value": 50, "max_value": 60_000},
            "fail_threshold": {"min_value": 1, "max_value": 100},
            "recover_threshold": {"min_value": 1, "max_value": 100},
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Besides the model's rules: a URL that may be fetched and settings that the kind takes."""
        attrs = super().validate(attrs)
        row = self.instance or HealthCheck()
        judged = ("kind", "url", "config", "counts_for_uptime")
        wanted = {name: attrs.get(name, getattr(row, name)) for name in judged}
        problems: dict[str, list[str]] = {}
        for name, message in list_check_problems(**wanted):
            problems.setdefault(name, []).append(message)
        stored = {name: getattr(row, name) for name in VOUCHED} if row.pk else {}
        vouched = {name: attrs.get(name, stored.get(name, wanted.get(name))) for name in VOUCHED}
        for name, message in list_approver_problems(stored=stored, wanted=vouched, by=self.context["request"].user):
            problems.setdefault(name, []).append(message)
        if problems:
            raise serializers.ValidationError(problems)
        return attrs


class HeartbeatKeySerializer(serializers.Serializer[dict[str, str]]):
    """Where the partner calls. It is told once; we keep a fingerprint only."""

    url = serializers.URLField(help_text="Called by GET or POST; whoever knows it can keep the check up.")


class HealthCheckFilters(Filters):
    q = TextFilter(field_name="name", lookup_expr="icontains")
    integration = ReferenceFilter()
    kind = ChoiceFilter(choices=list_kinds())
    state = ChoiceFilter(choices=CheckState.choices)
    is_paused = FlagFilter()


class HealthCheckViews(EditViews):
    """Things that are probed on a schedule, with the state derived from the results."""

    queryset = HealthCheck.objects.all()
    serializer_class = HealthCheckSerializer
    filterset_class = HealthCheckFilters
    action_permissions: ClassVar = dict.fromkeys(
        ("poll", "pause", "resume", "issue_heartbeat_key"), ("partnerships.change_healthcheck",)
    )
    # A poll waits for the partner, which no transaction should; a key must not be stored with its answer.
    unstored_actions = frozenset({"poll", "issue_heartbeat_key"})

    @extend_schema(request=None, responses={201: HealthCheckSerializer})
    @action(detail=True, methods=["post"], url_path="polls")
    def poll(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Probe the check now, within its timeout; 409 while it is paused or being probed already."""
        self.read_body(request, serializers.Serializer)
        check = self.get_object()
        if check.is_paused:
            raise ConflictError("The check is paused.", code="paused")
        if check.pk not in poll_checks_now(check_ids=[check.pk], engine=get_engine()):
            raise ConflictError("The check is being probed already, or gave no result in its time.", code="busy")
        return self.answer_written(check, status=201)

    @extend_schema(request=None, responses={201: HealthCheckSerializer})
    @action(detail=True, methods=["post"], url_path="pauses")
    def pause(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Stop probing the check; its time counts neither as up nor as down until it is resumed."""
        self.read_body(request, serializers.Serializer)
        return self.answer_written(pause_check(check_id=self.get_object().pk, at=timezone.now()), status=201)

    @extend_schema(request=None, responses={201: HealthCheckSerializer})
    @action(detail=True, methods=["post"], url_path="resumptions")
    def resume(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Probe the check again, from its next slot on."""
        self.read_body(request, serializers.Serializer)
        return self.answer_written(resume_check(check_id=self.get_object().pk, at=timezone.now()), status=201)

    @extend_schema(request=None, responses={201: HeartbeatKeySerializer})
    @action(detail=True, methods=["post"], url_path="heartbeat-keys")
    def issue_heartbeat_key(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """A new address for the partner to call, told this once; the one before ends. 409 for other kinds."""
        self.read_body(request, serializers.Serializer)
        check = self.get_object()
        if check.kind != HEARTBEAT:
            raise ConflictError("Only a heartbeat has an address to be called at.", code="other_kind")
        key = issue_heartbeat_key(check_id=check.pk)
        return Response({"url": request.build_absolute_uri(reverse("heartbeats:beat", args=[key]))}, status=201)
