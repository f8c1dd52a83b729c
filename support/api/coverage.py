"""The coming fourteen days, hour by hour."""

import re
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.filters import MAX_ID
from foundation.problems import CONTENT_TYPE
from foundation.schema import ProblemSerializer
from foundation.serializers import DayField, InstantField
from foundation.viewsets import ApiView
from foundation.words import organisation_zone
from support.cover.staffing import Hour, poisson_upper
from support.selectors.coverage import WEEKS, Outlook, get_outlook

_NUMBER = re.compile("[1-9][0-9]{0,18}", re.ASCII)
_TEAM = OpenApiParameter(
    "team", {"type": "integer", "minimum": 1, "maximum": MAX_ID}, description="Its number; all teams without it."
)


class CoverageHourSerializer(serializers.Serializer[Any]):
    starts_at = InstantField()
    ends_at = InstantField()
    day = DayField()
    hour = serializers.IntegerField(help_text="On the organisation's clock, 0 to 23.")
    on_duty = serializers.FloatField(help_text="Agents, on average over the hour.")
    expected = serializers.FloatField(allow_null=True, help_text="Tickets, as on the same weekday and hour before.")
    expected_upper = serializers.IntegerField(allow_null=True, help_text="With 80 %, by Poisson, no more than that.")
    arrived = serializers.IntegerField(help_text="Tickets of which `expected` is the mean.")
    weekdays = serializers.IntegerField(help_text="Days of which it is the mean.")
    is_open = serializers.BooleanField()
    needed = serializers.FloatField(allow_null=True, help_text="Agents.")
    lacking = serializers.FloatField()


class CoverageSerializer(serializers.Serializer[Any]):
    as_of = InstantField()
    time_zone = serializers.CharField()
    team = serializers.IntegerField(allow_null=True)
    weeks = serializers.IntegerField()
    handling_minutes = serializers.FloatField()
    occupancy = serializers.FloatField()
    hours = CoverageHourSerializer(many=True)


_ANSWERS = {200: CoverageSerializer, (404, CONTENT_TYPE): ProblemSerializer}


class CoverageViews(ApiView):
    """Agents on duty against agents needed, for one team or all together."""

    required_permissions = ("support.view_dutyshift",)
    query_parameters = ("team",)

    @extend_schema(operation_id="coverage_read", responses=_ANSWERS, parameters=[_TEAM])
    def get(self, request: Request) -> Response:
        """Fourteen days from today on, by hour."""
        outlook = get_outlook(timezone.now())
        return Response(CoverageSerializer(_answer(outlook, request.query_params.get("team"))).data)


def _answer(outlook: Outlook, asked: str | None) -> dict[str, Any]:
    team = next((one for one in outlook.teams if str(one.pk) == asked), None)
    if asked is not None and team is None:
        if _NUMBER.fullmatch(asked) is None or int(asked) > MAX_ID:
            raise ValidationError({"team": ["Give the number of a team."]})
        raise NotFound("There is no such team.")
    return {
        "as_of": outlook.at,
        "time_zone": str(organisation_zone()),
        "team": team.pk if team else None,
        "weeks": WEEKS,
        "handling_minutes": outlook.demand.handling_minutes,
        "occupancy": outlook.demand.occupancy,
        "hours": [_hour(hour) for hour in outlook.of(team).hours],
    }


def _hour(hour: Hour) -> dict[str, Any]:
    mean = hour.arrivals.mean
    return {
        "starts_at": hour.slot.start,
        "ends_at": hour.slot.end,
        "day": hour.slot.day,
        "hour": hour.slot.hour,
        "on_duty": hour.on_duty,
        "expected": mean,
        "expected_upper": None if mean is None else poisson_upper(mean),
        "arrived": hour.arrivals.count,
        "weekdays": hour.arrivals.days,
        "is_open": hour.is_open,
        "needed": hour.needed,
        "lacking": hour.lacking,
    }
