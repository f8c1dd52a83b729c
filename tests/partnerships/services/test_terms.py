"""Agreements, obligations, API sunsets and sign-offs as their services keep them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from foundation.errors import InvalidInputError, RefusedTransitionError
from metrics.services.hypotheses import decide_hypothesis, lock_hypothesis
from partnerships.models import AgreementState, AgreementVersion, ApiVersion, ObligationReview
from partnerships.selectors.agreements import promised_uptime, standing_of
from partnerships.selectors.obligations import Compliance, compliance_of
from partnerships.services import signoffs
from partnerships.services.agreements import (
    NewEntry,
    NewVersion,
    add_negotiation_entry,
    change_agreement_state,
    publish_agreement_version,
)
from partnerships.services.api_versions import Announcement, note_api_sunset
from partnerships.services.documents import LONGEST_DOCUMENT, Document, path_of
from partnerships.services.obligations import (
    Evidence,
    NewTerms,
    decide_obligation_review,
    list_due_days,
    plan_obligation_reviews,
    publish_terms_version,
)
from tests.factories import NOW, IntegrationFactory, PartnerContactFactory, PartnerFactory, UserFactory
from tests.factories_partners import (
    AgreementFactory,
    AgreementVersionFactory,
    ApiVersionFactory,
    ApiVersionUseFactory,
    NegotiationEntryFactory,
    ObligationFactory,
    ObligationReviewFactory,
    PartnershipSignoffFactory,
)

pytestmark = pytest.mark.django_db
LEGAL = {
    *(("draft", "negotiating"), ("draft", "terminated"), ("negotiating", "active"), ("negotiating", "draft")),
    *(("negotiating", "terminated"), ("active", "negotiating"), ("active", "terminated")),
}
TODAY = NOW.date()


def publish(agreement, document=None, **fields):
    new = NewVersion(**{"effective_on": date(2026, 1, 1), **fields})
    return publish_agreement_version(agreement_id=agreement.pk, new=new, by=UserFactory(), at=NOW, document=document)


@pytest.mark.parametrize("new", AgreementState.values)
@pytest.mark.parametrize("old", AgreementState.values)
def test_agreement_takes_exactly_the_legal_steps(old, new):
    agreement = AgreementFactory(state=old)
    AgreementVersionFactory(agreement=agreement)

    def step():
        change_agreement_state(agreement_id=agreement.pk, state=new, text="Why", by=UserFactory(), at=NOW)

    if (old, new) in LEGAL:
        step()
    else:
        with pytest.raises(RefusedTransitionError):
            step()

    agreement.refresh_from_db()
    taken = [(old, new)] if (old, new) in LEGAL else []
    assert agreement.state == (new if taken else old)
    assert [entry.new_state for entry in agreement.entries.all()] == [after for _, after in taken]


def test_agreement_without_a_version_is_not_active():
    agreement = AgreementFactory(state="negotiating")

    with pytest.raises(InvalidInputError, match="Publish a version first"):
        change_agreement_state(agreement_id=agreement.pk, state="active", text="Why", by=UserFactory(), at=NOW)


def test_versions_are_numbered_and_never_changed():
    agreement = AgreementFactory()

    first = publish(agreement, fee_minor=1_200_000, currency="EUR", promised_uptime_ratio=Decimal("0.9995"))
    second = publish(agreement, effective_on=date(2026, 6, 1), ends_on=date(2027, 5, 31), notice_days=60)

    assert (first.number, second.number, second.notice_on) == (1, 2, date(2027, 4, 1))
    with pytest.raises(DatabaseError), transaction.atomic():
        AgreementVersion.objects.update(fee_minor=1)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"ends_on": date(2025, 1, 1)}, "ends_on"),
        ({"fee_minor": 5}, "currency"),
        ({"currency": "euro"}, "currency"),
        ({"renewal": "sometimes"}, "renewal"),
        ({"document_sha256": "x", "document_url": "https://a.example/"}, "document_sha256"),
        ({"document_sha256": "a" * 64}, "document_url"),
        ({"promised_uptime_ratio": Decimal("1.1")}, ""),
    ],
    ids=str,
)
def test_version_that_cannot_be_is_refused_and_not_stored(fields, field):
    with pytest.raises(InvalidInputError) as refusal:
        publish(AgreementFactory(), **fields)

    assert refusal.value.field == field
    assert not AgreementVersion.objects.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("terms.html", b"<script>"),
        ("terms.pdf", b"<html>"),
        ("terms.pdf", b"%PDF-" + b"x" * LONGEST_DOCUMENT),
        ("terms", b"%PDF-"),
        ("terms.docx", b""),
    ],
    ids=["html", "false pdf", "long", "no kind", "empty"],
)
def test_document_of_another_kind_is_refused(name, content, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path

    with pytest.raises(InvalidInputError) as refusal:
        publish(AgreementFactory(), document=Document(name, content))

    assert (refusal.value.field, list(tmp_path.iterdir())) == ("document", [])


def test_document_is_kept_by_its_fingerprint(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    document = Document('../../a"b\n.pdf', b"%PDF-1.7 terms")

    version = publish(AgreementFactory(), document=document)

    assert (version.document_name, version.document_sha256) == ("a_b_.pdf", document.sha256)
    assert path_of(version.document_sha256).read_bytes() == document.content


def test_entry_with_somebody_of_another_partner_is_refused():
    new = NewEntry("They agree", contact=PartnerContactFactory())

    with pytest.raises(InvalidInputError) as refusal:
        add_negotiation_entry(agreement_id=AgreementFactory().pk, entry=new, by=UserFactory(), at=NOW)

    assert refusal.value.field == "contact"


@pytest.mark.parametrize(
    ("renewal", "ends_on", "expired"),
    [
        ("manual", date(2026, 3, 1), True),
        ("manual", date(2026, 3, 2), False),
        ("auto", date(2026, 3, 1), False),
        ("none", None, False),
    ],
)
def test_agreement_expires_by_its_dates(renewal, ends_on, expired):
    agreement = AgreementFactory(state="active")
    AgreementVersionFactory(agreement=agreement, renewal=renewal, ends_on=ends_on, promised_uptime_ratio="0.99")

    standing = standing_of(agreement, TODAY)

    assert standing.has_expired is expired
    assert (promised_uptime([standing]) is None) is expired


def test_standing_takes_the_version_in_force_and_the_overdue_step():
    agreement = AgreementFactory(state="active")
    AgreementVersionFactory(agreement=agreement, number=1, ends_on=date(2026, 12, 31), notice_days=90)
    AgreementVersionFactory(agreement=agreement, number=2, effective_on=date(2026, 9, 1))
    NegotiationEntryFactory(agreement=agreement, next_step="Call", next_due_on=date(2026, 3, 1))

    standing = standing_of(agreement, TODAY)

    assert (standing.version.number, standing.notice_in_days) == (1, (date(2026, 10, 2) - TODAY).days)
    assert standing.overdue_step.next_step == "Call"


@pytest.mark.parametrize(
    ("recurrence", "first", "days"),
    [
        ("once", date(2026, 1, 31), ["01-31"]),
        ("monthly", date(2026, 1, 31), ["01-31", "02-28", "03-31", "04-30", "05-31"]),
        ("quarterly", date(2025, 11, 30), ["11-30", "02-28", "05-30"]),
        ("yearly", date(2024, 2, 29), ["02-29", "02-28", "02-28"]),
    ],
)
def test_due_days_follow_the_calendar(recurrence, first, days):
    obligation = ObligationFactory(recurrence=recurrence, first_due_on=first)

    assert [f"{day:%m-%d}" for day in list_due_days(obligation, until=date(2026, 5, 31))] == days


def test_reviews_are_listed_once_with_what_was_missed():
    obligation = ObligationFactory(recurrence="monthly", first_due_on=date(2026, 1, 15), lead_days=14)
    ObligationFactory(first_due_on=date(2026, 3, 17), lead_days=14)
    ObligationFactory(integration__is_active=False)

    added = [plan_obligation_reviews(at=NOW), plan_obligation_reviews(at=NOW)]

    assert added == [3, 0]
    assert [row.due_on.day for row in ObligationReview.objects.filter(obligation=obligation)] == [15, 15, 15]


def test_reviews_of_many_years_are_listed_pass_by_pass_to_the_last():
    obligation = ObligationFactory(recurrence="monthly", first_due_on=date(2005, 1, 15), lead_days=14)

    added = [plan_obligation_reviews(at=NOW) for _ in range(4)]

    assert added == [120, 120, 15, 0]
    assert obligation.reviews.count() == 255
    assert obligation.reviews.latest("due_on").due_on == date(2026, 3, 15)


def test_obligation_stored_with_a_day_before_all_years_is_listed_from_1970():
    ObligationFactory(recurrence="yearly", first_due_on=date(1, 2, 1), lead_days=0)

    assert plan_obligation_reviews(at=NOW) == 57
    assert ObligationReview.objects.earliest("due_on").due_on == date(1970, 2, 1)


def test_review_is_decided_once_and_what_was_missed_stays_missed():
    review = ObligationReviewFactory(due_on=date(2026, 3, 1))

    def decide(**changes):
        fields = {"verdict": "compliant", "evidence": Evidence("Seen"), **changes}
        return decide_obligation_review(review_id=review.pk, by=UserFactory(), at=NOW, **fields)

    with pytest.raises(InvalidInputError) as bare:
        decide(evidence=Evidence())
    decide()
    with pytest.raises(InvalidInputError) as again:
        decide(verdict="breach")

    assert (bare.value.field, again.value.field) == ("evidence_text", "verdict")
    found = compliance_of(ObligationReview.objects.all(), day=TODAY)
    assert found == Compliance(met=0, counted=1, missed=1, breaches=0, waived=0)


def test_compliance_counts_what_is_due_and_leaves_out_what_is_waived():
    done = {"done_at": NOW, "done_by": UserFactory(), "done_on": TODAY}
    for verdict, day in (("compliant", 2), ("compliant", 9), ("breach", 5), ("waived", 3)):
        ObligationReviewFactory(due_on=date(2026, 3, day), verdict=verdict, **done)
    ObligationReviewFactory(due_on=date(2026, 3, 1))
    ObligationReviewFactory(due_on=date(2026, 3, 2))

    found = compliance_of(ObligationReview.objects.all(), day=TODAY)

    assert (found, found.share) == (Compliance(met=2, counted=4, missed=1, breaches=1, waived=1), 0.5)


def test_new_terms_make_one_review_for_each_active_integration():
    partner = PartnerFactory()
    for _ in range(2):
        IntegrationFactory(partner=partner)
    IntegrationFactory(partner=partner, is_active=False)
    IntegrationFactory()
    new = NewTerms(partner.pk, "https://a.example/terms", date(2026, 4, 1), "a" * 64, "Less caching")

    first = publish_terms_version(new=new, by=UserFactory(), at=NOW)
    later = IntegrationFactory(partner=partner)
    again = publish_terms_version(new=new, by=UserFactory(), at=NOW + timedelta(days=30))

    assert first == again
    reviews = ObligationReview.objects.order_by("pk")
    assert [row.due_on for row in reviews] == [date(2026, 4, 1), date(2026, 4, 1), date(2026, 4, 15)]
    assert reviews.last().integration == later


SUNSET = datetime(2026, 9, 1, tzinfo=UTC)


def note(integration, sunset=SUNSET, at=NOW):
    told = Announcement(sunset_at=sunset, link="https://a.example", evidence="Seen by a check.")
    return note_api_sunset(integration_id=integration.pk, told=told, at=at)


def test_sunset_is_noted_on_the_one_version_in_use_and_once():
    use = ApiVersionUseFactory(api_version__released_on=date(2026, 10, 1))

    first, again = note(use.integration), note(use.integration, at=NOW + timedelta(days=1))

    assert (first.pk, first.version, again.version) == (use.api_version_id, 2, 2)
    assert (first.sunset_on, again.noticed_at, ApiVersion.objects.count()) == (date(2026, 9, 1), NOW, 1)


def test_sunset_does_not_overwrite_another_day_that_was_entered():
    use = ApiVersionUseFactory(api_version__sunset_on=date(2026, 12, 1))

    note(use.integration)
    note(use.integration, sunset=SUNSET + timedelta(days=7))

    assert list(ApiVersion.objects.order_by("pk").values_list("sunset_on", "source")) == [
        (date(2026, 12, 1), "hand"),
        (date(2026, 9, 8), "probe"),
    ]


def test_sunset_without_a_version_makes_one_that_probes_noticed():
    integration = IntegrationFactory(slug="ledger")
    ApiVersionFactory(partner=integration.partner)

    version = note(integration)

    assert (version.name, version.source, version.uses.get().integration) == (
        "as called by ledger",
        "probe",
        integration,
    )


def test_partnership_experiment_is_locked_and_decided_by_both_only():
    row = PartnershipSignoffFactory()
    one, us, other = row.hypothesis, row.owner, UserFactory()

    with pytest.raises(InvalidInputError, match="by its sign-off, once both have signed it"):
        lock_hypothesis(hypothesis_id=one.pk, by=us, at=NOW)
    with pytest.raises(InvalidInputError, match="Only the owner"):
        signoffs.sign_for_us(signoff_id=row.pk, by=other, at=NOW)
    signoffs.sign_for_us(signoff_id=row.pk, by=us, at=NOW)
    with pytest.raises(InvalidInputError, match="Both owners sign first"):
        signoffs.start_partnership_test(signoff_id=row.pk, by=us, at=NOW)
    with pytest.raises(InvalidInputError, match="Say where"):
        signoffs.sign_for_partner(signoff_id=row.pk, evidence=" ", by=other, at=NOW)
    signoffs.sign_for_partner(signoff_id=row.pk, evidence="Mail", by=other, at=NOW)
    with pytest.raises(InvalidInputError, match="already"):
        signoffs.sign_for_partner(signoff_id=row.pk, evidence="Mail", by=other, at=NOW)

    row.refresh_from_db()
    assert (row.is_signed, row.contact_signed_by, one.state) == (True, other, "draft")


def test_verdict_is_given_when_both_acknowledge_and_proposing_again_begins_anew():
    us, other = UserFactory(), UserFactory()
    row = PartnershipSignoffFactory(
        owner=us,
        hypothesis__state="testing",
        hypothesis__locked_at=NOW,
        hypothesis__locked_by=us,
        owner_signed_at=NOW,
        contact_signed_at=NOW,
        contact_signed_by=us,
    )
    one = row.hypothesis

    def propose(verdict):
        signoffs.propose_verdict(signoff_id=row.pk, verdict=verdict, note="Learnt", by=other, at=NOW)

    def acknowledge(side):
        said = {"signoff_id": row.pk, "by": us, "at": NOW}
        return (
            signoffs.acknowledge_for_us(**said)
            if side == "us"
            else signoffs.acknowledge_for_partner(**said, evidence="Mail")
        )

    with pytest.raises(InvalidInputError, match="waits for both"):
        decide_hypothesis(hypothesis_id=one.pk, verdict="invalid", note="x", by=us, at=NOW)
    with pytest.raises(InvalidInputError, match="No verdict is proposed"):
        acknowledge("us")
    propose("inconclusive")
    acknowledge("us")
    propose("invalid")
    assert acknowledge("partner").owner_acknowledged_at is None
    one.refresh_from_db()
    assert one.state == "testing"


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"kind": "product"}, "hypothesis"), ({"state": "decided"}, "hypothesis"), ({}, "contact")],
    ids=["product", "decided", "contact"],
)
def test_signoff_that_cannot_be_is_refused(changes, field):
    from tests.factories import HypothesisFactory

    names = ("locked", "decided") if "state" in changes else ()
    locked = {f"{name}_at": NOW for name in names} | {f"{name}_by": UserFactory() for name in names}
    locked |= {"verdict": "invalid"} if names else {}
    one = HypothesisFactory(**{"kind": "partnership", **changes, **locked})

    with pytest.raises(InvalidInputError) as refusal:
        signoffs.create_signoff(
            hypothesis_id=one.pk, partner_id=PartnerFactory().pk, owner=UserFactory(), contact=PartnerContactFactory()
        )

    assert refusal.value.field == field
