"""Changes: their plan is fixed when they ship, before and after are frozen once, and a person concludes."""

from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from foundation.errors import InvalidInputError, RefusedTransitionError
from foundation.words import organisation_zone
from metrics.models import Metric
from operations.models import OutboxMessage
from support.models import ChangeOutcome, Insight, Ticket
from support.selectors.outcomes import compare
from support.services.changes import edit_change, plan_change, ship_change
from support.services.outcomes import decide_outcome, freeze_due_outcomes
from tests.factories import NOW, HypothesisFactory, MetricFactory, MetricVersionFactory, UserFactory
from tests.factories_learning import ChangeFactory, ChangeOutcomeFactory, InsightFactory, ShippedChangeFactory

pytestmark = pytest.mark.django_db
TODAY, DAY = NOW.date(), timedelta(days=1)


def plan(**fields):
    return {
        "kind": "process",
        "title": "Say it earlier",
        "statement": "They learn of it before they ask.",
        "before_start_on": TODAY - 28 * DAY,
        "before_end_on": TODAY - DAY,
        "expected_change": 2.0,
        "check_on": TODAY + 30 * DAY,
        "owner": UserFactory(),
        **fields,
    }


def tickets(day: date, count, cause="late"):
    at = datetime.combine(day, datetime.min.time(), tzinfo=organisation_zone())
    Ticket.objects.bulk_create(
        Ticket(subject=cause, category=cause, state="open", opened_at=at + timedelta(minutes=n)) for n in range(count)
    )


def test_a_change_plans_a_validated_insight_and_only_such_a_one():
    insight, person = InsightFactory(state="validated"), UserFactory()

    change = plan_change(insight_id=insight.pk, fields=plan(), by=person, at=NOW)
    plan_change(insight_id=insight.pk, fields=plan(), by=person, at=NOW)

    insight.refresh_from_db()
    assert (insight.state, change.created_by, change.created_at) == ("planned", person, NOW)
    with pytest.raises(RefusedTransitionError):
        plan_change(insight_id=InsightFactory().pk, fields=plan(), by=person, at=NOW)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": " "}, "title"),
        ({"expected_change": 0.0}, "expected_change"),
        ({"expected_change": float("inf")}, "expected_change"),
        ({"expected_change": 1e308}, "expected_change"),
        ({"before_end_on": TODAY - 29 * DAY}, "before_end_on"),
        ({"before_start_on": TODAY - 400 * DAY}, "before_start_on"),
        ({"check_on": TODAY}, "check_on"),
        ({"verdict": "confirmed"}, "verdict"),
    ],
)
def test_a_plan_that_cannot_be_judged_is_refused(wrong, field):
    insight = InsightFactory(state="validated")

    with pytest.raises(InvalidInputError) as refusal:
        plan_change(insight_id=insight.pk, fields=plan(**wrong), by=None, at=NOW)
    assert refusal.value.field == field


def test_what_it_is_measured_by_has_rows_and_fits_its_hypothesis():
    bare = InsightFactory(state="validated", cause="")
    derived = MetricVersionFactory(kind="derived", source="derived").metric
    for fields, field in (
        ({}, "metric"),
        ({"metric": MetricFactory()}, "metric"),
        ({"metric": derived}, "metric"),
        ({"metric": Metric.objects.get(key="tickets_opened"), "hypothesis": HypothesisFactory()}, "hypothesis"),
    ):
        with pytest.raises(InvalidInputError) as refusal:
            plan_change(insight_id=bare.pk, fields=plan(**fields), by=None, at=NOW)
        assert refusal.value.field == field


def test_the_plan_is_fixed_once_it_has_shipped():
    change, person = ChangeFactory(check_on=TODAY + 30 * DAY), UserFactory()
    edit_change(change_id=change.pk, fields={"expected_change": 3.0}, at=NOW)

    shipped = ship_change(change_id=change.pk, by=person, at=NOW)

    assert (shipped.expected_change, shipped.shipped_by, shipped.insight.state) == (3.0, person, "shipped")
    for act in (
        lambda: edit_change(change_id=change.pk, fields={"expected_change": 1.0}, at=NOW),
        lambda: ship_change(change_id=change.pk, by=person, at=NOW),
    ):
        with pytest.raises(InvalidInputError, match="has shipped"):
            act()
    with pytest.raises(InvalidInputError, match="Move the check date"):
        ship_change(change_id=ChangeFactory(check_on=TODAY + DAY).pk, by=person, at=NOW)


