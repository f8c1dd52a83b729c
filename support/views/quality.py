"""What people write about how others work, and how whoever was reviewed says that they have read it."""

from typing import cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from foundation.access import requires
from foundation.errors import InvalidInputError
from foundation.words import local
from operations.models import User
from support.models import Review, ReviewSample
from support.services.quality import NewTraining, acknowledge_review, add_review, record_training
from support.team_forms import ReviewForm, TrainingForm

_UNPROCESSABLE = 422
_WRITES = ["GET", "HEAD", "POST"]


@require_http_methods(_WRITES)
@requires("support.view_review", "support.oversee_review", "support.add_review")
def review_new(request: HttpRequest, pk: int) -> HttpResponse:
    """The form for a review of a ticket that was drawn; leads to whose work it is."""
    sample = get_object_or_404(ReviewSample.objects.select_related("ticket", "agent"), pk=pk)
    form = ReviewForm(request.POST or None)
    if form.is_valid():
        try:
            add_review(
                ticket=sample.ticket,
                agent=sample.agent,
                points=form.points,
                comment=form.cleaned_data["comment"],
                by=_person(request),
                at=timezone.now(),
            )
        except InvalidInputError as error:
            _refuse(form, error)
        else:
            messages.success(request, "The review is kept.")
            return redirect("team:person", pk=sample.agent_id)
    status = _UNPROCESSABLE if form.errors else 200
    return render(request, "support/review_new.html", {"form": form, "sample": sample}, status=status)


@require_http_methods(_WRITES)
@requires("support.view_review", "support.oversee_review", "support.add_trainingrecord")
def training_new(request: HttpRequest) -> HttpResponse:
    """The form for a training and who took part; leads to the team."""
    at = timezone.now()
    form = TrainingForm(request.POST or None, today=local(at).date(), initial={"people": request.GET.getlist("person")})
    if form.is_valid():
        try:
            made = record_training(new=NewTraining(**form.cleaned_data), at=at)
        except InvalidInputError as error:
            _refuse(form, error)
        else:
            messages.success(request, f"The training of {len(made)} is kept.")
            return redirect("team:team")
    return render(request, "support/training_new.html", {"form": form}, status=_UNPROCESSABLE if form.errors else 200)


@require_POST
@requires("support.view_review")
def review_read(request: HttpRequest, pk: int) -> HttpResponse:
    """One has read a review of one's own work."""
    person = _person(request)
    review = get_object_or_404(Review, pk=pk, agent=person)
    acknowledge_review(review=review, by=person, at=timezone.now())
    messages.success(request, "It is noted that you have read it.")
    return redirect("team:mine")


def _refuse(form: forms.Form, error: InvalidInputError) -> None:
    form.add_error(error.field if error.field in form.fields else None, error.message)


def _person(request: HttpRequest) -> User:
    return cast("User", request.user)
