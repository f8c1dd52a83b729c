"""Experiments of the demo company: how accounts get their first widget shown, and what was expected of partners."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from dashboards.demo.people import People
from dashboards.demo.story import Story
from metrics.models import (
    Assignment,
    Experiment,
    ExperimentArm,
    ExperimentState,
    Exposure,
    Funnel,
    Hypothesis,
    HypothesisState,
    Metric,
    ProductEvent,
    Verdict,
)
from metrics.selectors.analysis import analyse_experiment
from metrics.services.assignments import arms_of

STEPS = ("signed_up", "widget_created", "widget_installed", "widget_shown")
RATES = {"control": (0.86, 0.82, 0.90), "guided": (0.92, 0.86, 0.92), "checklist": (0.87, 0.83, 0.90)}
HOURS = (3.0, 20.0, 9.0)
EXPECTED = (
    ("weather-partner", "partnership", "fewer forecasts fail when the partner sends changes only", "validated", 210),
    ("shared-sandbox", "partnership", "partners who test in our sandbox break less", "validated", 160),
    ("weekly-call", "partnership", "a weekly call finds faults before customers do", "refuted", 120),
    ("joint-status-page", "partnership", "a joint status page saves customers the question", "inconclusive", 90),
    ("second-region", "partnership", "a second region of the partner shortens outages", "validated", 45),
    ("triage-rota", "process", "one person sorts the queue every morning", "validated", 75),
    ("saved-replies", "support", "saved replies shorten the common answers", "refuted", 30),
)


def add_experiments(story: Story, people: People) -> None:
    """A decided and a running onboarding experiment with their events, a funnel over each, and hypotheses."""
    hypotheses = _add_hypotheses(story, people)
    decided = _add_experiment(story, people, ("guided-setup", "Guided first widget"), "guided", days=(110, 75))
    _decide(story, people, decided)
    running = _add_experiment(story, people, ("setup-checklist", "Setup checklist"), "checklist", days=(18, 0))
    running.hypothesis = hypotheses
    running.save()
    _add_accounts_between(story)
    for experiment in (running, decided):
        Funnel.objects.create(
            key=f"activation-{experiment.key}",
            name=f"Activation, {experiment.name.lower()}",
            steps=list(STEPS),
            experiment=experiment,
        )


def _add_hypotheses(story: Story, people: People) -> Hypothesis:
    metric = Metric.objects.get(key="tickets_opened")
    rng = story.rng("hypotheses")
    rows = []
    for key, kind, because, verdict, age in EXPECTED:
        locked, decided = story.now - timedelta(days=age + 60), story.now - timedelta(days=age)
        before = rng.uniform(400, 480)
        change = {"validated": -60, "refuted": 8}.get(verdict, -14)
        rows.append(
            _hypothesis(metric, people, key, kind, because, locked)
            | {
                "state": HypothesisState.DECIDED,
                "before_value": before,
                "before_n": int(before),
                "after_value": before + change,
                "after_n": int(before + change),
                "verdict": verdict,
                "decided_by": people.coo,
                "decided_at": decided,
                "decision_note": "Compared with the month before, over as many days.",
            }
        )
    Hypothesis.objects.bulk_create([Hypothesis(**row) for row in rows])
    locked = story.now - timedelta(days=20)
    words = ("setup-asks-less", "product", "accounts that see the next step do not ask for it")
    return Hypothesis.objects.create(
        **_hypothesis(metric, people, *words, locked)
        | {"state": HypothesisState.TESTING, "before_value": 431, "before_n": 431}
    )


def _hypothesis(metric: Metric, people: People, key: str, kind: str, because: str, at: datetime) -> dict[str, Any]:
    return {
        "key": key,
        "kind": kind,
        "because": because,
        "metric": metric,
        "direction": "down",
        "expected_change": 40,
        "before_start_on": (at - timedelta(days=31)).date(),
        "before_end_on": (at - timedelta(days=1)).date(),
        "due_on": (at + timedelta(days=58)).date(),
        "owner": people.lead_of("partner_manager" if kind == "partnership" else "support_lead"),
        "locked_by": people.coo,
        "locked_at": at,
    }


def _add_experiment(
    story: Story, people: People, names: tuple[str, str], treatment: str, *, days: tuple[int, int]
) -> Experiment:
    started, last = (story.now - timedelta(days=ago) for ago in days)
    experiment = Experiment.objects.create(
        key=names[0],
        name=names[1],
        metric_name=STEPS[-1],
        metric_source="events",
        minimum_effect=0.06,
        planned_n=1000,
        planned_end_on=(started + timedelta(days=35)).date(),
        guardrails=[
            {"name": "asked_support", "kind": "proportion", "source": "events", "direction": "down", "margin": 0.03}
        ],
        secondaries=[
            {"name": name, "kind": "proportion", "source": "events", "direction": "up"} for name in STEPS[1:3]
        ],
        salt=names[0],
        state=ExperimentState.RUNNING,
        started_by=people.lead_of("operations"),
        started_at=started,
    )
    ExperimentArm.objects.create(experiment=experiment, key="control", name="Setup as it was", is_control=True)
    ExperimentArm.objects.create(experiment=experiment, key=treatment, name=names[1])
    _add_units(story, experiment, (started, last))
    return experiment


def _arrivals(rng: Random, start: datetime, end: datetime) -> list[datetime]:
    """When accounts signed up: one every 25 minutes or so."""
    found = []
    while (start := start + timedelta(minutes=rng.expovariate(1 / 25.2))) < end:
        found.append(start)
    return found


def _add_accounts_between(story: Story) -> None:
    """Accounts that signed up while no experiment ran: all of them guided, as was decided."""
    rng = story.rng("accounts")
    arrivals = _arrivals(rng, story.now - timedelta(days=75), story.now - timedelta(days=18))
    found = [e for i, at in enumerate(arrivals) for e in _way(rng, f"account-{i:04}", at, RATES["guided"])]
    ProductEvent.objects.bulk_create([one for one in found if one.happened_at < story.now])


def _add_units(story: Story, experiment: Experiment, span: tuple[datetime, datetime]) -> None:
    rng = story.rng(experiment.key)
    arrivals = _arrivals(rng, *span)
    units = [f"{experiment.key}-{place:04}" for place in range(len(arrivals))]
    arms = arms_of(experiment, units)
    Assignment.objects.bulk_create(
        [Assignment(experiment=experiment, unit=u, arm=arms[u], assigned_at=at) for u, at in _pairs(units, arrivals)]
    )
    Exposure.objects.bulk_create(
        [
            Exposure(experiment=experiment, unit=u, arm=arms[u], exposed_at=at, key=f"{u}/seen")
            for u, at in _pairs(units, arrivals)
        ]
    )
    events = [one for u, at in _pairs(units, arrivals) for one in _way(rng, u, at, RATES[arms[u].key])]
    ProductEvent.objects.bulk_create([one for one in events if one.happened_at < story.now])


def _pairs(units: Sequence[str], arrivals: Sequence[datetime]) -> list[tuple[str, datetime]]:
    return list(zip(units, arrivals, strict=True))


def _way(rng: Random, unit: str, at: datetime, rates: Sequence[float]) -> list[ProductEvent]:
    """What one account did: each step with its chance and its wait, and some asked support."""
    found = [ProductEvent(unit=unit, name=STEPS[0], happened_at=at, key=f"{unit}/{STEPS[0]}")]
    if rng.random() < 0.11:  # noqa: PLR2004
        asked = at + timedelta(hours=rng.expovariate(1 / 30))
        found.append(ProductEvent(unit=unit, name="asked_support", happened_at=asked, key=f"{unit}/asked"))
    for name, rate, hours in zip(STEPS[1:], rates, HOURS, strict=True):
        if rng.random() >= rate:
            break
        at += timedelta(hours=rng.expovariate(1 / hours))
        found.append(ProductEvent(unit=unit, name=name, happened_at=at, key=f"{unit}/{name}"))
    return found


def _decide(story: Story, people: People, experiment: Experiment) -> None:
    ended = story.now - timedelta(days=74)
    experiment.state, experiment.ended_by, experiment.ended_at = ExperimentState.ENDED, people.coo, ended
    experiment.result = analyse_experiment(experiment, at=ended)
    experiment.state, experiment.verdict = ExperimentState.DECIDED, Verdict.VALIDATED
    experiment.decided_by, experiment.decided_at = people.coo, ended + timedelta(days=1)
    experiment.decision_note = "More accounts get to a shown widget when they are guided; all get it from now on."
    experiment.save()
