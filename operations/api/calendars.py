"""Business calendars: hours by version, holidays, and how much open time lies between two instants."""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, cast

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.errors import InvalidInputError
from foundation.filters import Filters, ReferenceFilter, TextFilter
from foundation.serializers import DayField, InstantField, ObjectField, RowSerializer
from foundation.viewsets import CreateViews, EditViews, UpdateViews
from operations.models import BusinessCalendar, CalendarHoliday, CalendarVersion, User
from operations.selectors.calendars import get_business_time
from operations.services.calendars import (
    NewHours,
    add_calendar_version,
    add_public_holidays,
    check_region,
    create_calendar,
    delete_holiday,
    set_holiday,
)

MAX_SPAN = timedelta(days=3660)
FIRST_AT, LAST_AT = datetime(1970, 1, 1, tzinfo=UTC), datetime(2201, 1, 1, tzinfo=UTC)


class WindowsField(serializers.ListField):
    """Windows of one day."""

    child = serializers.CharField(max_length=20)
    max_length = 12


class BusinessCalendarSerializer(RowSerializer):
    windows = ObjectField(write_only=True, required=False, help_text="The first hours; needed for a new calendar.")
    effective_on = DayField(write_only=True, required=False)

    class Meta:
        model = BusinessCalendar
        fields = (
            *("id", "name", "timezone", "country", "subdivision", "description", "is_organisation", "version"),
            *("windows", "effective_on"),
        )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The members without the first hours, which are kept aside; the zone stays as it was chosen."""
        self.hours = {name: attrs.pop(name) for name in ("windows", "effective_on") if name in attrs}
        if self.instance is not None:
            wrong: list[str] = list(self.hours)
            if attrs.get("timezone", self.instance.timezone) != self.instance.timezone:
                wrong.append("timezone")
            if wrong:
                raise serializers.ValidationError({name: ["Cannot be changed here."] for name in wrong})
        return super().validate(attrs)


class BusinessCalendarFilters(Filters):
    q = TextFilter(field_name="name", lookup_expr="icontains")
    country = TextFilter()


class YearsSerializer(serializers.Serializer[Any]):
    years = serializers.ListField(child=serializers.IntegerField(min_value=1970, max_value=2200), max_length=10)


class AddedSerializer(serializers.Serializer[Any]):
    added = serializers.IntegerField()


class SpanSerializer(serializers.Serializer[Any]):
    start = InstantField()
    end = InstantField()


class OpenTimeSerializer(serializers.Serializer[Any]):
    business_seconds = serializers.FloatField()
    ranges = serializers.ListField(child=serializers.ListField(child=InstantField()))


class BusinessCalendarViews(CreateViews, UpdateViews):
    """Opening hours. A calendar that would not open for 400 days is refused."""

    queryset = BusinessCalendar.objects.all()
    serializer_class = BusinessCalendarSerializer
    filterset_class = BusinessCalendarFilters
    action_permissions: ClassVar = {
        "add_public_holidays": ("operations.change_businesscalendar",),
        "measure": ("operations.view_businesscalendar",),
    }
    unstored_actions = frozenset({"measure"})

    def create_row(self, serializer: serializers.BaseSerializer[Any]) -> BusinessCalendar:
        """A calendar with its first version."""
        given = cast("BusinessCalendarSerializer", serializer).hours
        at = timezone.now()
        if "windows" not in given:
            raise InvalidInputError("windows", "Give the weekly hours.")
        hours = NewHours(given.get("effective_on", at.date()), given["windows"])
        calendar = BusinessCalendar(**serializer.validated_data)
        return create_calendar(calendar=calendar, hours=hours, at=at, by=cast("User", self.request.user))

    def update_row(self, row: Any, serializer: serializers.BaseSerializer[Any]) -> None:
        """Store the change of name or region."""
        given = {"country": row.country, "subdivision": row.subdivision, **serializer.validated_data}
        check_region(given["country"], given["subdivision"])
        super().update_row(row, serializer)

    @extend_schema(request=YearsSerializer, responses={200: AddedSerializer})
    @action(detail=True, methods=["post"], url_path="public-holidays")
    def add_public_holidays(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Close the calendar on its country's public holidays of these years."""
        years = self.read_body(request, YearsSerializer)["years"]
        added = add_public_holidays(calendar=self.get_object(), years=years, at=timezone.now())
        return Response({"added": added})

    @extend_schema(request=SpanSerializer, responses={200: OpenTimeSerializer})
    @action(detail=True, methods=["post"])
    def measure(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """The open time between two instants at most ten years apart, and its stretches in UTC."""
        span = self.read_body(request, SpanSerializer)
        start, end = _checked(span["start"], span["end"])
        engine = get_business_time(self.get_object().pk)
        ranges = [list(one) for one in engine.open_ranges(start, end)]
        return Response({"business_seconds": engine.business_seconds(start, end), "ranges": ranges})


def _checked(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    for name, given in (("start", start), ("end", end)):
        if not FIRST_AT <= given <= LAST_AT:
            raise InvalidInputError(name, f"Must be in {FIRST_AT.year} to {LAST_AT.year - 1}.")
    if not timedelta(0) <= end - start <= MAX_SPAN:
        raise InvalidInputError("end", f"Must be 0 to {MAX_SPAN.days} days after the start.")
    return start, end


class CalendarVersionSerializer(RowSerializer):
    windows = ObjectField()

    class Meta:
        model = CalendarVersion
        fields = ("id", "calendar", "effective_on", "windows", "reason", "created_at", "created_by")
        read_only_fields = ("created_at", "created_by")


class CalendarVersionFilters(Filters):
    calendar = ReferenceFilter()


class CalendarVersionViews(CreateViews):
    """Weekly hours from a date on. A version never changes; new hours are a new version."""

    queryset = CalendarVersion.objects.all()
    serializer_class = CalendarVersionSerializer
    filterset_class = CalendarVersionFilters

    def create_row(self, serializer: serializers.BaseSerializer[Any]) -> CalendarVersion:
        """A version of the calendar."""
        given = serializer.validated_data
        hours = NewHours(given["effective_on"], given["windows"], given.get("reason", ""))
        by = cast("User", self.request.user)
        return add_calendar_version(calendar=given["calendar"], hours=hours, at=timezone.now(), by=by)


class CalendarHolidaySerializer(RowSerializer):
    windows = WindowsField(required=False)

    class Meta:
        model = CalendarHoliday
        fields = ("id", "calendar", "day_on", "name", "windows")


class CalendarHolidayFilters(Filters):
    calendar = ReferenceFilter()


class CalendarHolidayViews(EditViews):
    """Days with hours of their own: closed, or open at the given windows."""

    queryset = CalendarHoliday.objects.all()
    serializer_class = CalendarHolidaySerializer
    filterset_class = CalendarHolidayFilters

    def create_row(self, serializer: serializers.BaseSerializer[Any]) -> CalendarHoliday:
        """A day of the calendar."""
        return set_holiday(holiday=CalendarHoliday(**serializer.validated_data), at=timezone.now())

    def update_row(self, row: Any, serializer: serializers.BaseSerializer[Any]) -> None:
        """Store the changed day."""
        for name, value in serializer.validated_data.items():
            setattr(row, name, value)
        set_holiday(holiday=row, at=timezone.now())

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        """Give the day its weekly hours back; 400 where the calendar would not open without it."""
        with transaction.atomic():
            delete_holiday(holiday=self.locked_row(), at=timezone.now())
        return Response(status=204)
