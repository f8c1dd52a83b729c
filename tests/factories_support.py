"""Rows of promises and clocks."""

from datetime import timedelta

import factory
from factory.django import DjangoModelFactory

from support.models import (
    BreachExcuse,
    BulkChange,
    BulkItem,
    ClockCrossing,
    Macro,
    SavedView,
    SlaPolicy,
    SlaPolicyVersion,
    Tag,
    TicketChecklist,
    TicketClock,
    TicketTrigger,
    TriggerFiring,
)
from tests.factories_operations import NOW


class TagFactory(DjangoModelFactory):
    class Meta:
        model = Tag

    name = factory.Sequence(lambda n: f"tag-{n}")


class MacroFactory(DjangoModelFactory):
    class Meta:
        model = Macro

    name = factory.Sequence(lambda n: f"Macro {n}")
    body = "Hello {customer}"


class TicketChecklistFactory(DjangoModelFactory):
    class Meta:
        model = TicketChecklist

    ticket = factory.SubFactory("tests.factories.TicketFactory")
    run = factory.SubFactory("tests.factories_ledger.PlaybookRunFactory")
    added_at = NOW
    added_by = factory.SubFactory("tests.factories.UserFactory")


class SavedViewFactory(DjangoModelFactory):
    class Meta:
        model = SavedView

    name = factory.Sequence(lambda n: f"View {n}")
    owner = factory.SubFactory("tests.factories.UserFactory")


class BulkChangeFactory(DjangoModelFactory):
    class Meta:
        model = BulkChange

    action = "priority"
    values = factory.LazyFunction(lambda: {"priority": "high"})
    made_by = factory.SubFactory("tests.factories.UserFactory")
    made_at = NOW


class BulkItemFactory(DjangoModelFactory):
    class Meta:
        model = BulkItem

    bulk = factory.SubFactory(BulkChangeFactory)
    ticket = factory.SubFactory("tests.factories.TicketFactory")
    outcome = "done"
    version_after = 2


class TicketTriggerFactory(DjangoModelFactory):
    class Meta:
        model = TicketTrigger

    name = factory.Sequence(lambda n: f"Rule {n}")
    kind = "reopens"


class TriggerFiringFactory(DjangoModelFactory):
    class Meta:
        model = TriggerFiring

    trigger = factory.SubFactory(TicketTriggerFactory)
    ticket = factory.SubFactory("tests.factories.TicketFactory")
    occasion = "reopen:2"
    at = NOW


class SlaPolicyFactory(DjangoModelFactory):
    class Meta:
        model = SlaPolicy

    name = factory.Sequence(lambda n: f"Promise {n}")


class SlaPolicyVersionFactory(DjangoModelFactory):
    class Meta:
        model = SlaPolicyVersion

    policy = factory.SubFactory(SlaPolicyFactory)
    number = factory.Sequence(lambda n: n + 1)
    targets = factory.LazyFunction(lambda: {"first_reply": {"seconds": 3600, "hours": "business"}})
    created_at = NOW


class TicketClockFactory(DjangoModelFactory):
    class Meta:
        model = TicketClock

    ticket = factory.SubFactory("tests.factories.TicketFactory")
    metric = "first_reply"
    state = "running"
    started_at = NOW - timedelta(hours=5)
    running_since = NOW - timedelta(hours=5)


class ClockCrossingFactory(DjangoModelFactory):
    class Meta:
        model = ClockCrossing

    ticket = factory.SubFactory("tests.factories.TicketFactory")
    metric = "first_reply"
    share = 100
    crossed_at = NOW - timedelta(hours=1)
    noticed_at = NOW - timedelta(minutes=59)
    target_seconds = 3600


class BreachExcuseFactory(DjangoModelFactory):
    class Meta:
        model = BreachExcuse

    crossing = factory.SubFactory(ClockCrossingFactory)
    reason = "Their outage"
    excused_at = NOW
    excused_by = factory.SubFactory("tests.factories.UserFactory")


SUPPORT_FACTORIES = [
    TagFactory,
    SavedViewFactory,
    MacroFactory,
    TicketChecklistFactory,
    BulkChangeFactory,
    BulkItemFactory,
    TicketTriggerFactory,
    TriggerFiringFactory,
    SlaPolicyFactory,
    SlaPolicyVersionFactory,
    TicketClockFactory,
    ClockCrossingFactory,
    BreachExcuseFactory,
]
