"""Keeping and forgetting questions to the queue."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from foundation.access import requires
from foundation.errors import InvalidInputError
from operations.models import User
from support.forms import ViewForm
from support.models import SavedView
from support.services.saved_views import delete_view, save_view, values_of
from support.views.queue import url_of


@require_POST
@requires("support.view_ticket", "support.add_savedview")
def view_new(request: HttpRequest) -> HttpResponse:
    """Keep the question that the list shows."""
    form, owner = ViewForm(request.POST), cast("User", request.user)
    filters = values_of(request.POST)
    if not form.is_valid():
        messages.error(request, "Give the view a name of up to 60 characters.")
        return redirect(url_of(filters))
    try:
        view = save_view(view=SavedView(owner=owner, filters=filters, **form.cleaned_data))
    except InvalidInputError as error:
        messages.error(request, f"Not kept: {error.message}.")
        return redirect(url_of(filters))
    messages.success(request, f"“{view.name}” is kept.")
    return redirect(url_of({"view": str(view.pk)}))


@require_POST
@requires("support.view_ticket", "support.delete_savedview")
def view_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget one of one's own."""
    try:
        delete_view(view_id=pk, by=cast("User", request.user))
    except SavedView.DoesNotExist:
        raise Http404("That is no view of yours.") from None
    messages.success(request, "The view is forgotten.")
    return redirect("support:tickets")
