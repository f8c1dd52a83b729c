"""Typing in what happened: the notes on charts that people write."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from foundation.access import requires
from foundation.form_fields import DayField, TextField
from foundation.words import local
from metrics.models.bounds import DAYS
from metrics.services.annotations import NewAnnotation, annotate
from metrics.views.asked import asked_version


class CommentForm(forms.Form):
    """What happened, and on which day."""

    happened_on = DayField(label="Day", validators=DAYS)
    text = TextField(label="What happened", max_length=300)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["happened_on"].initial = today


@require_http_methods(["GET", "HEAD", "POST"])
@requires("metrics.add_annotation")
def comment(request: HttpRequest, key: str) -> HttpResponse:
    """The form of a note on one metric; written, it is back on the metric's page."""
    version, at = asked_version(key), timezone.now()
    form = CommentForm(request.POST or None, today=local(at).date())
    if request.method == "POST" and form.is_valid():
        annotate(new=NewAnnotation(metric=version.metric, **form.cleaned_data), by=request.user, at=at)
        messages.success(request, "The comment is on the chart.")
        return redirect(version.metric)
    return render(request, "metrics/comment.html", {"metric": version.metric, "form": form})
