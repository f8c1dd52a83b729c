"""The rows behind a number, and the numbers that were restated, as the API gives them."""

import base64
import binascii
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.http import Http404
from rest_framework import serializers
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.reverse import reverse
from rest_framework.utils.urls import replace_query_param

from foundation.api import MAX_PAGE_SIZE
from foundation.errors import InvalidInputError
from foundation.serializers import AskedDayField, AskedInstantField, DayField, InstantField
from metrics.api.values import check_as_of
from metrics.models import Grain, Kind, MetricVersion
from metrics.periods import ALL_START
from metrics.selectors.as_of import get_version_at
from metrics.selectors.made_of import Input, list_inputs
from metrics.selectors.population import (
    Population,
    can_list,
    condition_of,
    get_population,
    measure_names,
    rows_permission,
)
from metrics.selectors.restatements import GRAINS, Restatement, list_restatements
from metrics.selectors.rows import Place, Row, list_rows_after, value_of
from metrics.selectors.values import Point, calendar_for, get_version
from metrics.sources import get_source

_EARLIEST, _LATEST = -62_135_596_800_000_000, 253_402_300_799_999_999


class RowsQuestionSerializer(serializers.Serializer[Any]):
    grain = serializers.ChoiceField(choices=Grain.choices, default=Grain.MONTH)
    start = AskedDayField(required=False, help_text="Any day of the period; today without it.")
    segment = serializers.CharField(default="", allow_blank=True, help_text="dimension=word")
    cursor = serializers.CharField(default="", allow_blank=True, max_length=200)
    page_size = serializers.IntegerField(default=100, min_value=1, max_value=MAX_PAGE_SIZE)


class RowSerializer(serializers.Serializer[Any]):
    key = serializers.IntegerField(help_text="The row's number in its own table.")
    label = serializers.CharField()  # type: ignore[assignment] # DRF takes declared fields off the class.
    detail = serializers.CharField(allow_blank=True)
    url = serializers.CharField(allow_blank=True, help_text="The page of what the row is about.")
    at = InstantField(help_text="When it happened, by which it belongs to the period.")
    value = serializers.FloatField(allow_null=True, help_text="What it adds, in the metric's unit.")
    measures = serializers.DictField(
        child=serializers.IntegerField(allow_null=True), help_text="Whole numbers in `units`."
    )
    dimensions = serializers.DictField(child=serializers.CharField(allow_blank=True))
    histogram = serializers.DictField(child=serializers.IntegerField(), allow_null=True)


class InputSerializer(serializers.Serializer[Any]):
    metric = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField()
    version = serializers.IntegerField()
    rows = serializers.CharField(help_text="Where the rows behind this value are.")


class RowsSerializer(serializers.Serializer[Any]):
    metric = serializers.CharField()
    version = serializers.IntegerField(help_text="The number of the definition that the value is of.")
    grain = serializers.ChoiceField(choices=Grain.choices)
    segment = serializers.CharField(allow_blank=True)
    start = DayField()
    value = serializers.FloatField(allow_null=True, help_text="The stored value; it recomputes from all the rows.")
    unit = serializers.CharField(allow_blank=True)
    n = serializers.IntegerField()
    units = serializers.DictField(child=serializers.CharField(), help_text="The base unit of each measure.")
    next = serializers.CharField(allow_null=True, help_text="The next page.")
    inputs = InputSerializer(many=True, help_text="What a derived value is made of, which has no rows of its own.")
    results = RowSerializer(many=True)


class FrozenSerializer(serializers.Serializer[Any]):
    value = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField()
    closed_at = InstantField()


class RestatementSerializer(serializers.Serializer[Any]):
    grain = serializers.ChoiceField(choices=Grain.choices)
    start = DayField()
    version = serializers.IntegerField(source="version.number")
    old = serializers.FloatField(allow_null=True, help_text="What was published first.")
    new = serializers.FloatField(allow_null=True, help_text="What it is.")
    n = serializers.IntegerField()
    at = InstantField(help_text="When it last changed.")
    edits = serializers.IntegerField(help_text="How many row changes stand behind it.")
    frozen = FrozenSerializer(allow_null=True, help_text="What reports show, where the month is closed.")


