"""For each constraint of what is between a partner and us: a row that breaks it and no other."""

from datetime import date

from tests import factories as f
from tests import factories_partners as p


def review_twice():
    terms, integration = p.TermsVersionFactory(), f.IntegrationFactory()
    for day in (1, 2):
        p.ObligationReviewFactory(
            obligation=None, integration=integration, terms_version=terms, due_on=date(2026, 3, day)
        )


def twice(factory, **fields):
    def make():
        parents = {name: make_parent() for name, make_parent in fields.items()}
        factory(**parents)
        factory(**parents)

    return make


def signoff(**fields):
    return lambda: p.PartnershipSignoffFactory(**fields)


def version(**fields):
    return lambda: p.AgreementVersionFactory(**fields)


def review(**fields):
    return lambda: p.ObligationReviewFactory(**fields)


def done(**fields):
    return lambda: p.ObligationReviewFactory(
        **{"done_at": f.NOW, "done_by": f.UserFactory(), "done_on": date(2026, 3, 1), "verdict": "compliant", **fields}
    )


PARTNER_VIOLATIONS = {
    "agreement_title_not_blank": lambda: p.AgreementFactory(title=""),
    "agreement_kind_valid": lambda: p.AgreementFactory(kind="odd"),
    "agreement_state_valid": lambda: p.AgreementFactory(state="odd"),
    "agreement_title_unique": twice(p.AgreementFactory, partner=f.PartnerFactory, title=lambda: "A"),
    "agreementversion_number_unique": twice(p.AgreementVersionFactory, agreement=p.AgreementFactory),
    "agreementversion_renewal_valid": version(renewal="odd"),
    "agreementversion_ends_on_after_effective_on": version(ends_on=date(2025, 12, 31)),
    "agreementversion_notice_days_in_range": version(notice_days=1_096),
    "agreementversion_fee_minor_in_range": version(fee_minor=-1, currency="EUR"),
    "agreementversion_liability_cap_minor_in_range": version(liability_cap_minor=-1, currency="EUR"),
    "agreementversion_promised_uptime_ratio_in_range": version(promised_uptime_ratio="1.001"),
    "agreementversion_amount_has_currency": version(fee_minor=1),
    "agreementversion_renewal_has_end": version(renewal="auto"),
    "negotiationentry_text_not_blank": lambda: p.NegotiationEntryFactory(text=""),
    "negotiationentry_new_state_valid": lambda: p.NegotiationEntryFactory(new_state="odd"),
    "negotiationentry_due_has_step": lambda: p.NegotiationEntryFactory(next_due_on=date(2026, 3, 9)),
    "obligation_title_not_blank": lambda: p.ObligationFactory(title=""),
    "obligation_source_valid": lambda: p.ObligationFactory(source="odd"),
    "obligation_recurrence_valid": lambda: p.ObligationFactory(recurrence="odd"),
    "obligation_lead_days_in_range": lambda: p.ObligationFactory(lead_days=367),
    "obligation_ended_on_after_first_due_on": lambda: p.ObligationFactory(ended_on=date(2026, 2, 28)),
    "termsversion_summary_not_blank": lambda: p.TermsVersionFactory(summary=""),
    "termsversion_text_unique": twice(p.TermsVersionFactory, partner=f.PartnerFactory, sha256=lambda: "a" * 64),
    "obligationreview_once_a_day": twice(p.ObligationReviewFactory, obligation=p.ObligationFactory),
    "obligationreview_once_a_text": review_twice,
    "obligationreview_done_at_with_done_by": done(done_by=None),
    "obligationreview_done_at_with_done_on": done(done_on=None),
    "obligationreview_verdict_valid": done(verdict="odd"),
    "obligationreview_verdict_when_done": done(verdict=""),
    "obligationreview_of_one_thing": lambda: p.ObligationReviewFactory(terms_version=p.TermsVersionFactory()),
    "apiversion_name_unique": twice(p.ApiVersionFactory, partner=f.PartnerFactory, name=lambda: "v1"),
    "apiversion_name_not_blank": lambda: p.ApiVersionFactory(name=""),
    "apiversion_source_valid": lambda: p.ApiVersionFactory(source="odd"),
    "apiversion_sunset_on_after_released_on": lambda: p.ApiVersionFactory(
        released_on=date(2026, 3, 1), sunset_on=date(2026, 3, 1)
    ),
    "apiversionuse_unique": twice(
        p.ApiVersionUseFactory, integration=f.IntegrationFactory, api_version=p.ApiVersionFactory
    ),
    "signoff_contact_signed_at_with_contact_signed_by": signoff(contact_signed_at=f.NOW),
    "signoff_proposed_at_with_proposed_by": signoff(proposed_at=f.NOW, proposed_verdict="validated"),
    "signoff_contact_acknowledged_at_with_contact_acknowledged_by": signoff(contact_acknowledged_at=f.NOW),
    "signoff_proposed_verdict_valid": lambda: p.PartnershipSignoffFactory(
        proposed_verdict="odd", proposed_at=f.NOW, proposed_by=f.UserFactory()
    ),
    "signoff_verdict_when_proposed": signoff(proposed_verdict="validated"),
}
