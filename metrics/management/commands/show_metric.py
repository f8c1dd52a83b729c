import json
from argparse import ArgumentParser
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from foundation.errors import InvalidInputError
from metrics.models import DirtyMark, Grain, Metric, MetricVersion
from metrics.selectors.as_of import get_point_as_of, get_version_at
from metrics.selectors.population import condition_of, get_level
from metrics.selectors.values import Point, calendar_for, get_point, get_version


@dataclass(frozen=True)
class Question:
    """What was asked, parsed."""

    version: MetricVersion
    grain: str
    start: date | None
    segment: str
    as_of: datetime | None


class Command(BaseCommand):
    help = "Print a metric's stored value for a period, or a stock's level at an instant."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key")
        parser.add_argument("--grain", choices=Grain.values, default=Grain.MONTH)
        parser.add_argument("--start", help="any day of the period, YYYY-MM-DD or YYYY-MM; the last period without it")
        parser.add_argument("--at", help="for a stock: an instant, ISO 8601; without an offset it is UTC")
        parser.add_argument("--as-of", help="the value as it was believed then, ISO 8601")
        parser.add_argument("--segment", default="", help="dimension=word")
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        try:
            version = get_version(options["key"])
        except MetricVersion.DoesNotExist:
            known = ", ".join(Metric.objects.values_list("key", flat=True))
            raise CommandError(f"There is no approved metric {options['key']!r}. Known: {known}") from None
        if DirtyMark.objects.filter(source=version.source).exists():
            self.stderr.write("Changes still wait to be recomputed: a worker will, or manage.py recompute_metrics.")
        if options["at"]:
            answer = self._level(version, _instant(options["at"], "--at"), options["segment"])
        else:
            as_of = _instant(options["as_of"], "--as-of") if options["as_of"] else None
            version = version if as_of is None else get_version_at(version.metric.key, as_of)
            question = Question(version, options["grain"], _day(options["start"]), options["segment"], as_of)
            answer = self._stored(question)
        self.stdout.write(
            json.dumps(answer) if options["json"] else "\n".join(f"{k:12} {v}" for k, v in answer.items())
        )

    def _level(self, version: MetricVersion, moment: datetime, segment: str) -> dict[str, Any]:
        _check_segment(version, segment)
        level = get_level(version, moment, segment=segment)
        if level is None:
            raise CommandError(f"{version.metric.key} is no stock: --at needs one, use --grain and --start.")
        point = Point(moment.date(), None, float(level), level, True, None, timezone.now())
        return {**_answer(version, "instant", point), "start": moment.isoformat()}

    def _stored(self, question: Question) -> dict[str, Any]:
        version = question.version
        _check_segment(version, question.segment)
        now = timezone.now()
        point = get_point(version, question.grain, question.start, at=now, segment=question.segment)
        if point is not None and question.as_of is not None:
            point = get_point_as_of(version, question.grain, point.start, question.as_of, segment=question.segment)
        if point is None:
            start = calendar_for(version).period_start(question.start or now.date(), question.grain)
            point = Point(start, None, None, 0, False, None, None)
        return _answer(version, question.grain, point)


def _answer(version: MetricVersion, grain: str, point: Point) -> dict[str, Any]:
    return {
        "metric": version.metric.key,
        "value": point.value,
        "unit": version.metric.unit,
        "n": point.n,
        "version": version.number,
        "grain": grain,
        "start": point.start.isoformat(),
        "complete": point.complete,
        "restated": point.restated_at is not None,
        "computed_at": point.computed_at.isoformat() if point.computed_at else None,
    }


def _check_segment(version: MetricVersion, segment: str) -> None:
    """CommandError when the metric keeps no such segments."""
    try:
        condition_of(version, segment)
    except InvalidInputError as error:
        raise CommandError(f"--segment {segment!r}: {error.message}") from error


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        day = parse_date(f"{text}-01" if text.count("-") == 1 else text)
    except ValueError:
        day = None
    if day is None:
        raise CommandError(f"--start {text!r} is no date. Write YYYY-MM-DD or YYYY-MM.")
    return day


def _instant(text: str, option: str) -> datetime:
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(f"{option} {text!r} is no timestamp. Write 2016-03-15T12:00 or 2016-03-15T12:00:00+01:00.")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
