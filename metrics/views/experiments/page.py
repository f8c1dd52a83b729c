"""The page of one experiment: the result in words first, then what it rests on; also as CSV and JSON."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from charts.interval import Interval, interval_days, interval_plot
from charts.primitives import Caption, Markup
from foundation.access import requires
from foundation.csv_export import stream_csv
from foundation.errors import ServiceError
from foundation.words import local
from metrics.models import Experiment, ExperimentState, MeasureKind, Verdict
from metrics.selectors.analysis import get_analysis
from metrics.selectors.funnels import get_passages
from metrics.services.experiments import decide_experiment, end_experiment, start_experiment
from metrics.views.experiments.words import amount, bounds, p_words, say, share_of

HELD = {None: ("none", "No data"), True: ("good", "Holds"), False: ("watch", "Not shown to hold")}
READ = ("metrics.view_experiment", "metrics.view_exposure", "metrics.view_unitoutcome")


@require_safe
@requires(*READ)
def experiment_page(request: HttpRequest, key: str) -> HttpResponse:
    """What the experiment says and rests on; with forms for those who run it."""
    experiment, at = get_object_or_404(Experiment.objects.select_related("hypothesis"), key=key), timezone.now()
    analysis = get_analysis(experiment, at=at)
    tone, words = say(experiment, analysis)
    context = {
        "experiment": experiment,
        "tone": tone,
        "say": words,
        "state_tone": ExperimentState.tone_of(experiment.state),
        "verdict_tone": Verdict.tone_of(experiment.verdict),
        "analysis": analysis,
        "arms": [_arm(experiment, arm) for arm in analysis["arms"]],
        "figures": [] if analysis["has_alarm"] else _figures(experiment, analysis),
        "tests": [] if analysis["has_alarm"] else [_test(experiment, one) for one in analysis["comparisons"]],
        "guardrails": [_guardrail(one) for one in analysis["guardrails"]],
        "secondaries": [_secondary(one) for one in analysis["secondaries"]],
        "sample_ratio": p_words(analysis["exposed_p"]),
        "edits": experiment.plan_edits.select_related("edited_by"),
        "plan": _plan(experiment),
        "funnels": [
            (one, get_passages(one, start=None, end=None, at=at, by_arm=True)) for one in experiment.funnels.all()
        ],
        "verdicts": Verdict.choices,
        "may_change": request.user.has_perm("metrics.change_experiment"),
    }
    return render(request, "experiments/experiment_page.html", context)


@require_safe
@requires(*READ)
def experiment_json(request: HttpRequest, key: str) -> HttpResponse:  # noqa: ARG001
    """The analysis as JSON."""
    return JsonResponse(get_analysis(get_object_or_404(Experiment, key=key), at=timezone.now()))


@require_safe
@requires(*READ)
def experiment_csv(request: HttpRequest, key: str) -> HttpResponseBase:  # noqa: ARG001
    """The arms and comparisons as CSV."""
    analysis = get_analysis(get_object_or_404(Experiment, key=key), at=timezone.now())
    compared = {one["arm"]: one for one in analysis["comparisons"]} if not analysis["has_alarm"] else {}
    names = ("effect", "low", "high", "p")
    rows = (
        [arm["key"], arm["name"], arm["n"], arm["value"], *(compared.get(arm["key"], {}).get(name) for name in names)]
        for arm in analysis["arms"]
    )
    return stream_csv(f"{key}.csv", ["arm", "name", "n", "value", *names], rows)


@require_POST
@requires("metrics.change_experiment")
def experiment_action(request: HttpRequest, key: str) -> HttpResponse:
    """Start, end or decide the experiment; what is refused is said on its page."""
    experiment = get_object_or_404(Experiment, key=key)
    who: dict[str, Any] = {"experiment_id": experiment.pk, "by": request.user, "at": timezone.now()}
    try:
        match request.POST.get("action"):
            case "start":
                start_experiment(**who)
            case "end":
                end_experiment(**who)
            case "decide":
                verdict, note = request.POST.get("verdict", ""), request.POST.get("note", "")[:500].replace("\0", "")
                decide_experiment(**who, verdict=verdict, note=note)
    except ServiceError as refusal:
        messages.error(request, str(refusal))
    return HttpResponseRedirect(experiment.get_absolute_url())


def _arm(experiment: Experiment, arm: Mapping[str, Any]) -> dict[str, Any]:
    kind = experiment.metric_kind
    detail = share_of(int(arm["total"]), arm["n"]).detail if kind == MeasureKind.PROPORTION and arm["n"] else ""
    return {**arm, "value": amount(arm["value"], kind), "detail": detail}


def _figures(experiment: Experiment, analysis: Mapping[str, Any]) -> list[Markup]:
    factor = 100 if experiment.metric_kind == MeasureKind.PROPORTION else 1
    unit = "percentage points" if factor > 1 else experiment.metric_name
    rule = "fixed test" if analysis["is_final"] else "always-valid, may be looked at any time"

    def interval(label: str, one: Mapping[str, Any]) -> Interval:
        return Interval(label, one["effect"] * factor, one["low"] * factor, one["high"] * factor)

    rows = [interval(one["name"], one) for one in analysis["comparisons"] if one["low"] is not None]
    days = [interval(one["day"][5:], one) for one in analysis["by_day"]]
    now = Caption("effect", "Difference from control", f"Interval of each arm against control, {rule}.")
    course = Caption("course", "How the interval narrowed", "Always-valid interval by day of first exposure.")
    return [
        interval_plot(rows, now, f"{unit}, {rule}"),
        interval_days(days, course, f"{unit}, over all units first seen up to each day"),
    ]


def _test(experiment: Experiment, one: Mapping[str, Any]) -> dict[str, Any]:
    kind, adjusted = experiment.metric_kind, one["adjusted"]
    return {
        "name": one["name"],
        "effect": amount(one["effect"], kind, is_signed=True),
        "bounds": bounds(one, kind),
        "p": p_words(one["p"]),
        "adjusted": bounds(adjusted, kind) if adjusted else "–",
        "probability": "–" if one["probability_better"] is None else f"{one['probability_better']:.1%}",
    }


def _guardrail(one: Mapping[str, Any]) -> dict[str, Any]:
    tone, words = {None: ("none", "No data"), True: ("good", "Holds"), False: ("watch", "Not shown to hold")}[
        one["holds"]
    ]
    kind = one["kind"]
    return {
        **one,
        "tone": tone,
        "words": words,
        "effect": amount(one["effect"], kind, is_signed=True),
        "margin": amount(one["margin"], kind),
    }


def _secondary(one: Mapping[str, Any]) -> dict[str, Any]:
    kind = one["kind"]
    return {
        "name": one["name"],
        "arm": one["arm"],
        "effect": amount(one["effect"], kind, is_signed=True),
        "bounds": bounds(one, kind),
        "p": p_words(one["p"]),
        "adjusted_p": p_words(one["adjusted_p"]),
    }


def _plan(experiment: Experiment) -> list[tuple[str, Any]]:
    kind = experiment.metric_kind
    return [
        ("Unit", experiment.unit),
        ("Decides", f"{experiment.metric_name}, {experiment.get_metric_kind_display().lower()}"),
        ("Good is", experiment.get_direction_display().lower()),
        ("Least worth having", amount(experiment.minimum_effect, kind, is_signed=True)),
        ("α and power", f"{experiment.alpha:g}, {experiment.power:g}"),
        ("Planned per arm", experiment.planned_n or "–"),
        ("Planned end", experiment.planned_end_on or "–"),
        ("Started", local(experiment.started_at).date() if experiment.started_at else "–"),
        ("Ended", local(experiment.ended_at).date() if experiment.ended_at else "–"),
    ]
