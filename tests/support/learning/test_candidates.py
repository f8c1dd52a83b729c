"""When tickets suggest an insight, and which become its evidence."""

import math
from datetime import UTC, datetime, timedelta

import pytest

from foundation.errors import InvalidInputError
from metrics.statistics.p_chart import Sample
from support.models import Insight, InsightState, InsightTicket, InsightTransition, Ticket
from support.selectors.candidates import BASELINE_WEEKS, count_weeks, latest_week, list_suggestions, upper_limit
from support.services.candidates import collect_evidence, open_candidates
from support.services.insights import NewInsight, move_insight, open_insight, remove_evidence
from tests.factories import TicketFactory, UserFactory
from tests.factories_learning import CauseFactory, InsightFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
"""A Wednesday: the latest complete week begins on Monday, 23 February."""
WEEK = datetime(2026, 2, 23, tzinfo=UTC)
DAY = timedelta(days=1)


def tickets(count, cause, at=NOW - DAY, **fields):
    rows = [Ticket(subject=cause, category=cause, opened_at=at, **{"state": "open", **fields}) for _ in range(count)]
    return Ticket.objects.bulk_create(rows)


def causes():
    return [(one.cause, one.product) for one in list_suggestions(at=NOW)]


def test_five_tickets_of_a_cause_in_fourteen_days_and_no_fewer():
    tickets(4, "four")
    tickets(3, "old", at=NOW - 14 * DAY - timedelta(seconds=1))
    tickets(2, "old")
    tickets(5, "five")
    tickets(3, "left out")
    tickets(2, "left out", state="spam", closed_at=NOW)
    tickets(3, "split", product="A")
    tickets(2, "split", product="B")

    assert causes() == [("five", "")]
    assert open_candidates(at=NOW) == 1
    insight = Insight.objects.get()
    assert (insight.state, insight.basis, insight.opened_by) == ("candidate", "5 tickets in 14 days", None)
    assert insight.collects_from_at == NOW - 14 * DAY
    assert InsightTicket.objects.filter(insight=insight, added_by=None, added_at=NOW).count() == 5
    assert InsightTransition.objects.values_list("old_state", "new_state", "actor").get() == ("", "candidate", None)


def test_running_again_opens_nothing_twice_and_attaches_what_is_new():
    tickets(5, "five")
    open_candidates(at=NOW)
    later = NOW + DAY
    tickets(2, "five", at=later)
    stray = tickets(1, "other", at=later)[0]

    collect_evidence(at=later)
    assert (collect_evidence(at=later), open_candidates(at=later)) == (0, 0)
    assert InsightTicket.objects.count() == 7
    stray.category = "five"
    stray.save()
    assert collect_evidence(at=later) == 1


def test_evidence_follows_a_corrected_cause_but_not_what_people_decided():
    found, person = tickets(6, "five"), UserFactory()
    open_candidates(at=NOW)
    insight = Insight.objects.get()
    remove_evidence(insight_id=insight.pk, ticket_id=found[0].pk, by=person, at=NOW)
    Ticket.objects.filter(pk=found[1].pk).update(category="other")

    collect_evidence(at=NOW)

    rows = InsightTicket.objects.filter(insight=insight)
    assert set(rows.filter(removed_at=None).values_list("ticket", flat=True)) == {one.pk for one in found[2:]}
    assert rows.get(removed_by=person).ticket_id == found[0].pk


def test_a_shipped_insight_collects_no_more_and_blocks_a_second_one():
    InsightFactory(cause="five", state="shipped", shipped_at=NOW)
    tickets(9, "five")

    assert (collect_evidence(at=NOW), open_candidates(at=NOW)) == (0, 0)
    with pytest.raises(InvalidInputError, match="open insight of this cause"):
        open_insight(new=NewInsight("Again", cause="five"), by=None, at=NOW)


def test_what_was_dismissed_is_suggested_again_by_new_tickets_alone():
    tickets(6, "five", at=NOW - 2 * DAY)
    open_candidates(at=NOW - DAY)
    move_insight(
        insight_id=Insight.objects.get().pk,
        state=InsightState.DISMISSED,
        by=UserFactory(),
        at=NOW - DAY,
        reason="Known",
    )

    tickets(4, "five", at=NOW)
    assert causes() == []
    tickets(1, "five", at=NOW)
    assert open_candidates(at=NOW) == 1
    assert InsightTicket.objects.filter(insight__state="candidate").count() == 5


