"""Stored values as answers: each says its unit, n, version, and how fresh and final it is."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.http import Http404
from rest_framework import serializers

from foundation.errors import InvalidInputError
from foundation.serializers import AskedDayField, AskedInstantField, DayField, InstantField
from metrics.models import Grain, MetricVersion
from metrics.periods import ALL_START
from metrics.selectors.as_of import Cut, get_version_at, list_series_as_of
from metrics.selectors.intervals import interval_of
from metrics.selectors.values import Point, Series, calendar_for, get_series, get_version

MAX_POINTS = 2000
_DAYS = {
    Grain.DAY: 1,
    Grain.WEEK: 7,
    Grain.MONTH: 28,
    Grain.QUARTER: 90,
    Grain.YEAR: 365,
    Grain.ROLLING: 1,
    Grain.ALL: MAX_POINTS,
}
_DEFAULT_DAYS = {
    Grain.DAY: 90,
    Grain.WEEK: 26 * 7,
    Grain.MONTH: 730,
    Grain.QUARTER: 1096,
    Grain.YEAR: 3652,
    Grain.ROLLING: 90,
}


class QuestionSerializer(serializers.Serializer[Any]):
    grain = serializers.ChoiceField(choices=Grain.choices, default=Grain.MONTH)
    start = AskedDayField(required=False, help_text="Any day of the first period.")
    end = AskedDayField(required=False, help_text="Any day of the last period; today without it.")
    segment = serializers.CharField(default="", allow_blank=True, help_text="dimension=word")
    as_of = AskedInstantField(required=False, help_text="The values as they were believed at this instant.")


class PointSerializer(serializers.Serializer[Any]):
    start = DayField(help_text="The period's first day.")
    end = DayField(allow_null=True, help_text="The first day after it; null for the whole history.")
    value = serializers.FloatField(allow_null=True, help_text="null is no data.")
    unit = serializers.CharField()
    n = serializers.IntegerField(help_text="How many rows the value is made of.")
    low = serializers.FloatField(allow_null=True, help_text="Of a share of rows its 95 % Wilson interval; else null.")
    high = serializers.FloatField(allow_null=True)
    version = serializers.IntegerField(help_text="The number of the definition.")
    as_of = InstantField(help_text="The instant the value was believed at; now without `as_of`.")
    computed_at = InstantField(allow_null=True, help_text="When the value was computed.")
    complete = serializers.BooleanField(help_text="Whether the period had ended.")
    restated = serializers.BooleanField(help_text="Whether the value changed after it had been published.")


class SeriesSerializer(serializers.Serializer[Any]):
    metric = serializers.CharField()
    grain = serializers.ChoiceField(choices=Grain.choices)
    segment = serializers.CharField()
    unit = serializers.CharField()
    version = serializers.IntegerField()
    as_of = InstantField()
    results = PointSerializer(many=True)


def answer_question(key: str, question: Mapping[str, Any], *, at: datetime) -> dict[str, Any]:
    """The series of an approved metric as the API gives it.

    Raises Http404 for an unknown key, InvalidInputError for a range that is backwards or holds too many periods.
    """
    try:
        version = get_version(key)
    except MetricVersion.DoesNotExist as error:
        raise Http404 from error
    as_of: datetime | None = question.get("as_of")
    if as_of is not None:
        return _series_body(_believed_series(key, question, as_of, at=at), at=as_of)
    grain = question["grain"]
    first, last = _range(version, question, at=at)
    series = get_series(key, grain, first, last, at=at, segment=question["segment"], version=version)
    return _series_body(series, at=at)


def _believed_series(key: str, question: Mapping[str, Any], as_of: datetime, *, at: datetime) -> Series:
    """The series as of an instant, by the definition of then."""
    check_as_of(as_of, at=at)
    version = get_version_at(key, as_of)
    first, last = _range(version, question, at=as_of)
    cut = Cut(as_of)
    return list_series_as_of([version], question["grain"], first, last, cut=cut, segment=question["segment"])[key]


def check_as_of(as_of: datetime, *, at: datetime) -> None:
    """Raises InvalidInputError for an instant that is not past."""
    if not (ALL_START.year <= as_of.year and as_of <= at):
        raise InvalidInputError("as_of", f"Must lie between {ALL_START.year} and now.")


def _series_body(series: Series, *, at: datetime) -> dict[str, Any]:
    body = {
        "metric": series.metric.key,
        "grain": series.grain,
        "segment": series.segment,
        "unit": series.metric.unit,
        "version": series.version.number,
        "as_of": at,
        "results": [_point(series, point, at) for point in series.points],
    }
    return dict(SeriesSerializer(body).data)


def _range(version: MetricVersion, question: Mapping[str, Any], *, at: datetime) -> tuple[date, date]:
    grain = question["grain"]
    if grain == Grain.ALL:
        return ALL_START, ALL_START
    if grain not in calendar_for(version).grains:
        raise InvalidInputError("grain", "The metric keeps no rolling periods.")
    last: date = question.get("end") or calendar_for(version).day_of(at)
    first: date = question.get("start") or date.fromordinal(max(1, last.toordinal() - _DEFAULT_DAYS[grain]))
    if first > last:
        raise InvalidInputError("start", "Must not be after the end.")
    if last - first > timedelta(days=_DAYS[grain] * MAX_POINTS):
        raise InvalidInputError("start", f"Ask for at most {MAX_POINTS} periods at once.")
    if first.year < ALL_START.year or last.year > at.year + 10:
        raise InvalidInputError("start", f"Must lie between {ALL_START.year} and {at.year + 10}.")
    return first, last


def _point(series: Series, point: Point, at: datetime) -> dict[str, Any]:
    version = point.version or series.version
    low, high = interval_of(version, point.value, point.n) or (None, None)
    return {
        "start": point.start,
        "end": point.end,
        "value": point.value,
        "unit": series.metric.unit,
        "n": point.n,
        "low": low,
        "high": high,
        "version": version.number,
        "as_of": at,
        "computed_at": point.computed_at,
        "complete": point.complete,
        "restated": point.restated_at is not None,
    }