def test_the_check_date_freezes_contact_rates_of_equally_long_windows_by_hand():
    insight = InsightFactory(state="shipped", cause="late")
    shipped_at = NOW - 20 * DAY
    change = ShippedChangeFactory(
        insight=insight,
        shipped_at=shipped_at,
        before_start_on=TODAY - 40 * DAY,
        before_end_on=TODAY - 31 * DAY,
        check_on=TODAY,
    )
    tickets(TODAY - 41 * DAY, 7)  # A day too early.
    tickets(TODAY - 40 * DAY, 6)
    tickets(TODAY - 31 * DAY, 34, "other")
    tickets(TODAY - 30 * DAY, 5)  # A day too late.
    tickets(TODAY - 11 * DAY, 5)  # Ten days are compared.
    tickets(TODAY - 10 * DAY, 1)
    tickets(TODAY - DAY, 49, "other")
    tickets(TODAY, 3)

    assert freeze_due_outcomes(at=NOW - DAY) == 0
    assert [freeze_due_outcomes(at=NOW) for _ in range(2)] == [1, 0]

    found = ChangeOutcome.objects.get(change=change)
    before, after = (found.before_value, found.before_n, found.before_count), (found.after_n, found.after_count)
    assert found.after_start_on == TODAY - 10 * DAY
    assert found.after_end_on == TODAY - DAY
    assert (after, found.after_value) == ((50, 1), 2.0)
    assert before == (15.0, 40, 6)
    insight.refresh_from_db()
    assert insight.state == "measured"
    assert OutboxMessage.objects.filter(channel="in_app", user=change.owner).count() == 1
    difference = compare(found)
    assert difference.effect == pytest.approx(1 / 50 - 6 / 40)
    assert difference.low < difference.effect < difference.high


def test_days_before_shipping_are_no_days_after():
    change = ShippedChangeFactory(shipped_at=NOW - 5 * DAY, check_on=TODAY)

    freeze_due_outcomes(at=NOW + 9 * DAY)

    found = ChangeOutcome.objects.get(change=change)
    assert (found.after_start_on, found.after_end_on) == (TODAY - 4 * DAY, TODAY - DAY)


def test_a_metric_is_read_over_the_same_days_and_a_retired_one_has_no_data():
    counted = Metric.objects.get(key="tickets_opened")
    kept = ShippedChangeFactory(metric=counted)
    lost = ShippedChangeFactory(metric=MetricFactory())
    tickets(kept.before_start_on, 3)
    tickets(TODAY - DAY, 2)

    freeze_due_outcomes(at=NOW)

    found, none = ChangeOutcome.objects.get(change=kept), ChangeOutcome.objects.get(change=lost)
    assert (found.measure, found.unit, found.before_count) == (counted.name, "tickets", None)
    assert (found.before_value, found.after_value, found.before_n) == (3.0, 2.0, 3)
    assert (none.before_value, none.after_n) == (None, 0)
    assert compare(found) is None


def test_an_outcome_is_never_written_again():
    outcome = ChangeOutcomeFactory()

    for change in (ChangeOutcome.objects.filter(pk=outcome.pk).update, ChangeOutcome.objects.all()._raw_delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change(after_value=0.0) if change.__name__ == "update" else change("default")


@pytest.mark.parametrize("verdict", ["confirmed", "refuted", "inconclusive"])
def test_the_verdict_is_a_person_s_and_ends_the_insight(verdict):
    outcome, person = ChangeOutcomeFactory(), UserFactory()
    Insight.objects.update(state="measured")

    row = decide_outcome(outcome_id=outcome.pk, verdict=verdict, note=" It held. ", by=person, at=NOW)

    insight = Insight.objects.get()
    assert (row.note, row.decided_by, insight.state, insight.ended_at) == ("It held.", person, verdict, NOW)
    with pytest.raises(InvalidInputError, match="A verdict was given"):
        decide_outcome(outcome_id=outcome.pk, verdict="refuted", note="x", by=person, at=NOW)


@pytest.mark.parametrize("fields", [{"before_n": 19}, {"after_n": 19}, {"after_value": None}])
def test_too_few_rows_are_inconclusive(fields):
    outcome, person = ChangeOutcomeFactory(**fields), UserFactory()
    Insight.objects.update(state="measured")

    for verdict, note, field in (("confirmed", "x", "verdict"), ("odd", "x", "verdict"), ("inconclusive", " ", "note")):
        with pytest.raises(InvalidInputError) as refusal:
            decide_outcome(outcome_id=outcome.pk, verdict=verdict, note=note, by=person, at=NOW)
        assert refusal.value.field == field
    decide_outcome(outcome_id=outcome.pk, verdict="inconclusive", note="Too few", by=person, at=NOW)
    assert Insight.objects.get().state == "inconclusive"


def test_an_insight_waits_for_all_its_shipped_changes_and_one_that_helped_confirms_it():
    insight = InsightFactory(state="shipped", cause="late")
    ChangeFactory(insight=insight)  # Never shipped, never asked for.
    for count, days in ((30, 5), (30, 20), (30, 50)):
        tickets(TODAY - days * DAY, count)
    early = ShippedChangeFactory(insight=insight, check_on=TODAY)
    later = ShippedChangeFactory(insight=insight, check_on=TODAY + 5 * DAY)
    person = UserFactory()

    freeze_due_outcomes(at=NOW)
    insight.refresh_from_db()
    assert insight.state == "shipped"
    decide_outcome(
        outcome_id=ChangeOutcome.objects.get(change=early).pk, verdict="refuted", note="No", by=person, at=NOW
    )
    freeze_due_outcomes(at=NOW + 5 * DAY)
    insight.refresh_from_db()
    assert insight.state == "measured"
    decide_outcome(
        outcome_id=ChangeOutcome.objects.get(change=later).pk,
        verdict="confirmed",
        note="Yes",
        by=person,
        at=NOW + 5 * DAY,
    )
    insight.refresh_from_db()
    assert insight.state == "confirmed"
