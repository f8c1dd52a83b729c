"""Forms of the pages of integrations and partners."""

from typing import Any

from django import forms

from foundation.form_fields import DayField, TextField
from partnerships.models import (
    LONGEST_NOTICE_DAYS,
    Agreement,
    AgreementState,
    Integration,
    Partner,
    PartnerContact,
    PartnerStage,
    RenewalKind,
    ReviewVerdict,
    Tier,
)
from partnerships.services.agreements import STEPS as AGREEMENT_STEPS
from partnerships.services.partners import STEPS


class TierForm(forms.Form):
    """A tier other than the present one, and why."""

    tier = forms.ChoiceField(choices=Tier.choices, label="New tier")
    reason = TextField(
        max_length=300,
        help_text="What speaks for it: days above target, coverage, the decision it follows from.",
    )

    override_reason = TextField(
        max_length=300,
        required=False,
        label="Why all the same",
        help_text="Only where the checklist of a promotion is not met; kept with it.",
    )

    def __init__(self, *args: Any, integration: Integration, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = [(value, label) for value, label in Tier.choices if value != integration.tier]
        self.fields["tier"].initial = others[0][0]


class StageForm(forms.Form):
    """A stage that the present one leads to, and why."""

    stage = forms.ChoiceField(choices=PartnerStage.choices, label="New stage")
    reason = TextField(max_length=500, help_text="What was agreed or decided, with whom.")

    def __init__(self, *args: Any, partner: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stage"].choices = [(stage.value, stage.label) for stage in STEPS[partner.stage]]  # type: ignore[attr-defined]


class AgreementStateForm(forms.Form):
    """A state that the present one leads to, and why."""

    state = forms.ChoiceField(choices=AgreementState.choices, label="New state")
    text = TextField(max_length=2_000, label="Why")

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(state.value, state.label) for state in AGREEMENT_STEPS[agreement.state]]
        self.fields["state"].choices = choices  # type: ignore[attr-defined]


class NegotiationForm(forms.Form):
    """What was said, with whom, and what comes next."""

    text = TextField(max_length=2_000, label="What was said", widget=forms.Textarea(attrs={"rows": 3}))
    contact = forms.ModelChoiceField(PartnerContact.objects.none(), required=False, label="With")
    next_step = TextField(max_length=500, required=False)
    next_due_on = DayField(required=False, label="Due")

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = PartnerContact.objects.filter(partner=agreement.partner_id, left_on__isnull=True)
        self.fields["contact"].queryset = people.select_related("partner")  # type: ignore[attr-defined]


class VersionForm(forms.Form):
    """What the agreement says from one day on."""

    effective_on = DayField(label="From")
    ends_on = DayField(required=False, label="Last day")
    renewal = forms.ChoiceField(choices=RenewalKind.choices, initial=RenewalKind.NONE)
    notice_days = forms.IntegerField(min_value=0, max_value=LONGEST_NOTICE_DAYS, required=False, label="Days of notice")
    fee_minor = forms.IntegerField(
        min_value=0, max_value=2**63 - 1, required=False, label="Fee a year", help_text="In minor units, such as cents."
    )
    liability_cap_minor = forms.IntegerField(
        min_value=0, max_value=2**63 - 1, required=False, label="Liability up to", help_text="In minor units."
    )
    currency = TextField(max_length=3, required=False, help_text="ISO 4217, such as EUR.")
    promised_uptime_ratio = forms.DecimalField(
        min_value=0,
        max_value=1,
        max_digits=7,
        decimal_places=6,
        required=False,
        label="Promised uptime",
        help_text="0 to 1.",
    )
    response_hours = forms.IntegerField(min_value=0, max_value=32_767, required=False, label="Response within, hours")
    data_processing = TextField(max_length=5_000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    document = forms.FileField(required=False, help_text="PDF, DOCX or ODT, at most 10 MB.")
    document_url = forms.URLField(max_length=500, required=False, label="Link to the document", assume_scheme="https")


class ReviewForm(forms.Form):
    """What was found, and what that rests on."""

    verdict = forms.ChoiceField(choices=ReviewVerdict.choices)
    evidence_text = TextField(
        max_length=2_000, required=False, label="Evidence", widget=forms.Textarea(attrs={"rows": 4})
    )
    evidence_url = forms.URLField(max_length=500, required=False, label="Link to evidence", assume_scheme="https")
    evidence_sha256 = TextField(max_length=64, required=False, label="SHA-256 of the linked document")
