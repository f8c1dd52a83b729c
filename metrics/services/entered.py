"""Values that people type in and tools push: stored once, corrected by entering again."""

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from foundation.errors import InvalidInputError, ServiceError
from metrics.models import EnteredValue, Kind, Metric, MetricStatus

EARLIEST, LATEST = date(1971, 1, 1), date(2200, 1, 1)
_CONTENT = ("happened_on", "part", "value", "evidence")


class UsedKeyError(ServiceError):
    """The key was used for another entry of the metric."""

    code = "key_reused"


@dataclass(frozen=True)
class NewEntry:
    """A value of a metric for a day; `key` is what a tool calls it, so that sending it again does nothing."""

    metric: Metric
    happened_on: date
    value: Decimal
    evidence: str
    part: str = ""
    key: str = ""


@dataclass(frozen=True)
class Entry:
    """The stored row, and whether this call stored it."""

    row: EnteredValue
    is_new: bool


def enter_value(*, new: NewEntry, by: Any, at: datetime) -> Entry:
    """Store the value for its day and part; what was entered there before is superseded and stays on record.

    The same key with the same content is stored once. Raises UsedKeyError for a key with other content, and
    InvalidInputError for a metric that takes no entries or a day, part or evidence that cannot be.
    """
    _check(new)
    with transaction.atomic():
        Metric.objects.select_for_update().get(pk=new.metric.pk)  # Two at once would supersede the same row.
        _check_metric(new.metric)
        known = EnteredValue.objects.filter(metric=new.metric, key=new.key).first() if new.key else None
        if known is not None:
            _check_same(known, new)
            return Entry(known, is_new=False)
        return Entry(_store(new, by=by, at=at), is_new=True)


def _check(new: NewEntry) -> None:
    if not EARLIEST <= new.happened_on < LATEST:
        raise InvalidInputError("happened_on", f"Must be a day from {EARLIEST} to {LATEST}.")
    if "=" in new.part:
        raise InvalidInputError("part", "Must not contain “=”.")
    if not new.evidence.strip():
        raise InvalidInputError("evidence", "Say where the value comes from, in words or with a link.")


def _check_metric(metric: Metric) -> None:
    if metric.status == MetricStatus.RETIRED:
        raise InvalidInputError("metric", "The metric is retired.")
    newest = metric.versions.order_by("-number").first()
    if newest is not None and newest.kind != Kind.ENTERED:
        raise InvalidInputError("metric", f"{metric.key} is computed from {newest.source}; nothing is entered for it.")


def _check_same(known: EnteredValue, new: NewEntry) -> None:
    other = [name for name in _CONTENT if getattr(known, name) != getattr(new, name)]
    if other:
        raise UsedKeyError(f"The key {new.key} was used for another entry: {', '.join(other)} differ.")


def _store(new: NewEntry, *, by: Any, at: datetime) -> EnteredValue:
    place = {"metric": new.metric, "happened_on": new.happened_on, "part": new.part}
    before = EnteredValue.objects.filter(**place, superseded_by__isnull=True).first()
    return EnteredValue.objects.create(
        **place,
        happened_at=before.happened_at if before else _noon(new.happened_on),
        value=new.value,
        evidence=new.evidence,
        key=new.key,
        entered_by=by,
        entered_at=at,
        supersedes=before,
    )


def _noon(day: date) -> datetime:
    """The instant a value counts at: far from midnight, so that another zone seldom moves it to another day."""
    return datetime.combine(day, time(12), ZoneInfo(settings.ORGANISATION_TIME_ZONE))
