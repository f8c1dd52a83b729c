"""Taking in what a partner published of its own past: a paused check for the whole and one for each component.

They never count towards our uptime; they are asked for by name and stand beside what we measured.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from pathlib import Path

from django.db import transaction

from foundation.errors import InvalidInputError
from foundation.imports.errors import Refusal
from foundation.imports.rejects import open_rejects
from partnerships.health.published import DayOfOutage, day_changes, incident_changes
from partnerships.health.uptime import Span, from_us, to_us
from partnerships.imports.mapping import RecordedState
from partnerships.imports.published import PublishedDay, PublishedIncident, read_published
from partnerships.imports.published_mapping import PublishedMapping, Shape
from partnerships.imports.reading import CheckRow
from partnerships.models import HealthCheck, StatusInterval
from partnerships.services.recorded_checks import continue_history, get_recorded_check

WHOLE = "Published"


@dataclass(frozen=True)
class PublishedPast:
    """Whose history it is, the period that its incidents cover (days tell theirs), and the components, if not all."""

    site: str
    start: datetime | None = None
    end: datetime | None = None
    components: frozenset[str] = frozenset()


@dataclass
class PublishedSummary:
    """How many items were read and refused, new changes by check, those known, and the incidents that were read."""

    items: int = 0
    known: int = 0
    refused: int = 0
    checks: Counter[str] = field(default_factory=Counter)
    incidents: list[Span] = field(default_factory=list)
    """With their state; `up` where the partner says that nobody was affected."""


def check_name(component: str = "") -> str:
    """The name of the check that holds a component's published history, or the whole page's."""
    return f"{WHOLE}: {component}" if component else WHOLE


def import_published(
    *,
    file: Path,
    mapping: PublishedMapping,
    past: PublishedPast,
    at: datetime,
    rejects: Path | None = None,
    dry_run: bool = False,
) -> PublishedSummary:
    """Store the file's history, all in one transaction, and count what happened; nothing where an item was refused.

    Raises ImportProblemError for a file or mapping that cannot be read, InvalidInputError for a period that is wrong.
    """
    _check_period(past, mapping, at)
    summary = PublishedSummary()
    refused: list[Refusal] = []
    with open_rejects(rejects) as refuse, transaction.atomic():
        items: list[PublishedIncident | PublishedDay] = []
        for item in read_published(file, mapping, now=at):
            summary.items += 1
            if isinstance(item, Refusal):
                refused.append(item)
            else:
                items.append(item)
        for name, rows in sorted(_rows_by_check(items, past, summary, refused).items()):
            check = get_recorded_check(site=past.site, name=name, counts_for_uptime=False, at=at)
            done = continue_history(check=check, rows=_at_known_changes(check, rows))
            summary.known += done.known
            summary.checks[name] += done.new
            refused += done.refused
        summary.refused = len(refused)
        refuse(sorted(refused, key=lambda refusal: refusal.line))
        if dry_run or refused:
            transaction.set_rollback(True)
    if refused:
        summary.checks = Counter()
    return summary


def _check_period(past: PublishedPast, mapping: PublishedMapping, at: datetime) -> None:
    if mapping.shape == Shape.DAYS:
        if past.start or past.end:
            raise InvalidInputError("start", "Days tell their own period; leave start and end away.")
        return
    if past.start is None or past.end is None:
        raise InvalidInputError("start", "Incidents do not tell which period they cover: give start and end.")
    if past.start >= past.end:
        raise InvalidInputError("end", "Must be after the start.")
    if past.end > at:
        raise InvalidInputError("end", "Must not lie in the future.")


def _rows_by_check(
    items: Iterable[PublishedIncident | PublishedDay],
    past: PublishedPast,
    summary: PublishedSummary,
    refused: list[Refusal],
) -> dict[str, list[CheckRow]]:
    """The changes of each check's state, by its name."""
    incidents = [item for item in items if isinstance(item, PublishedIncident)]
    days = [item for item in items if isinstance(item, PublishedDay)]
    found = dict(_incident_rows(incidents, past, summary)) if past.start else {}
    by_component: dict[str, list[PublishedDay]] = defaultdict(list)
    for day in days:
        if not past.components or day.component in past.components:
            by_component[day.component].append(day)
    for component, those in by_component.items():
        refused += _twice(those)
        changes = day_changes(_as_day(day) for day in {day.day: day for day in those}.values())
        found[check_name(component)] = _rows(changes, past.site, {_as_day(day).start: day.line for day in those})
    return found


def _incident_rows(
    incidents: Sequence[PublishedIncident], past: PublishedPast, summary: PublishedSummary
) -> Iterator[tuple[str, list[CheckRow]]]:
    """The whole page's rows, then each component's; an incident that names no component counts for the page alone."""
    if past.start is None or past.end is None:
        return
    wanted = [
        one for one in incidents if not past.components or not one.components or past.components & set(one.components)
    ]
    components = {name for one in wanted for name in one.components if not past.components or name in past.components}
    for component in ("", *sorted(components)):
        those = [one for one in wanted if not component or component in one.components]
        spans = [_as_span(one) for one in those]
        if not component:
            summary.incidents = spans
        lines = {to_us(one.started_at): one.line for one in those}
        changes = incident_changes(spans, to_us(past.start), to_us(past.end))
        yield check_name(component), _rows(changes, past.site, lines)


def _rows(changes: Iterable[tuple[int, str]], site: str, lines: Mapping[int, int]) -> list[CheckRow]:
    return [CheckRow(lines.get(at, 0), from_us(at), site, RecordedState(state), None) for at, state in changes]


def _at_known_changes(check: HealthCheck, rows: Sequence[CheckRow]) -> list[CheckRow]:
    """The rows with one more after each change that is known: a file that tells all must agree with those too.

    Right after, for at the very instant of a change what held before it agrees as well.
    """
    known = StatusInterval.objects.filter(health_check=check, started_at__lt=check.last_result_at or rows[0].at)
    moments = {from_us(to_us(moment) + 1) for moment in known.values_list("started_at", flat=True)}
    moments -= {row.at for row in rows}
    places = {moment: bisect_right(rows, moment, key=lambda row: row.at) for moment in moments}
    more = [replace(rows[place - 1], at=moment) for moment, place in places.items() if 0 < place < len(rows)]
    return sorted([*rows, *more], key=lambda row: row.at)


def _twice(days: Iterable[PublishedDay]) -> list[Refusal]:
    seen: set[object] = set()
    found = []
    for day in days:
        if day.day in seen:
            found.append(Refusal(day.line, "", str(day.day), "tells of this day a second time", day.component))
        seen.add(day.day)
    return found


def _as_span(incident: PublishedIncident) -> Span:
    end = None if incident.ended_at is None else to_us(incident.ended_at)
    return Span(to_us(incident.started_at), end, str(incident.state))


def _as_day(day: PublishedDay) -> DayOfOutage:
    return DayOfOutage(to_us(datetime.combine(day.day, time(), UTC)), day.down_us, day.degraded_us)
