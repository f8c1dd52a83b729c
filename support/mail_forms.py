"""Forms of the pages of mail that was kept aside."""

from django import forms

from foundation.filters import MAX_ID
from foundation.form_fields import TextField
from foundation.url_keys import key_of
from support.selectors.mail_aside import PAGE
from support.selectors.references import find_by_reference


class AsideForm(forms.Form):
    """What the list is asked for, which is its URL; what means nothing is passed over."""

    q = TextField(required=False, max_length=200)
    seen = forms.BooleanField(required=False)
    before = forms.IntegerField(required=False, min_value=1, max_value=MAX_ID)


class OpenForm(forms.Form):
    """The ticket that a mail opens."""

    subject = TextField(max_length=300, required=False)


class PutOnForm(forms.Form):
    """The ticket that a mail is put on."""

    ticket = TextField(label="Onto ticket", max_length=120, help_text="Its number, such as T-120.")

    def clean_ticket(self) -> int:
        """The number of the one ticket that is called that."""
        found = find_by_reference(self.cleaned_data["ticket"])
        if found is None:
            raise forms.ValidationError("There is no such ticket.")
        return found


class DiscardForm(forms.Form):
    """Why nothing is done with a mail."""

    reason = TextField(max_length=300)


class DiscardSeveralForm(DiscardForm):
    """Why nothing is done with the ticked mails."""

    mail = forms.TypedMultipleChoiceField(coerce=int)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        given = self.data.getlist("mail")[:PAGE] if hasattr(self.data, "getlist") else []
        numbers = [one for one in given if key_of(one)]
        self.fields["mail"].choices = [(one, one) for one in numbers]  # type: ignore[attr-defined]
