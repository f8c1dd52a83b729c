"""Factories of operations' calendars and escalations; imported by `tests.factories`."""

from datetime import UTC, date, datetime

import factory
from django.contrib.auth.models import Group
from factory.django import DjangoModelFactory

from operations.escalation.ladder import STANDARD, dump_ladder
from operations.models import (
    BusinessCalendar,
    CalendarHoliday,
    CalendarVersion,
    Escalation,
    EscalationEvent,
    EscalationLevel,
    EscalationPolicy,
    EscalationRule,
    EscalationRun,
    EscalationTrigger,
    SignalEscalation,
)

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
OFFICE_HOURS = {day: ["09:00-17:00"] for day in WORKDAYS}


class BusinessCalendarFactory(DjangoModelFactory):
    """A calendar without hours; add a CalendarVersionFactory where it is to open."""

    class Meta:
        model = BusinessCalendar

    name = factory.Sequence(lambda n: f"Calendar {n}")
    timezone = "America/New_York"


class CalendarVersionFactory(DjangoModelFactory):
    class Meta:
        model = CalendarVersion

    calendar = factory.SubFactory(BusinessCalendarFactory)
    effective_on = date(2026, 1, 1)
    windows = factory.LazyFunction(lambda: dict(OFFICE_HOURS))
    created_at = NOW


class CalendarHolidayFactory(DjangoModelFactory):
    class Meta:
        model = CalendarHoliday

    calendar = factory.SubFactory(BusinessCalendarFactory)
    day_on = factory.Sequence(lambda n: date.fromordinal(date(2026, 5, 25).toordinal() + n))
    name = "Memorial Day"


class EscalationPolicyFactory(DjangoModelFactory):
    """A policy whose only level is the COO's; add EscalationLevelFactory rows below it."""

    class Meta:
        model = EscalationPolicy

    name = factory.Sequence(lambda n: f"Policy {n}")


class EscalationLevelFactory(DjangoModelFactory):
    """A level; `roles=["operations"]` and `people=[user]` say whom it tells."""

    class Meta:
        model = EscalationLevel
        skip_postgeneration_save = True

    policy = factory.SubFactory(EscalationPolicyFactory)
    number = 1
    name = "Team lead"

    @factory.post_generation
    def roles(self, create, names, **_kwargs):
        for name in names or ():
            self.groups.add(Group.objects.get(name=name))

    @factory.post_generation
    def people(self, create, users, **_kwargs):
        self.users.add(*(users or ()))


class EscalationFactory(DjangoModelFactory):
    """One that was raised, with its run; `run=None` leaves that out."""

    class Meta:
        model = Escalation
        skip_postgeneration_save = True

    kind = "disruption"
    subject = factory.Sequence(lambda n: f"incident:{n}")
    title = "Checkout is down"
    raised_at = NOW
    run = factory.RelatedFactory("tests.factories_operations.EscalationRunFactory", "escalation")


class EscalationRunFactory(DjangoModelFactory):
    class Meta:
        model = EscalationRun

    escalation = factory.SubFactory(EscalationFactory, run=None)
    policy_snapshot = factory.LazyFunction(lambda: dump_ladder(STANDARD))
    next_due_at = NOW


class EscalationEventFactory(DjangoModelFactory):
    class Meta:
        model = EscalationEvent

    escalation = factory.SubFactory(EscalationFactory)
    kind = "raised"
    at = NOW


class EscalationTriggerFactory(DjangoModelFactory):
    class Meta:
        model = EscalationTrigger

    escalation = factory.SubFactory(EscalationFactory)
    at = NOW
    title = "Checkout is down"


class EscalationRuleFactory(DjangoModelFactory):
    """For a metric, unless an owner is given."""

    class Meta:
        model = EscalationRule

    owner = None
    metric = factory.Maybe("owner", None, factory.SubFactory("tests.factories.MetricFactory"))


class SignalEscalationFactory(DjangoModelFactory):
    class Meta:
        model = SignalEscalation

    episode = factory.SubFactory("tests.factories.SignalEpisodeFactory")
    escalation = factory.SubFactory(EscalationFactory)
    started_at = NOW


OPERATIONS_FACTORIES = (
    BusinessCalendarFactory,
    CalendarVersionFactory,
    CalendarHolidayFactory,
    EscalationPolicyFactory,
    EscalationLevelFactory,
    EscalationFactory,
    EscalationRunFactory,
    EscalationEventFactory,
    EscalationTriggerFactory,
    EscalationRuleFactory,
    SignalEscalationFactory,
)
