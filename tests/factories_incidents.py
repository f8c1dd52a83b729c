"""Factories of incidents and what belongs to them."""

from datetime import UTC, datetime, timedelta

import factory
from factory.django import DjangoModelFactory

from partnerships.models import (
    AffectedIntegration,
    Audience,
    Communication,
    CommunicationTemplate,
    ContributingCause,
    Incident,
    IncidentEvent,
    IncidentLink,
    IncidentRole,
    Phase,
    PostMortem,
    PostMortemAction,
    VendorIncident,
    VendorIncidentUpdate,
)

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""The instant of tests.factories."""


class IncidentFactory(DjangoModelFactory):
    """Declared by a person at NOW; give the instants of its end for other states."""

    class Meta:
        model = Incident

    title = factory.Sequence(lambda n: f"Trouble {n}")
    detected_at = NOW
    opened_at = NOW
    opened_by = factory.SubFactory("tests.factories.UserFactory")


class ResolvedIncidentFactory(IncidentFactory):
    """Began half an hour before NOW, was over an hour after, and resolved then."""

    state = "resolved"
    started_at = NOW - timedelta(minutes=30)
    restored_at = NOW + timedelta(hours=1)
    resolved_at = NOW + timedelta(hours=1)


class IncidentEventFactory(DjangoModelFactory):
    class Meta:
        model = IncidentEvent

    incident = factory.SubFactory(IncidentFactory)
    kind = "note"
    occurred_at = NOW
    recorded_at = NOW
    text = "Looking at it"


class IncidentRoleFactory(DjangoModelFactory):
    class Meta:
        model = IncidentRole

    incident = factory.SubFactory(IncidentFactory)
    role = "commander"
    user = factory.SubFactory("tests.factories.UserFactory")
    started_at = NOW


class AffectedIntegrationFactory(DjangoModelFactory):
    class Meta:
        model = AffectedIntegration

    incident = factory.SubFactory(IncidentFactory)
    integration = factory.SubFactory("tests.factories.IntegrationFactory")
    started_at = NOW


class CommunicationTemplateFactory(DjangoModelFactory):
    """Up to sixteen: each audience and phase once."""

    class Meta:
        model = CommunicationTemplate

    audience = factory.Sequence(lambda n: Audience.values[n % 4])
    phase = factory.Sequence(lambda n: Phase.values[n // 4 % 4])
    subject = "{reference}: {title}"
    body = "Affected: {integrations}"


class CommunicationFactory(DjangoModelFactory):
    """A draft."""

    class Meta:
        model = Communication

    incident = factory.SubFactory(IncidentFactory)
    audience = "staff"
    phase = "holding"
    subject = "We look into it"
    body = "More in 30 minutes"
    drafted_at = NOW
    drafted_by = factory.SubFactory("tests.factories.UserFactory")


class VendorIncidentFactory(DjangoModelFactory):
    class Meta:
        model = VendorIncident

    partner = factory.SubFactory("tests.factories.PartnerFactory")
    external_id = factory.Sequence(lambda n: f"theirs{n}")
    health_check = factory.SubFactory("tests.factories.HealthCheckFactory", counts_for_uptime=False)
    title = "Elevated errors"
    status = "investigating"
    impact = "major"
    started_at = NOW
    announced_at = NOW
    first_seen_at = NOW
    last_seen_at = NOW


class VendorIncidentUpdateFactory(DjangoModelFactory):
    class Meta:
        model = VendorIncidentUpdate

    vendor_incident = factory.SubFactory(VendorIncidentFactory)
    external_id = factory.Sequence(lambda n: f"update{n}")
    body = "We look into it"
    body_sha256 = "0" * 64
    said_at = NOW
    seen_at = NOW


class IncidentLinkFactory(DjangoModelFactory):
    class Meta:
        model = IncidentLink

    incident = factory.SubFactory(IncidentFactory)
    vendor_incident = factory.SubFactory(VendorIncidentFactory)
    proposed_at = NOW


class PostMortemFactory(DjangoModelFactory):
    class Meta:
        model = PostMortem

    incident = factory.SubFactory(ResolvedIncidentFactory)
    due_at = NOW + timedelta(days=7)


class ContributingCauseFactory(DjangoModelFactory):
    class Meta:
        model = ContributingCause

    post_mortem = factory.SubFactory(PostMortemFactory)
    category = "change"
    name = "Token rotation"
    key = factory.LazyAttribute(lambda o: o.name.casefold())
    added_at = NOW
    added_by = factory.SubFactory("tests.factories.UserFactory")


class PostMortemActionFactory(DjangoModelFactory):
    class Meta:
        model = PostMortemAction

    post_mortem = factory.SubFactory(PostMortemFactory)
    title = "Rotate in steps"
    kind = "prevent"
    owner = factory.SubFactory("tests.factories.UserFactory")
    due_on = NOW.date()


INCIDENT_FACTORIES = (
    IncidentFactory,
    IncidentEventFactory,
    IncidentRoleFactory,
    AffectedIntegrationFactory,
    CommunicationTemplateFactory,
    CommunicationFactory,
    VendorIncidentFactory,
    VendorIncidentUpdateFactory,
    IncidentLinkFactory,
    PostMortemFactory,
    ContributingCauseFactory,
    PostMortemActionFactory,
)
