"""What is between the demo company and its partners: how they came, people, agreements, obligations, experiments."""

from datetime import date, timedelta
from decimal import Decimal

from dashboards.demo.people import People
from dashboards.demo.story import Story
from metrics.models import Hypothesis, HypothesisKind
from partnerships.models import (
    Agreement,
    AgreementState,
    AgreementVersion,
    ApiVersion,
    ApiVersionUse,
    Integration,
    NegotiationEntry,
    Obligation,
    ObligationReview,
    Partner,
    PartnerContact,
    PartnershipSignoff,
    PartnerStage,
    PartnerStageChange,
    Recurrence,
    RenewalKind,
    ReviewVerdict,
)
from partnerships.services.obligations import NewTerms, plan_obligation_reviews, publish_terms_version

NAMES = ("Mara Lind", "Jon Reyes", "Aiko Sato", "Peter Nowak", "Dina Haddad", "Tom Breen")
_STAGES = (PartnerStage.PROSPECT, PartnerStage.NEGOTIATING, PartnerStage.ACTIVE)


def add_partner_terms(story: Story, people: People) -> None:
    """Steps, people, agreements and obligations of every partner, and sign-offs of the partnership experiments."""
    partners = list(Partner.objects.order_by("pk"))
    for number, partner in enumerate(partners):
        _add_steps(story, people, partner, number)
        _add_people(partner, number)
        _add_agreements(story, people, partner, number)
        _add_obligations(story, people, partner)
    _decide_old_reviews(story, people)
    _add_api_versions(story, partners[0])
    digest = "3f" * 32
    today = story.now.date()
    terms = NewTerms(
        partners[0].pk, f"{partners[0].website}/terms", today - timedelta(days=3), digest, "Caching of names ends."
    )
    publish_terms_version(new=terms, by=people.coo, at=story.now - timedelta(days=3))


def add_signoffs(story: Story, people: People) -> None:
    """Both sides have signed every partnership hypothesis, and acknowledged the verdicts there are."""
    contacts = list(PartnerContact.objects.filter(is_primary=True).order_by("pk"))
    rows = Hypothesis.objects.filter(kind=HypothesisKind.PARTNERSHIP).order_by("pk")
    for number, one in enumerate(rows):
        contact = contacts[number % 3]
        signed = (one.locked_at or story.now) - timedelta(days=2)
        ended = one.decided_at
        PartnershipSignoff.objects.create(
            hypothesis=one,
            partner_id=contact.partner_id,
            owner=one.owner,
            contact=contact,
            owner_signed_at=signed,
            contact_signed_at=signed,
            contact_signed_by=one.owner,
            contact_signed_evidence="Mail of that day",
            proposed_at=ended,
            proposed_by=people.coo if ended else None,
            proposed_verdict=one.verdict,
            proposed_note=one.decision_note,
            owner_acknowledged_at=ended,
            contact_acknowledged_at=ended,
            contact_acknowledged_by=one.owner if ended else None,
            contact_acknowledged_evidence="Minutes of the review" if ended else "",
        )


def _add_steps(story: Story, people: People, partner: Partner, number: int) -> None:
    """From prospect to active in two steps, the longer the later the partner."""
    begun = story.start + timedelta(days=9 * number, hours=9)
    partner.added_at = begun
    partner.save(update_fields=["added_at"])
    for place, reason in enumerate(("They answered our first mail", "The terms are signed")):
        PartnerStageChange.objects.create(
            partner=partner,
            old_stage=_STAGES[place],
            new_stage=_STAGES[place + 1],
            changed_at=begun + timedelta(days=(place + 1) * (12 + 3 * number)),
            changed_by=partner.owner or people.coo,
            reason=reason,
        )


def _add_people(partner: Partner, number: int) -> None:
    for place, role in enumerate(("Partner manager", "API support")):
        name = NAMES[(number + 3 * place) % len(NAMES)]
        email = f"{name.lower().replace(' ', '.')}@{partner.slug}.example"
        PartnerContact.objects.create(partner=partner, name=name, role=role, email=email, is_primary=place == 0)


