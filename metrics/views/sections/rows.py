"""The rows behind a number: of the last complete week, or of the period and segment that the URL names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from charts.bars import share_bar
from foundation.words import figure, local
from metrics.kinds.entered import MILLIONTHS, VALUE
from metrics.models import Grain, Kind, MetricVersion
from metrics.selectors.as_of import get_point_as_of
from metrics.selectors.made_of import list_inputs
from metrics.selectors.population import Population, can_list, measure_names, rows_permission
from metrics.selectors.rows import ORDERS, Row, list_first_rows
from metrics.selectors.values import Point, get_point
from metrics.sources import get_source
from metrics.views.asked import asked_day, asked_grain, asked_segment
from metrics.views.periods import period_name
from metrics.views.sections.subject import Subject
from metrics.views.units import Unit, unit_of

ROWS_SHOWN = 20
MOST_ORDERED = 200_000
"""Above this the page does not order rows: the CSV and the API have them."""
MINUTE_US = 60_000_000


@dataclass(frozen=True, slots=True)
class Column:
    """One measure as the table shows it: its name with its unit, and its base units in one shown unit."""

    measure: str
    head: str
    divisor: float
    decimals: int

    def write(self, row: Row) -> str:
        measured = row.measures[self.measure]
        return figure(None if measured is None else measured / self.divisor, self.decimals)


def rows_context(subject: Subject) -> dict[str, Any]:
    """The section's context; `rows` is None where the metric has no value yet."""
    grain, start = asked_grain(subject.request), asked_day(subject.request, "start")
    segment = asked_segment(subject.request, subject.version)
    point = subject.standing.last
    if start is not None or segment or grain != Grain.WEEK:
        day = start or (point.start if point else None)
        point = _point(subject, grain, day, segment)
    if point is None:
        return {"rows": None}
    version = point.version or subject.version
    version.metric = subject.metric
    population = Population(version, grain, point.start, segment)
    return {"rows": _Section(subject, population, point).context()}


def _point(subject: Subject, grain: str, day: date | None, segment: str) -> Point | None:
    """The value of the period that contains the day, as the page believes it."""
    if subject.is_believed and day is not None:
        return get_point_as_of(subject.version, grain, day, subject.at, segment=segment)
    return get_point(subject.version, grain, day, at=subject.at, segment=segment)


@dataclass(frozen=True)
class _Section:
    subject: Subject
    population: Population
    point: Point

    @property
    def _url(self) -> QueryDict:
        """The period and the segment as a URL says them."""
        asked = QueryDict(mutable=True)
        asked["grain"], asked["start"] = self.population.grain, str(self.point.start)
        if self.population.segment:
            asked["segment"] = self.population.segment
        return asked

    @property
    def _name(self) -> str:
        return period_name(self.point.start, self.population.grain, week_start=self.population.version.week_start)

    def context(self) -> dict[str, Any]:
        version, unit = self.population.version, self.subject.unit
        name = self._name
        context: dict[str, Any] = {
            "period": f"{name}, {self.population.segment}" if self.population.segment else name,
            "n": f"{self.point.n:,}",
            "value": unit.words(self.point.value),
            "entries": [],
        }
        refusal = self._refusal()
        return {**context, "note": refusal} if refusal else {**context, **self._listed(version)}

    def _refusal(self) -> str:
        """Why no rows are shown; empty where they are."""
        version = self.population.version
        if not can_list(version):
            return "The number is not made of rows that can be listed."
        permission = rows_permission(version)
        if permission and not self.subject.request.user.has_perm(permission):
            return "These rows are for those who may see them in their own place; your role does not."
        return ""

    def _listed(self, version: MetricVersion) -> dict[str, Any]:
        link = reverse("metrics:rows_csv", kwargs={"key": version.metric.key})
        listed = {"can_list": True, "csv": f"{link}?{self._url.urlencode()}"}
        if version.kind == Kind.DERIVED:
            return {**listed, **self._inputs()}
        if self.point.n > MOST_ORDERED:
            return {**listed, "note": f"{self.point.n:,} rows are too many for this page; the CSV has all of them."}
        asked = self.subject.request.GET.get("order", "")
        order = asked if asked in ORDERS else "largest"
        rows, count = list_first_rows(self.population, order=order, limit=ROWS_SHOWN)
        columns = columns_of(version, self.subject.unit)
        return {
            **listed,
            "count": f"{count:,}",
            "orders": self._orders(order),
            "note": self._note(order, len(rows), count),
            "columns": [column.head for column in columns],
            "entries": _entries(rows, columns),
        }

    def _inputs(self) -> dict[str, Any]:
        """A derived number's inputs, each a way to its own rows."""
        inputs = list_inputs(self.population, at=timezone.now())
        value = self.subject.unit.words(self.point.value)
        words = f"{self.population.version.formula['expression']} = {value}"
        if self.subject.is_believed:
            words += " was believed then · the inputs as they are now"
        return {
            "count": f"{len(inputs)}",
            "note": words,
            "columns": ["Value"],
            "entries": [
                {
                    "label": one.metric.name,
                    "url": f"{one.metric.get_absolute_url()}?{one.query}#rows",
                    "detail": one.metric.question,
                    "at": self._name,
                    "figures": [unit_of(one.version).words(one.point.value if one.point else None)],
                }
                for one in inputs
            ],
        }

    def _orders(self, current: str) -> list[dict[str, str]]:
        asked = self._url
        if self.subject.as_of is not None:
            asked["as_of"] = self.subject.as_of.isoformat()
        links = []
        for order in ORDERS:
            asked["order"] = order
            links.append({"name": order, "url": "" if order == current else f"?{asked.urlencode()}#rows"})
        return links

    def _note(self, order: str, shown: int, count: int) -> str:
        if not count:
            return "No row lies in this period."
        which = f"All {count:,}" if shown == count else f"{order.capitalize()} {shown} of {count:,}"
        held = " held at the period’s end" if get_source(self.population.version.source).held_at else ""
        value = self.subject.unit.words(self.point.value)
        if self.subject.is_believed:
            return f"{which}{held} · the rows as they are now; {value} is what was believed then"
        return f"{which}{held} · these {count:,} rows recompute to {value} · CSV and API share this population"


def columns_of(version: MetricVersion, unit: Unit) -> list[Column]:
    """The measures that the formula reads: the measured one in the metric's unit, other times in minutes."""
    units = get_source(version.source).measures
    main = VALUE if version.kind == Kind.ENTERED else version.formula.get("measure")
    usual = MILLIONTHS if version.kind == Kind.ENTERED else 1
    columns = []
    for name in measure_names(version):
        if name == main and unit.name:
            columns.append(Column(name, unit.name, version.formula.get("scale", usual) / unit.scale, unit.decimals))
        elif units[name] == "µs":
            columns.append(Column(name, f"{name}, min", MINUTE_US, 1))
        else:
            columns.append(Column(name, name, 1, 0))
    return columns


def _entries(rows: Sequence[Row], columns: Sequence[Column]) -> list[dict[str, Any]]:
    first = columns[0].measure if columns else ""
    sizes = [abs(row.measures[first] or 0) if first else 0 for row in rows]
    most = max(sizes, default=0) or 1
    return [
        {
            "label": row.words.label,
            "url": row.words.url,
            "detail": row.words.detail,
            "at": f"{local(row.at):%a} {local(row.at).day} {local(row.at):%b %H:%M}",
            "bar": share_bar(size / most) if first else "",
            "figures": [column.write(row) for column in columns],
        }
        for row, size in zip(rows, sizes, strict=True)
    ]
