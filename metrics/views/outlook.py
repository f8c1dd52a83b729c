"""Whether a metric will get there in time, in words: the rate it needs, the trend it is on, the chance it has."""

from datetime import date, timedelta

from metrics.models import Direction
from metrics.selectors.standings import Standing, last_day
from metrics.statistics.forecast import MIN_COVERAGE, MIN_POINTS, Forecast
from metrics.views.periods import day_name
from metrics.views.units import Unit

_FAR = 520  # Weeks: beyond ten years a date says nothing.
_SURE = 0.01


def outlook_words(standing: Standing, forecast: Forecast | None, unit: Unit, *, today: date) -> str:
    """One or two sentences on rate, projected date and chance; empty without a target that is a point ahead."""
    target = standing.target
    if target is None or target.upper_value is not None or not standing.is_current:
        return ""
    parts = [need_words(standing, unit), _trend_words(standing, forecast, unit, today)]
    return " ".join(part for part in parts if part)


def need_words(standing: Standing, unit: Unit) -> str:
    """The rate still needed beside the one achieved; empty once the target is met or without a due day ahead."""
    needed, trend = standing.needed, standing.trend
    if needed is None or _is_met(standing):
        return ""
    done = f"; the last 8 weeks did {unit.change(trend)}" if trend is not None else ""
    return f"Needs {unit.change(needed)} {unit.change_name}".strip() + f" a week from now{done}."


def chance_words(standing: Standing, forecast: Forecast | None, *, today: date) -> str:
    """The chance to be on the good side of the target on its due day; empty where no forecast has earned it."""
    steps, target = standing.weeks_to_due, standing.target
    if forecast is None or not forecast.is_shown or target is None or target.due_on is None or target.upper_value:
        return ""
    if steps is None or steps <= 0:
        return ""
    chance = forecast.chance(target.target_value, steps, is_down=standing.metric.direction == Direction.DOWN)
    if chance < _SURE:
        words = "under 1 %"
    elif chance > 1 - _SURE:
        words = "over 99 %"
    else:
        words = f"{100 * chance:.0f} %"
    return f"{words} chance to hit it by {day_name(target.due_on, today=today)}"


def since_words(standing: Standing) -> str:
    """From when the trend counts: the rebase, the definition, or the weeks there are."""
    phase = standing.phase
    if phase is not None and phase.baseline is not None and _is_rebased(standing):
        return "since the rebase"
    if phase is not None and phase.start > 0:
        return f"since version {phase.version.number}"
    return f"of the last {standing.known} weeks"


def _is_rebased(standing: Standing) -> bool:
    row = standing.phase.baseline if standing.phase else None
    return row is not None and (row.supersedes_id is not None or row.frozen_by_id is not None)


def _trend_words(standing: Standing, forecast: Forecast | None, unit: Unit, today: date) -> str:
    if forecast is None:
        return f"No forecast: {standing.known} of {MIN_POINTS} weeks {since_words(standing).removeprefix('of ')}."
    if not forecast.is_shown:
        held = f"{100 * forecast.coverage:.0f} %"
        return f"No forecast: past bands held {held} of what followed, fewer than {100 * MIN_COVERAGE:.0f} %."
    rate = f"{unit.change(forecast.slope)} {unit.change_name}".strip()
    chance = chance_words(standing, forecast, today=today)
    end = f"; {chance}." if chance else "."
    return f"On the trend {since_words(standing)}, {rate} a week, {_when(standing, forecast)}{end}"


def _when(standing: Standing, forecast: Forecast) -> str:
    if _is_met(standing):
        return "the target stays in reach" if _keeps(standing, forecast) else "the target is being lost"
    target, last = standing.target, standing.last
    steps = forecast.steps_to(target.target_value) if target else None
    if steps is None or last is None:
        return "it does not come nearer to the target"
    if steps > _FAR:
        return "the target is more than ten years away"
    return f"the target is met in {last_day(last) + timedelta(weeks=steps):%B %Y}"


def _keeps(standing: Standing, forecast: Forecast) -> bool:
    is_down = standing.metric.direction == Direction.DOWN
    return forecast.slope <= 0 if is_down else forecast.slope >= 0


def _is_met(standing: Standing) -> bool:
    last, target = standing.last, standing.target
    if last is None or last.value is None or target is None:
        return False
    ahead = last.value - target.target_value
    return ahead <= 0 if standing.metric.direction == Direction.DOWN else ahead >= 0