def _add_agreements(story: Story, people: People, partner: Partner, number: int) -> None:
    today = story.now.date()
    ends = today + timedelta(days=40 + 35 * number)
    owner = partner.owner or people.coo
    terms = Agreement.objects.create(
        partner=partner,
        kind="api_access",
        title="API access and service level",
        state=AgreementState.ACTIVE,
        owner=partner.owner,
    )
    for version, start in ((1, ends - timedelta(days=729)), (2, ends - timedelta(days=364))):
        AgreementVersion.objects.create(
            agreement=terms,
            number=version,
            effective_on=start,
            ends_on=start + timedelta(days=364),
            renewal=RenewalKind.AUTO if number % 2 else RenewalKind.MANUAL,
            notice_days=60 if number % 3 else 30,
            fee_minor=(12_000 + 1_500 * number) * 100,
            currency="EUR",
            promised_uptime_ratio=Decimal("0.999") if number % 4 else Decimal("0.9995"),
            response_hours=8,
            published_at=story.now - timedelta(days=(today - start).days + 5),
            published_by=owner,
        )
    if number % 3 == 0:
        _add_negotiation(story, people, partner)


def _add_negotiation(story: Story, people: People, partner: Partner) -> None:
    row = Agreement.objects.create(
        partner=partner, kind="data_processing", title="Data processing", state=AgreementState.NEGOTIATING
    )
    contact = PartnerContact.objects.get(partner=partner, is_primary=True)
    for days, text, step in (
        (24, "We sent our standard clauses.", ""),
        (6, "They want their own list of sub-processors.", "Answer with our list"),
    ):
        said = story.now - timedelta(days=days)
        NegotiationEntry.objects.create(
            agreement=row,
            said_at=said,
            said_by=partner.owner or people.coo,
            contact=contact,
            text=text,
            next_step=step,
            next_due_on=said.date() + timedelta(days=14) if step else None,
        )


def _add_obligations(story: Story, people: People, partner: Partner) -> None:
    first = date(story.start.year, story.start.month, 1) + timedelta(days=120)
    for integration in Integration.objects.filter(partner=partner).order_by("pk"):
        Obligation.objects.create(
            integration=integration,
            source="terms",
            title="Show their logo as they ask",
            clause="Brand 2.1",
            owner=partner.owner,
            recurrence=Recurrence.YEARLY,
            first_due_on=first,
        )
    main = Integration.objects.filter(partner=partner).order_by("pk").first()
    if main is not None:
        Obligation.objects.create(
            integration=main,
            source="api_guideline",
            title="Delete cached data after 30 days",
            clause="API 4.3",
            owner=people.lead_of("operations"),
            recurrence=Recurrence.QUARTERLY,
            first_due_on=first,
        )


def _decide_old_reviews(story: Story, people: People) -> None:
    """What was due is decided on its day, but for a breach and a miss now and then."""
    plan_obligation_reviews(at=story.now)
    past = ObligationReview.objects.filter(due_on__lt=story.now.date()).order_by("pk")
    for number, review in enumerate(past):
        if number % 11 == 5:  # noqa: PLR2004 - missed
            continue
        verdict = ReviewVerdict.BREACH if number % 17 == 9 else ReviewVerdict.COMPLIANT  # noqa: PLR2004
        days = (story.now.date() - review.due_on).days
        review.verdict, review.done_on, review.done_by = verdict, review.due_on, people.lead_of("partner_manager")
        review.done_at = story.now - timedelta(days=days)
        review.evidence_text = "Compared with the page as it was shown that day."
        review.save()


def _add_api_versions(story: Story, partner: Partner) -> None:
    today = story.now.date()
    old = ApiVersion.objects.create(
        partner=partner,
        name="1.0",
        released_on=today - timedelta(days=2_000),
        deprecated_on=today - timedelta(days=90),
        sunset_on=today + timedelta(days=75),
    )
    new = ApiVersion.objects.create(partner=partner, name="1.1", released_on=today - timedelta(days=200))
    for place, integration in enumerate(Integration.objects.filter(partner=partner).order_by("pk")):
        ApiVersionUse.objects.create(integration=integration, api_version=old if place else new)
