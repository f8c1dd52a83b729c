"""What an experiment says: who was compared, whether they may be, and by how much they differ."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from metrics.models import Experiment, ExperimentArm, ExperimentState, Movement
from metrics.selectors.comparisons import compare, compare_adjusted, mean_of
from metrics.selectors.sufficient import (
    ArmDay,
    Measure,
    Sums,
    count_assigned,
    count_units,
    days_of,
    read_sums,
    total_of,
)
from metrics.statistics.comparison import (
    Difference,
    always_valid,
    benjamini_hochberg,
    better_probability,
    one_sided_bound,
    sample_ratio_p,
)

ALARM_P = 0.001
BURN_IN = 100
"""Units before an always-valid interval is shown: it rests on the central limit theorem."""
Document = dict[str, Any]


def get_analysis(experiment: Experiment, *, at: datetime) -> Document:
    """The analysis as it was frozen with the verdict, or as it is now."""
    return (
        dict(experiment.result)
        if experiment.state == ExperimentState.DECIDED
        else analyse_experiment(experiment, at=at)
    )


def analyse_experiment(experiment: Experiment, *, at: datetime) -> Document:
    """Everything that can be said at an instant, as plain values.

    While it runs, `low` and `high` of a comparison are always-valid and there is no p-value; once it has ended they are
    the fixed test's. With `has_alarm` nothing may be concluded.
    """
    arms = list(experiment.arms.all())
    primary = Measure(experiment.metric_name, experiment.metric_kind, experiment.metric_source)
    covariate = (
        Measure(experiment.covariate_name, "mean", experiment.metric_source) if experiment.covariate_name else None
    )
    days = read_sums(experiment, primary, covariate=covariate, until=at)
    seen, mixed = count_units(experiment)
    ratio = _sample_ratio(arms, count_assigned(experiment), seen)
    return {
        "state": experiment.state,
        "is_final": experiment.state in {ExperimentState.ENDED, ExperimentState.DECIDED},
        "analysed_at": at.isoformat(),
        "is_plan_changed": experiment.plan_edits.exists(),
        "excluded_units": mixed,
        **ratio,
        "arms": [_arm(arm, total_of(days, arm.pk), experiment.metric_kind) for arm in arms],
        "comparisons": _comparisons(experiment, arms, days, has_covariate=covariate is not None),
        "guardrails": _guardrails(experiment, arms, at=at),
        "secondaries": _secondaries(experiment, arms, at=at),
        "by_day": _by_day(experiment, arms, days),
    }


def _sample_ratio(arms: list[ExperimentArm], assigned: Mapping[int, int], seen: Mapping[int, int]) -> Document:
    """Both counts against the split; a unit in an arm of weight 0 is an alarm by itself."""
    weighted = [arm for arm in arms if arm.weight]
    weights = [float(arm.weight) for arm in weighted]
    p_values = [sample_ratio_p([found.get(arm.pk, 0) for arm in weighted], weights) for found in (assigned, seen)]
    stray = sum(found.get(arm.pk, 0) for found in (assigned, seen) for arm in arms if not arm.weight)
    return {
        "assigned_p": p_values[0],
        "exposed_p": p_values[1],
        "stray_units": stray,
        "has_alarm": bool(stray) or any(p is not None and p < ALARM_P for p in p_values),
        "assigned": {arm.key: assigned.get(arm.pk, 0) for arm in arms},
        "exposed": {arm.key: seen.get(arm.pk, 0) for arm in arms},
    }


def _arm(arm: ExperimentArm, sums: Sums, kind: str) -> Document:
    return {
        "key": arm.key,
        "name": arm.name,
        "is_control": arm.is_control,
        "n": sums.n,
        "total": sums.y,
        "denominator": sums.d,
        "value": mean_of(sums, kind),
    }


def _pairs(arms: list[ExperimentArm]) -> list[tuple[ExperimentArm, ExperimentArm]]:
    control = next((arm for arm in arms if arm.is_control), None)
    return [(control, arm) for arm in arms if arm.weight and not arm.is_control] if control else []


def _comparisons(
    experiment: Experiment, arms: list[ExperimentArm], days: Mapping[ArmDay, Sums], *, has_covariate: bool
) -> list[Document]:
    """Each treatment against the control; α is shared among them (Bonferroni)."""
    pairs, kind = _pairs(arms), experiment.metric_kind
    alpha = experiment.alpha / max(len(pairs), 1)
    found = []
    for control, treatment in pairs:
        a, b = total_of(days, control.pk), total_of(days, treatment.pk)
        plain = compare(a, b, kind=kind, alpha=alpha)
        adjusted = compare_adjusted(a, b, kind=kind, alpha=alpha) if has_covariate else None
        found.append(
            {"arm": treatment.key, "name": treatment.name, "n": a.n + b.n}
            | _words(experiment, plain, n=a.n + b.n, alpha=alpha)
            | {"adjusted": _words(experiment, adjusted, n=a.n + b.n, alpha=alpha) if adjusted else None}
        )
    return found


def _words(experiment: Experiment, difference: Difference | None, *, n: int, alpha: float) -> Document:
    """A comparison as values; while it runs, without what peeking would spoil."""
    if difference is None:
        return dict.fromkeys(("effect", "low", "high", "p", "probability_better", "expected_loss"))
    better, loss = better_probability(difference, sign=_sign(experiment.direction))
    is_running = experiment.state == ExperimentState.RUNNING
    low: float | None = difference.low
    high: float | None = difference.high
    if is_running:
        if n < BURN_IN:
            low = high = None
        else:
            low, high = always_valid(difference, n=n, planned_n=2 * (experiment.planned_n or n), alpha=alpha)
    return {
        "effect": difference.effect,
        "low": low,
        "high": high,
        "p": None if is_running else difference.p,
        "probability_better": better,
        "expected_loss": loss,
    }


def _sign(direction: str) -> int:
    return 1 if direction == Movement.UP else -1


def _measured(
    experiment: Experiment, entry: Mapping[str, Any], arms: list[ExperimentArm], *, at: datetime
) -> list[tuple[ExperimentArm, Difference | None]]:
    measure = Measure(entry["name"], entry["kind"], entry["source"])
    days = read_sums(experiment, measure, until=at)
    return [
        (
            treatment,
            compare(
                total_of(days, control.pk), total_of(days, treatment.pk), kind=measure.kind, alpha=experiment.alpha
            ),
        )
        for control, treatment in _pairs(arms)
    ]


def _guardrails(experiment: Experiment, arms: list[ExperimentArm], *, at: datetime) -> list[Document]:
    """Each guardrail: whether the treatment is shown to be no worse than the margin (one-sided)."""
    found = []
    for entry in experiment.guardrails:
        for arm, difference in _measured(experiment, entry, arms, at=at):
            worst = (
                one_sided_bound(difference, alpha=experiment.alpha, sign=_sign(entry["direction"]))
                if difference
                else None
            )
            found.append(
                {
                    **entry,
                    "arm": arm.key,
                    "effect": difference.effect if difference else None,
                    "worst": worst,
                    "holds": None if worst is None else worst > -entry["margin"],
                }
            )
    return found


def _secondaries(experiment: Experiment, arms: list[ExperimentArm], *, at: datetime) -> list[Document]:
    """Each secondary measure with its p-value and the one adjusted for all of them; none while it runs."""
    if experiment.state == ExperimentState.RUNNING:
        return []
    rows = [
        (entry, arm, difference)
        for entry in experiment.secondaries
        for arm, difference in _measured(experiment, entry, arms, at=at)
        if difference is not None
    ]
    adjusted = benjamini_hochberg([difference.p for _, _, difference in rows])
    return [
        {
            **entry,
            "arm": arm.key,
            "effect": difference.effect,
            "low": difference.low,
            "high": difference.high,
            "p": difference.p,
            "adjusted_p": q,
        }
        for (entry, arm, difference), q in zip(rows, adjusted, strict=True)
    ]


def _by_day(experiment: Experiment, arms: list[ExperimentArm], days: Mapping[ArmDay, Sums]) -> list[Document]:
    """The always-valid interval of the first treatment over all units first seen up to each day."""
    pairs = _pairs(arms)
    if not pairs:
        return []
    control, treatment = pairs[0]
    alpha, a, b, found = experiment.alpha / len(pairs), Sums(), Sums(), []
    for day in days_of(days):
        a, b = a + days.get((control.pk, day), Sums()), b + days.get((treatment.pk, day), Sums())
        difference = compare(a, b, kind=experiment.metric_kind, alpha=alpha)
        if difference is not None and a.n + b.n >= BURN_IN:
            found.append(_day(experiment, day, difference, n=a.n + b.n, alpha=alpha))
    return found


def _day(experiment: Experiment, day: date, difference: Difference, *, n: int, alpha: float) -> Document:
    low, high = always_valid(difference, n=n, planned_n=2 * (experiment.planned_n or n), alpha=alpha)
    return {"day": day.isoformat(), "n": n, "effect": difference.effect, "low": low, "high": high}
