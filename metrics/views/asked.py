"""What a URL of a metric asks for; what is no grain, day or segment is not found."""

import re
from datetime import UTC, date, datetime

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from foundation.errors import InvalidInputError
from foundation.words import organisation_zone
from metrics.models import Grain, MetricVersion
from metrics.periods import ALL_START
from metrics.selectors.as_of import get_version_at
from metrics.selectors.population import condition_of
from metrics.selectors.values import get_version


def asked_version(key: str, *, as_of: datetime | None = None) -> MetricVersion:
    """The newest version of the approved metric with this key, or the one in effect at `as_of`."""
    try:
        newest = get_version(key)
        return newest if as_of is None else get_version_at(key, as_of)
    except MetricVersion.DoesNotExist:
        raise Http404(key) from None


def asked_instant(request: HttpRequest, name: str) -> datetime | None:
    """The past instant given under this name; one without an offset is on the organisation's clock."""
    words = request.GET.get(name, "")
    try:
        # A blank may be the plus sign of an offset that nobody encoded.
        instant = (parse_datetime(words) or parse_datetime(words.replace(" ", "+"))) if words else None
        if instant is not None:
            instant = (instant if instant.tzinfo else instant.replace(tzinfo=organisation_zone())).astimezone(UTC)
    except (ValueError, OverflowError):
        instant = None
    if words and (instant is None or not ALL_START.year <= instant.year or instant > timezone.now()):
        raise Http404(words)
    return instant


def asked_grain(request: HttpRequest, *, default: str = Grain.WEEK) -> str:
    """The grain asked for."""
    grain = request.GET.get("grain") or default
    if grain not in Grain.values:
        raise Http404(grain)
    return grain


def asked_day(request: HttpRequest, name: str) -> date | None:
    """The day given under this name; None where none is given."""
    words = request.GET.get(name, "")
    try:
        day = parse_date(words) if words else None
    except ValueError:
        day = None
    if words and (day is None or not ALL_START.year <= day.year <= timezone.now().year + 10):
        raise Http404(words)
    return day


def asked_id(request: HttpRequest, name: str) -> int | None:
    """The row's number given under this name; None where none is given."""
    words = request.GET.get(name, "")
    if words and not re.fullmatch(r"[0-9]{1,18}", words):
        raise Http404(words)
    return int(words) if words else None


def asked_segment(request: HttpRequest, version: MetricVersion) -> str:
    """The segment asked for, one that the version keeps; "" is the whole population."""
    segment = request.GET.get("segment", "")
    try:
        condition_of(version, segment)
    except InvalidInputError:
        raise Http404(segment) from None
    return segment