def test_with_a_catalogue_only_its_active_causes_count():
    for cause in ("kept", "retired", "unknown"):
        tickets(5, cause)
    CauseFactory(code="kept", name="Kept alive")
    CauseFactory(code="retired", is_active=False)

    assert causes() == [("kept", "")]
    open_candidates(at=NOW)
    assert Insight.objects.get().statement == "Kept alive: 5 tickets in 14 days"


def fill_weeks(shares):
    """Weeks of 100 tickets, the latest last, so many of them of the cause "rare"."""
    for back, count in enumerate(reversed(shares)):
        at = WEEK - timedelta(weeks=back) + timedelta(days=2)
        tickets(count, "rare", at=at)
        tickets(100 - count, "", at=at)


def test_a_week_above_three_sigma_opens_a_candidate_and_one_on_the_limit_does_not(settings):
    settings.INSIGHT_TICKETS = 1000
    fill_weeks([2] * 26 + [7])
    week = latest_week(NOW)
    totals, counts = count_weeks(week)
    p = 52 / 2600  # By hand: 26 weeks of 2 in 100.
    upper = p + 3 * math.sqrt(p * (1 - p) / 100)

    assert (week.start, len(totals), set(totals)) == (WEEK, BASELINE_WEEKS + 1, {100})
    assert counts == {("rare", ""): [2] * 26 + [7]}
    assert 0.06 < upper < 0.07
    (found,) = list_suggestions(at=NOW)
    assert (found.cause, found.since) == ("rare", WEEK)
    assert found.basis == "7.0 % of a week's 100 tickets, above the limit of 6.2 %"
    Ticket.objects.filter(category="rare", opened_at__gte=WEEK).first().delete()
    assert list_suggestions(at=NOW) == []


@pytest.mark.parametrize(
    ("before", "last", "limit"),
    [
        ([(0, 100)] * 26, (2, 100), 0.0),
        ([(1, 100)] * 11 + [(0, 0)] * 15, (50, 100), None),
        ([(1, 100)] * 26, (10, 19), None),
        ([(0, 0)] * 26, (10, 100), None),
    ],
)
def test_too_little_to_judge_by_has_no_limit(before, last, limit):
    assert upper_limit([Sample(*one) for one in (*before, last)]) == limit


def test_two_tickets_of_a_cause_that_never_was_are_no_signal(settings):
    settings.INSIGHT_TICKETS = 1000
    fill_weeks([0] * 26 + [2])

    assert list_suggestions(at=NOW) == []


def test_suggestions_agree_with_counting_ticket_by_ticket(settings):
    """Brute force over mixed weeks of different sizes."""
    settings.INSIGHT_TICKETS = 1000
    sizes = [30 + 7 * (number % 5) for number in range(27)]
    for number, size in enumerate(sizes):
        at = WEEK - timedelta(weeks=26 - number) + timedelta(hours=number * 6)
        for cause, share in (("a", 0.10), ("b", 0.05 + 0.30 * (number == 26)), ("c", 0.02)):
            tickets(round(size * share), cause, at=at)
        tickets(size - sum(round(size * s) for s in (0.10, 0.05 + 0.30 * (number == 26), 0.02)), "", at=at)

    expected = []
    rows = list(Ticket.objects.values_list("category", "opened_at"))
    for cause in ("a", "b", "c"):
        in_week = [
            [name for name, at in rows if 0 <= (at - WEEK) / timedelta(weeks=1) + back < 1]
            for back in range(26, -1, -1)
        ]
        before = [name for names in in_week[:26] for name in names]
        p, n = before.count(cause) / len(before), len(in_week[26])
        share = in_week[26].count(cause) / n
        if share > p + 3 * math.sqrt(p * (1 - p) / n):
            expected.append(cause)
    assert expected == ["b"]
    assert [one.cause for one in list_suggestions(at=NOW)] == expected


def test_a_ticket_without_a_cause_belongs_to_no_candidate():
    TicketFactory.create_batch(6, opened_at=NOW)

    assert causes() == []