class RestatementsQuestionSerializer(serializers.Serializer[Any]):
    grain = serializers.ChoiceField(choices=Grain.choices, required=False, help_text="Weeks and months without it.")
    segment = serializers.CharField(default="", allow_blank=True, help_text="dimension=word")
    as_of = AskedInstantField(required=False, help_text="What had been restated by this instant.")


def answer_rows(key: str, question: Mapping[str, Any], request: Request, *, at: datetime) -> dict[str, Any]:
    """One page of the rows behind a number; 404 for an unknown metric, 403 for rows the asker may not see."""
    population, point = _population(key, question, request, at=at)
    version = population.version
    inputs = list_inputs(population, at=at) if version.kind == Kind.DERIVED else []
    names, units = measure_names(version), get_source(version.source).measures
    place = _decode(question["cursor"])
    page, after = ([], None) if inputs else list_rows_after(population, place, size=question["page_size"])
    link = None
    if after is not None:
        link = replace_query_param(request.build_absolute_uri(), "cursor", _encode(after))
    return {
        "metric": key,
        "version": version.number,
        "grain": population.grain,
        "segment": population.segment,
        "start": population.start,
        "value": point.value if point else None,
        "unit": version.metric.unit,
        "n": point.n if point else 0,
        "units": {name: units[name] for name in names},
        "next": link,
        "inputs": [_input(one, request) for one in inputs],
        "results": [_row(row, version) for row in page],
    }


def answer_restatements(key: str, question: Mapping[str, Any], *, at: datetime) -> list[Restatement]:
    """The metric's newest restatements, at most a hundred; with `as_of` as they were known then."""
    version, as_of = _version(key), question.get("as_of")
    if as_of is not None:
        check_as_of(as_of, at=at)
        version = get_version_at(key, as_of)
    condition_of(version, question["segment"])
    grains = [question["grain"]] if "grain" in question else GRAINS
    return list_restatements(version, grains=grains, segment=question["segment"], limit=100, as_of=as_of)


def _version(key: str) -> MetricVersion:
    try:
        return get_version(key)
    except MetricVersion.DoesNotExist as error:
        raise Http404 from error


def _population(
    key: str, question: Mapping[str, Any], request: Request, *, at: datetime
) -> tuple[Population, Point | None]:
    version = _version(key)
    if not can_list(version):
        raise NotFound("The number is not made of rows that can be listed.")
    permission = rows_permission(version)
    if permission and not request.user.has_perm(permission):
        raise PermissionDenied
    condition_of(version, question["segment"])
    grain = question["grain"]
    day: date = ALL_START if grain == Grain.ALL else question.get("start") or calendar_for(version).day_of(at)
    if not ALL_START.year <= day.year <= at.year + 10:
        raise InvalidInputError("start", f"Must lie between {ALL_START.year} and {at.year + 10}.")
    return get_population(version, grain, day, at=at, segment=question["segment"])


def _row(row: Row, version: MetricVersion) -> dict[str, Any]:
    return {
        "key": row.key,
        "label": row.words.label,
        "detail": row.words.detail,
        "url": row.words.url,
        "at": row.at,
        "value": value_of(row, version),
        "measures": row.measures,
        "dimensions": row.dimensions,
        "histogram": row.histogram,
    }


def _input(one: Input, request: Request) -> dict[str, Any]:
    link = reverse("api:metrics-read-rows", kwargs={"key": one.metric.key}, request=request)
    shown = (one.point.version if one.point else None) or one.version
    return {
        "metric": one.metric.key,
        "value": one.point.value if one.point else None,
        "n": one.point.n if one.point else 0,
        "version": shown.number,
        "rows": f"{link}?{one.query}",
    }


def _encode(place: Place) -> str:
    return base64.urlsafe_b64encode(f"{place.at}.{place.key}".encode()).decode().rstrip("=")


def _decode(cursor: str) -> Place | None:
    """The place a cursor names; NotFound for one that was not made here."""
    if not cursor:
        return None
    try:
        at, key = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii").split(".")
        place = Place(int(at), int(key))
    except (ValueError, binascii.Error) as error:
        raise NotFound("This is no cursor of this list.", code="unknown_cursor") from error
    if not (_EARLIEST <= place.at <= _LATEST and 0 <= place.key < 2**63):
        raise NotFound("This is no cursor of this list.", code="unknown_cursor")
    return place
