"""The public page on which a customer says how a ticket was solved. The signed link is all it asks for."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from foundation.form_fields import TextField
from foundation.plain_text import without_control
from foundation.words import local
from support.mail.feedback import read_question
from support.models import CsatRequest
from support.services.csat import LONGEST_COMMENT, ExpiredError, is_used_up, record_answer

_GONE, UNPROCESSABLE = 410, 422
_SCORES = [("5", "5 – very good"), ("4", "4 – good"), ("3", "3 – so-so"), ("2", "2 – poor"), ("1", "1 – very poor")]


class CustomerWordsField(TextField):
    """Words of a customer, who is not asked again for a character that nobody sees."""

    def to_python(self, value: Any) -> Any:
        """The words without control characters."""
        return super().to_python(without_control(str(value or "")))


class FeedbackForm(forms.Form):
    """What a customer says."""

    score = forms.TypedChoiceField(choices=_SCORES, coerce=int, widget=forms.RadioSelect, label="How did we do?")
    comment = CustomerWordsField(
        required=False, max_length=LONGEST_COMMENT, widget=forms.Textarea(attrs={"rows": 4}), label="In a few words"
    )


@never_cache
@csrf_exempt  # The key in the address is the credential, and there is no session to abuse.
@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request: HttpRequest, token: str) -> HttpResponse:
    """The question, and the last answer. Only a POST records: programs that check mails follow links."""
    found = CsatRequest.objects.select_related("ticket").filter(pk=read_question(token) or 0).first()
    if found is None:
        raise Http404("There is no such question.")
    now = timezone.now()
    if now >= found.expires_at or is_used_up(found):
        return _page(request, found, None, status=_GONE)
    if request.method != "POST":
        return _page(request, found, FeedbackForm(initial=_last_answer(found)))
    form = FeedbackForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=UNPROCESSABLE)
    try:
        record_answer(request_id=found.pk, at=now, **form.cleaned_data)
    except ExpiredError:
        return _page(request, found, None, status=_GONE)
    return redirect("feedback:feedback", token=token)


def _last_answer(found: CsatRequest) -> dict[str, Any]:
    last = found.responses.first()
    return {"score": last.score, "comment": last.comment} if last else {}


def _page(request: HttpRequest, found: CsatRequest, form: FeedbackForm | None, status: int = 200) -> HttpResponse:
    context = {
        "subject": found.ticket.subject,
        "form": form,
        "has_answered": found.answered_at is not None,
        "is_used_up": form is None and is_used_up(found),
        "until": local(found.expires_at).strftime("%d %B %Y"),
    }
    answer = render(request, "support/feedback.html", context, status=status)
    answer["X-Robots-Tag"] = "noindex"
    return answer
