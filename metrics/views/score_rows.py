"""A metric of the scorecard as its row on the page and as its record in exports."""

from dataclasses import dataclass
from typing import Any

from charts.primitives import Caption, Markup
from charts.six_twelve import small_six_twelve
from charts.state import state
from metrics.models import Flow, Grain
from metrics.selectors.detail import Periods
from metrics.selectors.scorecard import SIX, TWELVE, Scored
from metrics.selectors.standings import Standing
from metrics.selectors.values import Point
from metrics.views.sections.periods import Box, boxes_for
from metrics.views.six_twelve_figure import panels_for, paths_of
from metrics.views.tiles import rate_words, stale_mark, state_words
from metrics.views.units import unit_of


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One metric, ready."""

    name: str
    url: str
    question: str
    owner: str
    state: Markup
    why: str
    stale: Markup | str
    drawing: Markup
    boxes: list[Box]


def score_row(scored: Scored) -> ScoreRow:
    """The row of one metric; its drawing's id comes from its key."""
    standing, metric = scored.standing, scored.standing.metric
    unit = unit_of(standing.version)
    panels = panels_for(
        standing, unit, weeks=(scored.weeks, scored.weeks_before), months=(scored.months, scored.months_before)
    )
    cut = unit.cuts_axis([*panels[0].heights, *panels[1].heights])
    caption = Caption(f"score-{metric.key}", f"{metric.name}: six weeks and twelve months")
    tone, words = finding_of(standing)
    return ScoreRow(
        name=metric.name,
        url=metric.get_absolute_url(),
        question=metric.question,
        owner=metric.owner.name if metric.owner else "No owner",
        state=state(tone, words),
        why=rate_words(standing, unit) + (" Axis does not start at 0." if cut else ""),
        stale=stale_mark(standing),
        drawing=small_six_twelve(panels, caption, decimals=unit.decimals, from_zero=not cut),
        boxes=boxes_for(standing, _periods(scored), unit),
    )


def finding_of(standing: Standing) -> tuple[str, str]:
    """The tone and the words of its state; a quiet metric is on its path, or steady without one."""
    tone, words = state_words(standing, unit_of(standing.version))
    if words:
        return tone, words.rstrip(".")
    if standing.limits is None:
        return "open", f"{standing.known} of 12 weeks"
    if standing.current_signal:
        return "good", "improving"
    return ("good", "on path") if standing.judged else ("none", "steady, no target")


def _periods(scored: Scored) -> Periods:
    return Periods(
        last=scored.last,
        previous=scored.week_before,
        year_ago=scored.year_ago,
        month=scored.month,
        quarter=scored.quarter,
        year=scored.year,
        elapsed={Grain.MONTH: scored.elapsed} if scored.elapsed else {},
    )


def score_record(scored: Scored) -> dict[str, Any]:
    """What the row shows as plain values: ratios as 0 to 1, days as dates, None for no data."""
    standing, metric = scored.standing, scored.standing.metric
    tone, words = finding_of(standing)
    last, before, ago = scored.last, scored.week_before, scored.year_ago
    return {
        "metric": metric.key,
        "name": metric.name,
        "flow": Flow(metric.flow).value,
        "owner": metric.owner.name if metric.owner else None,
        "unit": metric.unit,
        "state": tone,
        "finding": words,
        "last_week": _point(last),
        "week_on_week": _difference(last, before),
        "year_on_year": _difference(last, ago),
        "month_to_date": _point(scored.month),
        "month_on_same_days_before": scored.elapsed.change if scored.elapsed else None,
        "quarter_to_date": _point(scored.quarter),
        "year_to_date": _point(scored.year),
        "weeks": _trail(scored.weeks, paths_of(standing, scored.weeks), scored.weeks_before),
        "months": _trail(scored.months, paths_of(standing, scored.months), scored.months_before),
    }


def _trail(points: Any, paths: list[float | None], before: Any) -> list[dict[str, Any]]:
    filled = paths or [None] * len(points)
    return [
        {"start": point.start, "value": point.value, "n": point.n, "path": path, "year_before": year}
        for point, path, year in zip(points, filled, before, strict=True)
    ]


def _point(point: Point | None) -> dict[str, Any] | None:
    return None if point is None else {"start": point.start, "value": point.value, "n": point.n}


def _difference(last: Point | None, other: Point | None) -> float | None:
    if last is None or last.value is None or other is None or other.value is None or other.version != last.version:
        return None
    return last.value - other.value


_FLAT = ("last_week", "month_to_date", "quarter_to_date", "year_to_date")
_PARTS = ("start", "value", "n")
_TRAIL = ("start", "value", "n", "path", "year_before")


def flat_head() -> list[str]:
    """The columns of the CSV; the trails run from the oldest period to the last, numbered back to 0."""
    plain = ["metric", "name", "flow", "owner", "unit", "state", "finding"]
    plain += [f"{name}_{part}" for name in _FLAT for part in _PARTS]
    plain += ["week_on_week", "year_on_year", "month_on_same_days_before"]
    for name, count in (("week", SIX), ("month", TWELVE)):
        plain += [f"{name}_{count - 1 - i}_{part}" for i in range(count) for part in _TRAIL]
    return plain


def flat_row(record: dict[str, Any]) -> list[object]:
    """One record in the order of `flat_head`."""
    row = [record[name] for name in ("metric", "name", "flow", "owner", "unit", "state", "finding")]
    row += [(record[name] or {}).get(part) for name in _FLAT for part in _PARTS]
    row += [record[name] for name in ("week_on_week", "year_on_year", "month_on_same_days_before")]
    for name, count in (("weeks", SIX), ("months", TWELVE)):
        missing: list[dict[str, Any]] = [{}] * (count - len(record[name]))
        row += [one.get(part) for one in [*missing, *record[name]] for part in _TRAIL]
    return row
