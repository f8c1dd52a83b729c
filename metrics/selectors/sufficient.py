"""Sufficient statistics of an experiment's measures per arm and day of first exposure, summed by the database.

Read on demand rather than kept: one pass over an index gives them, so that a late or corrected row cannot leave a wrong
sum behind. Units that saw two arms are left out here and counted apart; outcomes count from a unit's first exposure on.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from metrics.models import Experiment, MeasureKind, MeasureSource


@dataclass(frozen=True)
class Measure:
    """What is compared: rows of one name, from outcomes or events, folded into one value a unit."""

    name: str
    kind: str = MeasureKind.PROPORTION
    source: str = MeasureSource.OUTCOMES


@dataclass(frozen=True)
class Sums:
    """Over units: sums of their value y, its denominator d, and x, their value before the exposure.

    Two letters are sums of products about the means, Σ (y − ȳ)², Σ (y − ȳ)(d − d̄) and so on: differences of raw sums of
    squares would lose every digit of the variance of values that are large beside their spread.
    """

    n: int = 0
    y: float = 0.0
    d: float = 0.0
    x: float = 0.0
    yy: float = 0.0
    dd: float = 0.0
    yd: float = 0.0
    xx: float = 0.0
    xy: float = 0.0

    def __add__(self, other: "Sums") -> "Sums":
        """Both together; the products by the pairwise update of Chan, Golub and LeVeque (1983)."""
        if not (self.n and other.n):
            return self if self.n else other
        n = self.n + other.n
        weight = self.n * other.n / n
        y, d, x = (getattr(other, k) / other.n - getattr(self, k) / self.n for k in "ydx")
        return Sums(
            n,
            self.y + other.y,
            self.d + other.d,
            self.x + other.x,
            self.yy + other.yy + weight * y * y,
            self.dd + other.dd + weight * d * d,
            self.yd + other.yd + weight * y * d,
            self.xx + other.xx + weight * x * x,
            self.xy + other.xy + weight * x * y,
        )


ArmDay = tuple[int, date]
_COLUMNS = 12

_SEEN = """
WITH seen AS MATERIALIZED (
    SELECT unit, MIN(arm_id) AS arm_id, MIN(exposed_at) AS at FROM metrics_exposure
    WHERE experiment_id = %(experiment)s GROUP BY unit HAVING MIN(arm_id) = MAX(arm_id)
)"""
_AFTER = "r.happened_at >= s.at"
_BEFORE = {
    "postgresql": "r.happened_at < s.at AND r.happened_at >= s.at - %(days)s * INTERVAL '1 day'",
    "sqlite": "r.happened_at < s.at AND r.happened_at >= datetime(s.at, '-' || %(days)s || ' days')",
}
_MINUTE = {
    "postgresql": "to_char(s.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')",
    "sqlite": "substr(s.at, 1, 16)",
}
_ROWS = {
    MeasureSource.OUTCOMES: (
        "metrics_unitoutcome",
        "r.value",
        "COALESCE(r.denominator, 0)",
        "r.experiment_id = %(experiment)s AND",
    ),
    MeasureSource.EVENTS: ("metrics_productevent", "1.0", "0", ""),
}


def read_sums(
    experiment: Experiment, measure: Measure, *, covariate: Measure | None = None, until: datetime | None = None
) -> dict[ArmDay, Sums]:
    """The sums by arm and local day of first exposure; rows from `until` on are not looked at."""
    values = {"experiment": experiment.pk, "name": measure.name, "until": until or datetime(9999, 1, 1, tzinfo=UTC)}
    before = ""
    if covariate is not None:
        values |= {"covariate": covariate.name, "days": experiment.covariate_days}
        before = f", before AS ({_per_unit(covariate, 'covariate', _BEFORE[connection.vendor])})"
    other = "COALESCE(b.y, 0)" if before else "0.0"
    statement = f"""{_SEEN}, after AS ({_per_unit(measure, "name", f"{_AFTER} AND r.happened_at < %(until)s")}){before}
        , folded AS MATERIALIZED (
            SELECT s.arm_id, {_MINUTE[connection.vendor]} AS minute,
                COALESCE(a.y, 0.0) AS y, COALESCE(a.d, 0.0) AS d, {other} AS x
            FROM seen s LEFT JOIN after a ON a.unit = s.unit {"LEFT JOIN before b ON b.unit = s.unit" if before else ""}
            WHERE s.at < %(until)s
        ), centred AS (
            SELECT f.*, f.y - c.y AS v, f.d - c.d AS e, f.x - c.x AS w
            FROM folded f CROSS JOIN (SELECT AVG(y) AS y, AVG(d) AS d, AVG(x) AS x FROM folded) c
        )
        SELECT arm_id, minute, COUNT(*), SUM(y), SUM(d), SUM(x), SUM(v), SUM(e), SUM(w),
            SUM(v * v), SUM(e * e), SUM(v * e), SUM(w * w), SUM(w * v) FROM centred GROUP BY 1, 2"""  # noqa: S608 - ours
    return _by_day(_run(statement, values))


def count_units(experiment: Experiment) -> tuple[dict[int, int], int]:
    """Units seen by arm, without those that saw two, and how many of those there are."""
    statement = f"{_SEEN} SELECT arm_id, COUNT(*) FROM seen GROUP BY 1"  # noqa: S608 - ours
    seen = _run(statement, {"experiment": experiment.pk})
    mixed = _run(
        "SELECT COUNT(*) FROM (SELECT 1 FROM metrics_exposure WHERE experiment_id = %(experiment)s"
        " GROUP BY unit HAVING MIN(arm_id) <> MAX(arm_id)) m",
        {"experiment": experiment.pk},
    )
    return {arm: int(n) for arm, n in seen}, int(mixed[0][0])


def count_assigned(experiment: Experiment) -> dict[int, int]:
    """Units assigned, by arm."""
    statement = "SELECT arm_id, COUNT(*) FROM metrics_assignment WHERE experiment_id = %(experiment)s GROUP BY 1"
    return {arm: int(n) for arm, n in _run(statement, {"experiment": experiment.pk})}


def total_of(days: Mapping[ArmDay, Sums], arm: int, *, until: date | None = None) -> Sums:
    """The sums of one arm, up to and including a day."""
    chosen = (sums for (one, day), sums in days.items() if one == arm and (until is None or day <= until))
    return sum(chosen, Sums())


def days_of(days: Iterable[ArmDay]) -> list[date]:
    """The days that anything was seen on, in order."""
    return sorted({day for _, day in days})


def _per_unit(measure: Measure, name: str, condition: str) -> str:
    """The value and denominator of each unit that has rows."""
    table, value, denominator, scope = _ROWS[MeasureSource(measure.source)]
    if measure.kind == MeasureKind.PROPORTION:
        folded = f"CASE WHEN SUM(CASE WHEN {value} <> 0 THEN 1 ELSE 0 END) > 0 THEN 1.0 ELSE 0.0 END"
    else:
        folded = f"SUM({value})"
    return f"""SELECT s.unit, {folded} AS y, SUM({denominator}) AS d FROM seen s JOIN {table} r
        ON {scope} r.name = %({name})s AND r.unit = s.unit AND {condition} GROUP BY s.unit"""  # noqa: S608 - ours


def _run(statement: str, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, dict(values))
        return list(cursor.fetchall())


def _by_day(rows: Iterable[Sequence[Any]]) -> dict[ArmDay, Sums]:
    """Minutes of UTC gathered into the organisation's days: every zone's midnight is on a minute."""
    zone = ZoneInfo(settings.ORGANISATION_TIME_ZONE)
    days: dict[str, date] = {}
    found: dict[ArmDay, list[float]] = {}
    for arm, minute, n, *sums in rows:
        day = days.get(minute)
        if day is None:
            day = days[minute] = datetime.fromisoformat(minute).replace(tzinfo=UTC).astimezone(zone).date()
        cell = found.setdefault((arm, day), [0.0] * _COLUMNS)
        for place, value in enumerate((n, *sums)):
            cell[place] += float(value)
    return {key: _about_means(*cell) for key, cell in found.items()}


def _about_means(n: float, y: float, d: float, x: float, v: float, e: float, w: float, *products: float) -> Sums:
    """The sums of one cell from those about the centre of all units, which lies near enough to lose no digits."""
    vv, ee, ve, ww, wv = products
    return Sums(int(n), y, d, x, vv - v * v / n, ee - e * e / n, ve - v * e / n, ww - w * w / n, wv - w * v / n)
