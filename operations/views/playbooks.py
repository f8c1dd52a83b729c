"""The pages of playbooks: what there is, and the steps of the version in force."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from foundation.access import requires
from metrics.models import MetricVersion
from metrics.selectors.values import get_current_versions
from operations.models import Playbook, PlaybookStep, PlaybookVersion, RunState, VersionState
from operations.playbooks.gates import OPERATORS
from operations.playbooks.words import amount_words, role_words

_SEEN = (VersionState.PUBLISHED, VersionState.DRAFT, VersionState.RETIRED)


@require_safe
@requires("operations.view_playbook")
def playbook_list(request: HttpRequest) -> HttpResponse:
    """All playbooks, the version in force of each, and how many runs are on their way."""
    published = PlaybookVersion.objects.filter(state=VersionState.PUBLISHED).annotate(
        steps_count=Count("steps", distinct=True)
    )
    running = Count("versions__runs", filter=Q(versions__runs__state=RunState.RUNNING), distinct=True)
    rows = Playbook.objects.select_related("owner").annotate(running=running)
    rows = rows.prefetch_related(Prefetch("versions", queryset=published, to_attr="in_force"))
    return render(request, "operations/playbook_list.html", {"rows": rows})


@require_safe
@requires("operations.view_playbook", "operations.view_playbookstep")
def playbook(request: HttpRequest, key: str) -> HttpResponse:
    """One playbook: the steps of the version in force, else of the newest, and what came before."""
    row = get_object_or_404(Playbook.objects.select_related("owner"), key=key)
    versions = list(row.versions.select_related("published_by"))
    chosen = min(versions, key=lambda one: (_SEEN.index(VersionState(one.state)), -one.number), default=None)
    steps = list(chosen.steps.all()) if chosen else []
    keys = {one["metric"] for step in steps for one in step.conditions}
    known = get_current_versions(sorted(keys)) if keys else {}
    context = {"playbook": row, "versions": versions, "chosen": chosen, "phases": _phases(steps, known)}
    return render(request, "operations/playbook_page.html", context)


def _phases(steps: list[PlaybookStep], known: Mapping[str, MetricVersion]) -> list[dict[str, Any]]:
    phases: dict[str, list[dict[str, Any]]] = {}
    titles = {step.key: step.title for step in steps}
    for step in steps:
        phases.setdefault(step.phase, []).append(
            {
                "step": step,
                "when": offset_words(step.offset_days, titles.get(step.after_key, "")),
                "waits": ", ".join(titles.get(key, key) for key in step.waits_for),
                "role": role_words(step.owner_role),
                "conditions": [condition_words(one, known) for one in step.conditions],
            }
        )
    return [{"name": name, "steps": found} for name, found in phases.items()]


def offset_words(days: int, after: str) -> str:
    """T-30, T+5, T, or how long after another step."""
    if after:
        return f"{days} working days after “{after}”" if days else f"right after “{after}”"
    return f"T{days:+d}".replace("-", "−") if days else "T"


def condition_words(one: dict[str, Any], known: Mapping[str, MetricVersion]) -> str:
    """The condition as a phrase; a metric that is not approved goes by its key."""
    kind = "" if one.get("is_hard", True) else " (warns)"
    version = known.get(one["metric"])
    name = version.metric.name if version else one["metric"]
    limit = amount_words(one["value"], version.metric.unit if version else "")
    return f"{name} {OPERATORS[one['op']]} {limit}{kind}"
