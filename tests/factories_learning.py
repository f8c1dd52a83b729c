"""Rows of what tickets teach."""

from datetime import timedelta

import factory
from factory.django import DjangoModelFactory

from support.models import (
    Cause,
    Change,
    ChangeOutcome,
    Insight,
    InsightTicket,
    InsightTransition,
    OutcomeVerdict,
    RequesterNotice,
    Review,
    ReviewAcknowledgement,
    ReviewSample,
    TrainingRecord,
)
from tests.factories_operations import NOW

TODAY = NOW.date()


class CauseFactory(DjangoModelFactory):
    class Meta:
        model = Cause

    code = factory.Sequence(lambda n: f"cause-{n}")
    name = factory.Sequence(lambda n: f"Cause {n}")


class InsightFactory(DjangoModelFactory):
    class Meta:
        model = Insight

    statement = factory.Sequence(lambda n: f"Insight {n}")
    cause = factory.Sequence(lambda n: f"cause-{n}")
    opened_at = NOW - timedelta(days=30)
    collects_from_at = NOW - timedelta(days=44)


class InsightTicketFactory(DjangoModelFactory):
    class Meta:
        model = InsightTicket

    insight = factory.SubFactory(InsightFactory)
    ticket = factory.SubFactory("tests.factories.TicketFactory")
    added_at = NOW


class InsightTransitionFactory(DjangoModelFactory):
    class Meta:
        model = InsightTransition

    insight = factory.SubFactory(InsightFactory)
    new_state = "candidate"
    at = NOW


class RequesterNoticeFactory(DjangoModelFactory):
    class Meta:
        model = RequesterNotice

    insight = factory.SubFactory(InsightFactory)
    customer = factory.SubFactory("tests.factories.CustomerFactory")
    ticket = factory.SubFactory("tests.factories.TicketFactory")


class ChangeFactory(DjangoModelFactory):
    """A planned change; a shipped one has a window of four weeks before and is checked on the day of NOW."""

    class Meta:
        model = Change

    insight = factory.SubFactory(InsightFactory, state="planned", validated_at=NOW - timedelta(days=29))
    kind = "product"
    title = factory.Sequence(lambda n: f"Change {n}")
    statement = "The step that people miss is gone."
    before_start_on = TODAY - timedelta(days=57)
    before_end_on = TODAY - timedelta(days=30)
    expected_change = 1.0
    check_on = TODAY
    owner = factory.SubFactory("tests.factories.UserFactory")
    created_at = NOW - timedelta(days=29)


class ShippedChangeFactory(ChangeFactory):
    insight = factory.SubFactory(
        InsightFactory, state="shipped", validated_at=NOW - timedelta(days=29), shipped_at=NOW - timedelta(days=28)
    )
    shipped_at = NOW - timedelta(days=28)
    shipped_by = factory.SubFactory("tests.factories.UserFactory")


class ChangeOutcomeFactory(DjangoModelFactory):
    class Meta:
        model = ChangeOutcome

    change = factory.SubFactory(ShippedChangeFactory, measured_at=NOW)
    measure = "Tickets of cause"
    unit = "per 100 tickets"
    before_start_on = TODAY - timedelta(days=57)
    before_end_on = TODAY - timedelta(days=30)
    before_value = 10.0
    before_n = 100
    before_count = 10
    after_start_on = TODAY - timedelta(days=27)
    after_end_on = TODAY - timedelta(days=1)
    after_value = 4.0
    after_n = 100
    after_count = 4
    frozen_at = NOW


class OutcomeVerdictFactory(DjangoModelFactory):
    class Meta:
        model = OutcomeVerdict

    outcome = factory.SubFactory(ChangeOutcomeFactory)
    verdict = "confirmed"
    note = "It helped."
    decided_at = NOW
    decided_by = factory.SubFactory("tests.factories.UserFactory")


class ReviewSampleFactory(DjangoModelFactory):
    class Meta:
        model = ReviewSample

    agent = factory.SubFactory("tests.factories.UserFactory")
    week_on = TODAY - timedelta(days=7)
    ticket = factory.SubFactory("tests.factories.TicketFactory")
    seed = "2026-02-23/1"
    drawn_at = NOW


class ReviewFactory(DjangoModelFactory):
    class Meta:
        model = Review

    ticket = factory.SubFactory("tests.factories.TicketFactory")
    agent = factory.SubFactory("tests.factories.UserFactory")
    reviewer = factory.SubFactory("tests.factories.UserFactory")
    reviewed_at = NOW
    understanding = 4
    correctness = 3
    tone = 4
    process = 1
    comment = "Friendly; the cause is missing."


class ReviewAcknowledgementFactory(DjangoModelFactory):
    class Meta:
        model = ReviewAcknowledgement

    review = factory.SubFactory(ReviewFactory)
    acknowledged_at = NOW


class TrainingRecordFactory(DjangoModelFactory):
    class Meta:
        model = TrainingRecord

    person = factory.SubFactory("tests.factories.UserFactory")
    topic = factory.Sequence(lambda n: f"Training {n}")
    completed_on = TODAY - timedelta(days=300)


LEARNING_FACTORIES = (
    ReviewSampleFactory,
    ReviewFactory,
    ReviewAcknowledgementFactory,
    TrainingRecordFactory,
    CauseFactory,
    InsightFactory,
    InsightTicketFactory,
    InsightTransitionFactory,
    RequesterNoticeFactory,
    ChangeFactory,
    ChangeOutcomeFactory,
    OutcomeVerdictFactory,
)
