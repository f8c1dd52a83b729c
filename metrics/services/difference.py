"""What a draft would change: its members in words, and its values beside the stored ones, computed from the rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from metrics.cell_line import CellLine
from metrics.formula_words import (
    MICROSECONDS,
    amount_words,
    condition_words,
    field_label,
    known_source,
    quantile_words,
)
from metrics.kinds import KINDS, Cell
from metrics.models import Cadence, Grain, Kind, MetricDraft, MetricVersion
from metrics.periods import add_months
from metrics.selectors.values import list_series
from metrics.services.cells import calendar_of, compute_cells, list_days
from metrics.services.derived import evaluate
from metrics.services.versions import build_version, definition_of
from metrics.sources import MetricSource, get_source

PERIODS = 12


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One member of the definition, in words; empty where a side does not have it."""

    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class PeriodChange:
    """One complete period by both definitions; `change` is new − old, None where a side has no value."""

    start: date
    end: date
    old_value: float | None
    old_n: int
    new_value: float | None
    new_n: int

    @property
    def change(self) -> float | None:
        if self.old_value is None or self.new_value is None:
            return None
        return self.new_value - self.old_value

    @property
    def change_ratio(self) -> float | None:
        """The change as a share of the old value; None without one, or where that is 0."""
        return None if self.change is None or not self.old_value else self.change / abs(self.old_value)


@dataclass(frozen=True, slots=True)
class Difference:
    """A draft beside the current version, which is None where the metric has none yet."""

    draft: MetricDraft
    current: MetricVersion | None
    fields: Sequence[FieldChange]
    weeks: Sequence[PeriodChange]
    months: Sequence[PeriodChange]

    @property
    def differing(self) -> int:
        """How many of the weeks have another value or another n."""
        return sum((week.old_value, week.old_n) != (week.new_value, week.new_n) for week in self.weeks)

    @property
    def largest(self) -> PeriodChange | None:
        """The week whose value changes most."""
        known = [week for week in self.weeks if week.change is not None]
        return max(known, key=lambda week: abs(week.change or 0.0), default=None)


def get_difference(draft: MetricDraft, *, at: datetime) -> Difference:
    """The draft beside what holds: members that change, and the last 12 complete weeks by both.

    Months as well for a metric that is looked at monthly or quarterly. The draft's values are computed from the rows
    now and stored nowhere.
    """
    metric = draft.metric
    versions = metric.versions.order_by("-number")
    if draft.definition is not None:  # Approved: beside what held before.
        versions = versions.filter(number__lt=draft.definition.number)
    current = versions.first()
    grains = [Grain.WEEK, *([Grain.MONTH] if metric.cadence in {Cadence.MONTH, Cadence.QUARTER} else [])]
    changes = {grain: _list_changes(draft, current, grain, at=at) for grain in grains}
    return Difference(
        draft=draft,
        current=current,
        fields=list_field_changes(draft, current),
        weeks=changes[Grain.WEEK],
        months=changes.get(Grain.MONTH, []),
    )


def list_field_changes(draft: MetricDraft, current: MetricVersion | None) -> list[FieldChange]:
    """The members that differ, in words."""
    old, new = (_members(row) if row is not None else {} for row in (current, draft))
    names = list(dict.fromkeys([*old, *new]))
    return [
        FieldChange(name, old.get(name, ""), new.get(name, ""))
        for name in names
        if old.get(name, "") != new.get(name, "")
    ]


def _members(row: MetricVersion | MetricDraft) -> dict[str, str]:
    """Every member of a definition by what it is called."""
    source = known_source(row.source)
    members = {
        "Kind": Kind(row.kind).label,
        "Source": source.label if source else row.source,
        "Segments kept": ", ".join(source.dimensions.get(name, name) if source else name for name in row.dimensions),
        "Rolling days": str(row.rolling_days or ""),
    }
    for name, value in row.formula.items():
        if name in {"filter", "where"} and isinstance(value, dict):
            prefix = "Only rows" if name == "filter" else "Counted rows"
            for field, wanted in value.items():
                members[f"{prefix}: {field_label(field, source)}"] = condition_words(field, wanted, source)
        else:
            members[_NAMES.get(name, name.capitalize())] = _plain(name, value, row, source)
    return members


