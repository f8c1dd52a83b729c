"""The stored values that a derived metric is made of: as its inputs' own series show them, breaks included."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Max, Q

from metrics.kinds import KINDS, Value
from metrics.models import Grain, MetricVersion, PeriodValue
from metrics.selectors.breaks import Stretch

_NOTHING = Value(None, 0)
Rows = dict[tuple[int, str], dict[date, Value]]


@dataclass(frozen=True)
class InputLine:
    """One input's values of one grain and segment, by version and first day of the period."""

    stretches: Sequence[Stretch]
    grain: str
    rows: Mapping[int, Mapping[date, Value]]

    def version_at(self, start: date) -> MetricVersion:
        """The version whose value the series shows for a period."""
        shown = self.stretches[0].version
        for stretch in self.stretches if self.grain != Grain.ALL else self.stretches[-1:]:
            since = stretch.first_start(self.grain)
            if since is None or since <= start:
                shown = stretch.version
        return shown

    def has_own(self, start: date) -> bool:
        """Whether the period has a stored value of its own."""
        return self.rows[self.version_at(start).pk].get(start, _NOTHING).value is not None

    def value(self, start: date) -> Value:
        """The period's value: its own, else what a period without rows is once the metric has begun."""
        version = self.version_at(start)
        rows, fills = self.rows[version.pk], KINDS[version.kind].fills
        if start in rows or fills == "none":
            return rows.get(start, _NOTHING)
        starts = sorted(rows)
        before = bisect_left(starts, start)
        if not before:
            return _NOTHING
        return Value(0.0, 0) if fills == "zero" else rows[starts[before - 1]]


def read_lines(
    version: MetricVersion, chains: Mapping[str, Sequence[Stretch]], grain: str, starts: Collection[date]
) -> dict[str, dict[str, InputLine]]:
    """By segment and then by metric key what a derived version needs for these periods; at most three queries.

    The segments are those of the version's dimensions that an input, or the version itself, has values of.
    """
    inputs = {stretch.version.pk: stretch.version for chain in chains.values() for stretch in chain}
    rows = _read(version, [*inputs, version.pk], grain, starts)
    filling = [pk for pk, one in inputs.items() if KINDS[one.kind].fills != "none"]
    for place, earlier in _before(version, filling, grain, min(starts)).items():
        rows.setdefault(place, {}).update(earlier)
    return {
        segment: {
            key: InputLine(chain, grain, {s.version.pk: rows.get((s.version.pk, segment), {}) for s in chain})
            for key, chain in chains.items()
        }
        for segment in {segment for _, segment in rows}
    }


def _kept(version: MetricVersion) -> Q:
    condition = Q(segment="")
    for dimension in version.dimensions:
        condition |= Q(segment__startswith=f"{dimension}=")
    return condition


def _read(version: MetricVersion, ids: Iterable[int], grain: str, starts: Collection[date]) -> Rows:
    stored = PeriodValue.objects.filter(_kept(version), version__in=ids, grain=grain)
    stored = stored.filter(start__range=(min(starts), max(starts))).order_by()
    rows: Rows = {}
    for pk, segment, start, value, n in stored.values_list("version", "segment", "start", "value", "n"):
        rows.setdefault((pk, segment), {})[start] = Value(value, n)
    return rows


def _before(version: MetricVersion, ids: Collection[int], grain: str, first: date) -> Rows:
    """The last value before a day, of versions that fill periods without rows."""
    if not ids:
        return {}
    stored = PeriodValue.objects.filter(_kept(version), version__in=ids, grain=grain, start__lt=first).order_by()
    newest = {
        (row["version"], row["segment"]): row["newest"]
        for row in stored.values("version", "segment").annotate(newest=Max("start"))
    }
    rows: Rows = {}
    found = stored.filter(start__in=set(newest.values())).values_list("version", "segment", "start", "value", "n")
    for pk, segment, start, value, n in found:
        if newest[pk, segment] == start:
            rows[pk, segment] = {start: Value(value, n)}
    return rows
