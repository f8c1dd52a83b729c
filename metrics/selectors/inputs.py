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


@dataclass(frozen=True)
class Recipe:
    """A derived version and the series of its inputs, by metric key."""

    version: MetricVersion
    chains: Mapping[str, Sequence[Stretch]]

    @property
    def inputs(self) -> dict[int, MetricVersion]:
        """Every version whose values are looked at, by its key."""
        return {stretch.version.pk: stretch.version for chain in self.chains.values() for stretch in chain}

    def keeps(self, segment: str) -> bool:
        """Whether the version has values of this segment."""
        return not segment or segment.partition("=")[0] in self.version.dimensions


def read_lines(
    recipes: Sequence[Recipe], grain: str, starts: Collection[date]
) -> list[dict[str, dict[str, InputLine]]]:
    """For each derived version, by segment and then by metric key, what it needs for these periods.

    At most three queries, however many versions. The segments are those of the version's dimensions that an input, or
    the version itself, has values of.
    """
    inputs = {pk: version for one in recipes for pk, version in one.inputs.items()}
    kept = _kept({dimension for one in recipes for dimension in one.version.dimensions})
    rows = _read(kept, {*inputs, *(one.version.pk for one in recipes)}, grain, starts)
    filling = [pk for pk, one in inputs.items() if KINDS[one.kind].fills != "none"]
    for place, earlier in _before(kept, filling, grain, min(starts)).items():
        rows.setdefault(place, {}).update(earlier)
    return [_lines(one, rows, grain) for one in recipes]


def _lines(recipe: Recipe, rows: Rows, grain: str) -> dict[str, dict[str, InputLine]]:
    own = {*recipe.inputs, recipe.version.pk}
    return {
        segment: {
            key: InputLine(chain, grain, {s.version.pk: rows.get((s.version.pk, segment), {}) for s in chain})
            for key, chain in recipe.chains.items()
        }
        for segment in {segment for pk, segment in rows if pk in own and recipe.keeps(segment)}
    }


def _kept(dimensions: Iterable[str]) -> Q:
    condition = Q(segment="")
    for dimension in sorted(dimensions):
        condition |= Q(segment__startswith=f"{dimension}=")
    return condition


def _read(kept: Q, ids: Iterable[int], grain: str, starts: Collection[date]) -> Rows:
    stored = PeriodValue.objects.filter(kept, version__in=ids, grain=grain)
    stored = stored.filter(start__range=(min(starts), max(starts))).order_by()
    rows: Rows = {}
    for pk, segment, start, value, n in stored.values_list("version", "segment", "start", "value", "n"):
        rows.setdefault((pk, segment), {})[start] = Value(value, n)
    return rows


def _before(kept: Q, ids: Collection[int], grain: str, first: date) -> Rows:
    """The last value before a day, of versions that fill periods without rows."""
    if not ids:
        return {}
    stored = PeriodValue.objects.filter(kept, version__in=ids, grain=grain, start__lt=first).order_by()
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
