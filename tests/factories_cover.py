"""Rows of agents, shifts and absences."""

from datetime import date, timedelta

import factory
from factory.django import DjangoModelFactory

from support.models import Absence, AbsenceHandover, AgentProfile, CoverageGap, DutyShift, TicketSkill
from tests.factories_operations import NOW

ALL_WEEK = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


class TicketSkillFactory(DjangoModelFactory):
    class Meta:
        model = TicketSkill

    category = factory.Sequence(lambda n: f"Category {n}")


class AgentProfileFactory(DjangoModelFactory):
    class Meta:
        model = AgentProfile

    user = factory.SubFactory("tests.factories.UserFactory")
    cap = 40


class DutyShiftFactory(DjangoModelFactory):
    class Meta:
        model = DutyShift

    team = factory.SubFactory("tests.factories.TeamFactory")
    user = factory.SubFactory("tests.factories.UserFactory")
    timezone = "UTC"
    windows = factory.LazyFunction(lambda: dict(ALL_WEEK))
    starts_on = date(2020, 1, 1)


class AbsenceFactory(DjangoModelFactory):
    class Meta:
        model = Absence

    user = factory.SubFactory("tests.factories.UserFactory")
    starts_at = NOW - timedelta(days=1)
    ends_at = NOW + timedelta(days=5)
    next_step_at = factory.SelfAttribute("starts_at")
    created_at = NOW - timedelta(days=9)


class AbsenceHandoverFactory(DjangoModelFactory):
    class Meta:
        model = AbsenceHandover

    absence = factory.SubFactory(AbsenceFactory)
    ticket = factory.SubFactory("tests.factories.TicketFactory")
    event = factory.LazyAttribute(lambda row: _event_of(row.ticket))
    given_at = NOW


class CoverageGapFactory(DjangoModelFactory):
    class Meta:
        model = CoverageGap

    team = factory.SubFactory("tests.factories.TeamFactory")
    day_on = date(2026, 1, 5)
    hours = factory.LazyFunction(lambda: [9, 10])
    lacking = 1.5
    found_at = NOW


def _event_of(ticket):
    from tests.factories import TicketEventFactory

    return TicketEventFactory(ticket=ticket)


COVER_FACTORIES = [
    TicketSkillFactory,
    AgentProfileFactory,
    DutyShiftFactory,
    AbsenceFactory,
    AbsenceHandoverFactory,
    CoverageGapFactory,
]