_NAMES = {"quantile": "Percentile", "scale": "Unit counted in", "at": "Time", "where": "Counted rows"}
_OF_SOURCE = frozenset({"measure", "numerator", "denominator", "duration", "observed"})


def _plain(name: str, value: Any, row: MetricVersion | MetricDraft, source: MetricSource | None) -> str:
    """A member's value as people say it."""
    if name in _OF_SOURCE:
        return field_label(str(value), source)
    if name == "quantile" and isinstance(value, float):
        return quantile_words(value)
    if name in {"scale", "at", "horizon"} and isinstance(value, int):
        return amount_words(value, _unit(row, source))
    if isinstance(value, dict):
        return ", ".join(f"{part} {weight}" for part, weight in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _unit(row: MetricVersion | MetricDraft, source: MetricSource | None) -> str:
    """The base unit of the measure that the formula reads; a histogram's is time."""
    if row.kind == Kind.HISTOGRAM_PERCENTILE:
        return MICROSECONDS
    named = row.formula.get("measure") or row.formula.get("numerator") or row.formula.get("duration")
    return source.measures.get(named, "") if source and isinstance(named, str) else ""


def _list_changes(draft: MetricDraft, current: MetricVersion | None, grain: str, *, at: datetime) -> list[PeriodChange]:
    if known_source(draft.source) is None:
        return []  # The app that offered it is gone: nothing can be computed.
    version = build_version(draft.metric, definition_of(draft), at=at)
    first, last = _last_periods(version, grain, at=at)
    old = {}
    if current is not None:
        current.metric = draft.metric
        series = list_series([current], grain, first, last, at=at)[draft.metric.key]
        old = {point.start: (point.value, point.n) for point in series.points}
    changes = []
    for start, (value, n) in preview_values(version, grain, first, last).items():
        end = calendar_of(version).period_end(start, grain)
        old_value, old_n = old.get(start, (None, 0))
        if end is not None:
            changes.append(PeriodChange(start, end, old_value, old_n, value, n))
    return changes


def _last_periods(version: MetricVersion, grain: str, *, at: datetime) -> tuple[date, date]:
    """The first and the last day of the last 12 complete periods."""
    calendar = calendar_of(version)
    running = calendar.period_start(calendar.day_of(at), grain)
    first = running - timedelta(weeks=PERIODS) if grain == Grain.WEEK else add_months(running, -PERIODS)
    return first, running - timedelta(days=1)


def preview_values(version: MetricVersion, grain: str, first: date, last: date) -> dict[date, tuple[float | None, int]]:
    """What an unsaved version's values between two days would be, by period start: value and n, from the rows now."""
    source, calendar, rule = get_source(version.source), calendar_of(version), KINDS[version.kind]
    starts = list(calendar.starts_between(first, last, grain))
    if version.kind == Kind.DERIVED:
        return _preview_derived(version, grain, starts)
    days = [starts[0] + timedelta(days=i) for i in range((last - starts[0]).days + 1)]
    if rule.fills == "carry":
        days = sorted({*days, *(day for day in list_days(source, calendar) if day <= last)})
    cells: dict[date, Cell] = {
        key.day: cell for key, cell in compute_cells(source, calendar, [version], days).items() if not key.segment
    }
    line = CellLine(cells, version.kind, version.formula)
    found = {start: line.value(start, calendar.period_end(start, grain)) for start in starts}
    nothing = 0.0 if rule.fills == "zero" else None
    return {start: (nothing if value.value is None else value.value, value.n) for start, value in found.items()}


def _preview_derived(
    version: MetricVersion, grain: str, starts: Sequence[date]
) -> dict[date, tuple[float | None, int]]:
    """An expression has no rows of its own: it is evaluated over the stored values that it names."""
    values = {
        key.start: value
        for key, value in evaluate([version], starts).items()
        if (key.segment, key.grain) == ("", grain)
    }
    found = {start: values.get(start) for start in starts}
    return {start: (value.value, value.n) if value else (None, 0) for start, value in found.items()}
