"""Factories of the public status page: see tests/factories.py."""

import factory
from factory.django import DjangoModelFactory

from partnerships.models import StatusComponent, StatusPage


class StatusPageFactory(DjangoModelFactory):
    """One that is not published."""

    class Meta:
        model = StatusPage

    title = factory.Sequence(lambda n: f"Status {n}")


class StatusComponentFactory(DjangoModelFactory):
    class Meta:
        model = StatusComponent

    page = factory.SubFactory(StatusPageFactory)
    integration = factory.SubFactory("tests.factories.IntegrationFactory")
    public_name = factory.Sequence(lambda n: f"Component {n}")


STATUS_FACTORIES = (StatusPageFactory, StatusComponentFactory)
