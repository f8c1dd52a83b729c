"""Rebasing the limits of a metric: from which week, by which method, and why."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from foundation.access import requires
from foundation.errors import InvalidInputError
from foundation.form_fields import DayField, TextField
from metrics.models import LimitMethod
from metrics.models.signal import MAX_BASELINE
from metrics.services.baselines import NewRebase, rebase_limits
from metrics.statistics.xmr import BASELINE, MIN_BASELINE
from metrics.views.asked import asked_version


class RebaseForm(forms.Form):
    """What a person decides about limits."""

    first_period = DayField(
        label="From the week of",
        help_text="Any day of the first week after the process changed.",
    )
    wanted = forms.IntegerField(
        label="Weeks to compute from",
        min_value=MIN_BASELINE,
        max_value=MAX_BASELINE,
        initial=BASELINE,
        help_text="12 or more. Until so many are complete the limits are provisional.",
    )
    method = forms.ChoiceField(choices=LimitMethod.choices, initial=LimitMethod.MEAN)
    reason = TextField(max_length=300, help_text="What changed in the process; it is shown on the chart.")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("metrics.add_baseline")
def rebase(request: HttpRequest, key: str) -> HttpResponse:
    """The form that rebases one metric's limits; done, it is back on the metric's page."""
    version = asked_version(key)
    form = RebaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = rebase_limits(new=NewRebase(version, **form.cleaned_data), by=request.user, at=timezone.now())
        except InvalidInputError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            done = f"frozen on {row.n} weeks" if row.n else f"provisional until {row.wanted} weeks are complete"
            messages.success(request, f"The limits are rebased from {row.first_period}: {done}.")
            return redirect(version.metric)
    return render(request, "metrics/rebase.html", {"metric": version.metric, "form": form})
