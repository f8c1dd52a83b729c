"""Factories of what is between a partner and us."""

from datetime import UTC, date, datetime

import factory
from factory.django import DjangoModelFactory

from partnerships.models import (
    Agreement,
    AgreementVersion,
    ApiVersion,
    ApiVersionUse,
    NegotiationEntry,
    Obligation,
    ObligationReview,
    PartnershipSignoff,
    TermsVersion,
)

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""As in tests.factories, which imports this module."""


class AgreementFactory(DjangoModelFactory):
    class Meta:
        model = Agreement

    partner = factory.SubFactory("tests.factories.PartnerFactory")
    title = factory.Sequence(lambda n: f"Agreement {n}")


class AgreementVersionFactory(DjangoModelFactory):
    class Meta:
        model = AgreementVersion

    agreement = factory.SubFactory(AgreementFactory)
    number = 1
    effective_on = date(2026, 1, 1)
    published_at = NOW
    published_by = factory.SubFactory("tests.factories.UserFactory")


class NegotiationEntryFactory(DjangoModelFactory):
    class Meta:
        model = NegotiationEntry

    agreement = factory.SubFactory(AgreementFactory)
    said_at = NOW
    said_by = factory.SubFactory("tests.factories.UserFactory")
    text = "They want two years"


class ObligationFactory(DjangoModelFactory):
    class Meta:
        model = Obligation

    integration = factory.SubFactory("tests.factories.IntegrationFactory")
    title = factory.Sequence(lambda n: f"Obligation {n}")
    first_due_on = date(2026, 3, 1)


class TermsVersionFactory(DjangoModelFactory):
    class Meta:
        model = TermsVersion

    partner = factory.SubFactory("tests.factories.PartnerFactory")
    url = "https://partner.example/terms"
    effective_on = date(2026, 3, 1)
    sha256 = factory.Sequence(lambda n: f"{n:064x}")
    summary = "Caching is limited to a day"
    recorded_at = NOW
    recorded_by = factory.SubFactory("tests.factories.UserFactory")


class ObligationReviewFactory(DjangoModelFactory):
    """An open review of an obligation; give the integration where there is none."""

    class Meta:
        model = ObligationReview

    obligation = factory.SubFactory(ObligationFactory)
    integration = factory.SelfAttribute("obligation.integration")
    due_on = date(2026, 3, 1)


class ApiVersionFactory(DjangoModelFactory):
    class Meta:
        model = ApiVersion

    partner = factory.SubFactory("tests.factories.PartnerFactory")
    name = factory.Sequence(lambda n: f"v{n}")


class ApiVersionUseFactory(DjangoModelFactory):
    class Meta:
        model = ApiVersionUse

    integration = factory.SubFactory("tests.factories.IntegrationFactory")
    api_version = factory.SubFactory(ApiVersionFactory)


class PartnershipSignoffFactory(DjangoModelFactory):
    """Nobody has signed."""

    class Meta:
        model = PartnershipSignoff

    hypothesis = factory.SubFactory("tests.factories.HypothesisFactory", kind="partnership")
    partner = factory.SubFactory("tests.factories.PartnerFactory")
    owner = factory.SubFactory("tests.factories.UserFactory")
    contact = factory.SubFactory("tests.factories.PartnerContactFactory", partner=factory.SelfAttribute("..partner"))


PARTNER_FACTORIES = (
    AgreementFactory,
    AgreementVersionFactory,
    NegotiationEntryFactory,
    ObligationFactory,
    TermsVersionFactory,
    ObligationReviewFactory,
    ApiVersionFactory,
    ApiVersionUseFactory,
    PartnershipSignoffFactory,
)
