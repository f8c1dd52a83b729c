"""Launches: rollouts of integrations and joint launches, each carried out by the run of a playbook."""

from typing import Any, ClassVar, cast

from django.utils import timezone
from django_filters import ChoiceFilter
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.filters import Filters, ReferenceFilter
from foundation.serializers import DayField, ObjectField, RowSerializer, TextField
from foundation.viewsets import ReadViews
from operations.models import PlaybookVersion, User
from partnerships.models import Integration, Launch, LaunchKind, Partner
from partnerships.services.launches import NewLaunch, start_launch


class LaunchSerializer(RowSerializer):
    class Meta:
        model = Launch
        fields = ("id", "kind", "integration", "partner", "run", "created_at", "created_by")
        read_only_fields = fields


class NewLaunchSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=LaunchKind.choices)
    name = TextField(max_length=150)
    playbook_version = serializers.PrimaryKeyRelatedField(queryset=PlaybookVersion.objects.all())
    anchor_on = DayField()
    integration = serializers.PrimaryKeyRelatedField(queryset=Integration.objects.all(), default=None, allow_null=True)
    partner = serializers.PrimaryKeyRelatedField(queryset=Partner.objects.all(), default=None, allow_null=True)
    people = ObjectField(required=False, help_text="Who has which role: the role's name and the person's number.")


class LaunchFilters(Filters):
    kind = ChoiceFilter(choices=LaunchKind.choices)
    integration = ReferenceFilter()
    partner = ReferenceFilter()
    run = ReferenceFilter()


class LaunchViews(ReadViews):
    """Launches; their steps and gates are those of the run."""

    queryset = Launch.objects.all()
    serializer_class = LaunchSerializer
    filterset_class = LaunchFilters
    action_permissions: ClassVar = {"begin": ("partnerships.add_launch", "operations.add_playbookrun")}

    @extend_schema(request=NewLaunchSerializer, responses={201: LaunchSerializer})
    @action(detail=False, methods=["post"], url_path="starts")
    def begin(self, request: Request) -> Response:
        """Begin a launch and its run; the version of the playbook must be published."""
        given = self.read_body(request, NewLaunchSerializer)
        version = given.pop("playbook_version")
        new = NewLaunch(version_id=version.pk, **given)
        return self.answer_written(start_launch(new=new, by=cast("User", request.user), at=timezone.now()), status=201)
