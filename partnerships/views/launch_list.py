"""The list of launches, its CSV, and the form of a new one."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from charts.state import state
from foundation.access import requires
from foundation.csv_export import stream_csv
from foundation.errors import InvalidInputError
from operations.models import RunState, User
from operations.playbooks.gates import Verdict
from partnerships.launch_forms import LaunchForm
from partnerships.models import Launch, LaunchKind
from partnerships.selectors.launches import LaunchRow, list_launches
from partnerships.services.launches import NewLaunch, start_launch
from partnerships.views.actions import UNPROCESSABLE

_MAY_SEE = ("partnerships.view_launch", "operations.view_playbookrun", "operations.view_runstep")
_CSV_HEAD = ("name", "kind", "state", "integration", "partner", "launch_day", "done", "steps", "late", "decision")


@require_safe
@requires(*_MAY_SEE)
def launches(request: HttpRequest) -> HttpResponse:
    """All launches: how far they are, what is late, what was decided."""
    kind, run_state = _wanted(request)
    rows = list_launches(kind=kind, state=run_state, at=timezone.now())
    running = sum(row.launch.run.state == RunState.RUNNING for row in rows)
    late = sum(row.late > 0 for row in rows if row.launch.run.state == RunState.RUNNING)
    context = {
        "rows": [_shown(row) for row in rows],
        "lede": f"{running} running, {late} with late steps.",
        "kinds": [(value, label, value == kind) for value, label in LaunchKind.choices],
        "states": [(value, label, value == run_state) for value, label in RunState.choices],
        "csv_query": request.GET.urlencode(),
        "may_add": request.user.has_perms(["partnerships.add_launch", "operations.add_playbookrun"]),
    }
    return render(request, "partnerships/launch_list.html", context)


@require_safe
@requires(*_MAY_SEE)
def launches_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The rows that the same address parameters show."""
    kind, run_state = _wanted(request)
    rows = list_launches(kind=kind, state=run_state, at=timezone.now())
    return stream_csv("launches.csv", _CSV_HEAD, (_csv_row(row) for row in rows))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(*_MAY_SEE, "partnerships.add_launch", "operations.add_playbookrun")
def launch_new(request: HttpRequest) -> HttpResponse:
    """The form that begins a launch."""
    form = LaunchForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (made := _start(request, form)):
        messages.success(request, f"{made.run.name} has begun.")
        return redirect(made)
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "partnerships/launch_new.html", {"form": form}, status=status)


def _start(request: HttpRequest, form: LaunchForm) -> Launch | None:
    given = dict(form.cleaned_data)
    version = given.pop("playbook_version")
    try:
        new = NewLaunch(version_id=version.pk, **given)
        return start_launch(new=new, by=cast("User", request.user), at=timezone.now())
    except InvalidInputError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return None


def _wanted(request: HttpRequest) -> tuple[str, str]:
    kind, run_state = request.GET.get("kind", ""), request.GET.get("state", "")
    return (
        kind if kind in LaunchKind.values else "",
        run_state if run_state in RunState.values else "",
    )


def _shown(row: LaunchRow) -> dict[str, Any]:
    run, decision = row.launch.run, row.decision
    return {
        "name": run.name,
        "url": row.launch.get_absolute_url(),
        "of": str(row.launch.integration or row.launch.partner),
        "kind": row.launch.get_kind_display(),
        "state": state(RunState.tone_of(run.state), run.get_state_display()),
        "anchor_on": run.anchor_on,
        "progress": f"{row.ended} of {row.steps}",
        "late": state("watch", f"{row.late} late") if row.late and run.state == RunState.RUNNING else "",
        "next_due_on": row.next_due_on if run.state == RunState.RUNNING else None,
        "decision": state(Verdict.tone_of(decision.decision), decision.get_decision_display()) if decision else "",
    }


def _csv_row(row: LaunchRow) -> list[object]:
    launch = row.launch
    return [
        launch.run.name,
        launch.get_kind_display(),
        launch.run.get_state_display(),
        str(launch.integration or ""),
        str(launch.partner or ""),
        launch.run.anchor_on.isoformat(),
        row.ended,
        row.steps,
        row.late,
        row.decision.get_decision_display() if row.decision else None,
    ]
