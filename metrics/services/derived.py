"""Derived metrics: expressions over the stored values of other metrics, kept as fresh as these.

Whoever stores values marks, in the same transaction, the periods that something is derived from. The worker evaluates
all derived versions of a marked day in order of dependency, under the one lock of their source.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from metrics.expressions import Expression, parse_expression
from metrics.formulas import DERIVED_SOURCE
from metrics.keys import ValueKey
from metrics.kinds import Value
from metrics.models import Grain, MetricVersion, PeriodValue
from metrics.periods import ALL_START, OrganisationCalendar, days_of_marks
from metrics.selectors.breaks import list_stretches
from metrics.selectors.inputs import InputLine, Recipe, read_lines
from metrics.selectors.values import get_current_versions
from metrics.services.cells import calendar_of, list_live_versions
from metrics.services.marks import mark_all_days, mark_moments
from metrics.services.values import Occasion, store_values
from metrics.sources import get_source


def expression_of(version: MetricVersion) -> Expression:
    """What a derived version is made of."""
    return parse_expression(version.formula["expression"])


def mark_derived(changed: Iterable[PeriodValue]) -> None:
    """Mark what is derived from these values, which have just been stored, to be evaluated again."""
    rows = list(changed)
    derived = list_live_versions(DERIVED_SOURCE) if rows else []
    if not derived:
        return
    ids = {row.version_id for row in rows}
    keys = dict(MetricVersion.objects.filter(pk__in=ids).values_list("pk", "metric__key"))
    moments: set[datetime] = set()
    for version in derived:
        names, calendar = expression_of(version).names, calendar_of(version)
        starts = {(row.grain, row.start) for row in rows if keys[row.version_id] in names}
        moments |= {calendar.midnight(day) + timedelta(hours=1) for day in _days_of(starts)}
    mark_moments(DERIVED_SOURCE, moments)


def _days_of(starts: Collection[tuple[str, date]]) -> set[date]:
    """A day of each period; every day is one of the whole history."""
    return {start for grain, start in starts if grain != Grain.ALL} or {ALL_START for _ in starts}


def list_derived_from(metric_key: str) -> list[str]:
    """The keys of approved metrics whose newest definition is an expression over this one."""
    newest = {version.metric.key: version for version in list_live_versions(DERIVED_SOURCE)}
    return sorted(key for key, version in newest.items() if metric_key in expression_of(version).names)


def mark_derived_from(metric_key: str) -> None:
    """Mark all that is derived from a metric whose definition changed."""
    if any(metric_key in expression_of(version).names for version in list_live_versions(DERIVED_SOURCE)):
        mark_all_days(get_source(DERIVED_SOURCE))


def refresh_derived(
    versions: Sequence[MetricVersion], hours: Collection[int], *, at: datetime
) -> tuple[set[date], int]:
    """Evaluate the versions for every period that contains a marked day; the days, and how many values changed."""
    touched: set[date] = set()
    changed = 0
    for together in in_order(versions):
        days = days_of_marks(hours, calendar_of(together[0]))
        touched |= days
        values = evaluate(together, days)
        changed += len(store_values(together, values, Occasion(at, "recompute")))
    return touched, changed


def in_order(versions: Iterable[MetricVersion]) -> list[list[MetricVersion]]:
    """The versions in groups of one calendar, those that others are derived from in earlier ones.

    None of a group is derived from another of it, so that their inputs are read together.
    """
    waiting = list(versions)
    groups: list[list[MetricVersion]] = []
    while waiting:
        keys = {version.metric.key for version in waiting}
        ready = [version for version in waiting if not keys & set(expression_of(version).names)]
        ready = ready or waiting  # A cycle is refused at definition; were there one, it must not hang the worker.
        by_calendar: dict[OrganisationCalendar, list[MetricVersion]] = {}
        for version in ready:
            by_calendar.setdefault(calendar_of(version), []).append(version)
        groups += by_calendar.values()
        waiting = [version for version in waiting if version not in ready]
    return groups


def evaluate(versions: Sequence[MetricVersion], days: Collection[date]) -> dict[ValueKey, Value]:
    """The value of every period that contains one of the days, of all segments that each version keeps.

    The versions are of one calendar, and none is derived from another of them.
    """
    if not days:
        return {}
    expressions = {version.pk: expression_of(version) for version in versions}
    recipes, calendar = _recipes(versions, expressions), calendar_of(versions[0])
    values: dict[ValueKey, Value] = {}
    for grain in calendar.grains:
        starts, asked = _starts(days, calendar, grain), [one for one in recipes if _has(one, grain)]
        for recipe, lines in zip(asked, read_lines(asked, grain, starts), strict=True):
            pk = recipe.version.pk
            for segment, inputs in lines.items():
                for start in starts:
                    values[ValueKey(pk, segment, grain, start)] = _value(expressions[pk], inputs, start)
    return values


def _recipes(versions: Sequence[MetricVersion], expressions: Mapping[int, Expression]) -> list[Recipe]:
    current = get_current_versions({name for one in expressions.values() for name in one.names})
    stretches = list_stretches(list(current.values()))
    return [
        Recipe(
            version, {key: stretches[one.pk] for key, one in current.items() if key in expressions[version.pk].names}
        )
        for version in versions
    ]


def _has(recipe: Recipe, grain: str) -> bool:
    """Whether the inputs have periods of the version's own length: other numbers of rolling days do not go together."""
    if grain != Grain.ROLLING:
        return True
    newest = [chain[-1].version for chain in recipe.chains.values()]
    return all(one.rolling_days == recipe.version.rolling_days for one in newest)


def evaluate_all(version: MetricVersion) -> dict[ValueKey, Value]:
    """All values that the inputs' stored values make; for comparison with what is stored."""
    chains = list_stretches(list(get_current_versions(expression_of(version).names).values())).values()
    shown = [version.pk, *(stretch.version.pk for chain in chains for stretch in chain)]
    days = PeriodValue.objects.filter(version__in=shown, grain=Grain.DAY).values_list("start", flat=True).distinct()
    return evaluate([version], set(days))


def _starts(days: Collection[date], calendar: OrganisationCalendar, grain: str) -> set[date]:
    return {start for day in days for start in calendar.starts_containing(day, grain)}


def _value(expression: Expression, inputs: dict[str, InputLine], start: date) -> Value:
    """The expression over the inputs' values; without any value of the period's own there is none."""
    if not any(line.has_own(start) for line in inputs.values()):
        return Value(None, 0)
    found = {key: line.value(start) for key, line in inputs.items()}
    result = expression.evaluate({key: one.value for key, one in found.items()})
    return Value(None, 0) if result is None else Value(result, min(one.n for one in found.values()))
