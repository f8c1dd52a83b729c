"""Adjustments: two people, one overlay, and every figure restated beside the raw one."""

import json
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from django.core.management import call_command
from django.utils import timezone

from foundation.errors import InvalidInputError, RefusedTransitionError
from metrics.sources import get_source
from partnerships.models import Adjustment, StatusInterval
from partnerships.selectors.overlays import get_maintenance_by_check
from partnerships.selectors.pages_detail import get_detail, get_standing
from partnerships.selectors.pages_list import Wanted, list_integrations
from partnerships.selectors.site_uptime import Asked, get_site_history
from partnerships.selectors.spans import get_measured_spans_by_check, get_spans_by_check
from partnerships.services.adjustments import (
    LONGEST,
    NewAdjustment,
    approve_adjustment,
    propose_adjustment,
    reject_adjustment,
)
from tests.factories import HealthCheckFactory, IntegrationFactory, UserFactory
from tests.partnerships.page_data import DAY, HOUR, MINUTE, watched
from tests.partnerships.services.test_maintenance import hours, rolled, us

pytestmark = pytest.mark.django_db

T0 = datetime(2026, 3, 2, 12, tzinfo=UTC)


def past(at=T0, **fields):
    """Five hours up, two down, five up."""
    return rolled(watched([("up", 5 * HOUR), ("down", 2 * HOUR), ("up", 5 * HOUR)], at=at, **fields), at)


def propose(check, *, by=None, at=T0, **fields):
    wanted = {
        "started_at": at - 7 * HOUR,
        "ended_at": at - 6 * HOUR,
        "adjusted_to": "up",
        "reason": "Our certificate had expired.",
    }
    return propose_adjustment(new=NewAdjustment(check, **{**wanted, **fields}), by=by or UserFactory(), at=at)


def approve(row, *, at=T0, by=None):
    return approve_adjustment(adjustment_id=row.pk, by=by or UserFactory(), at=at)


def spans(check, get=get_spans_by_check):
    return [(one.start, one.end, one.state) for one in get([check.pk], start=T0 - DAY, end=T0)[check.pk]]


def test_a_proposal_changes_nothing_and_an_approval_overlays_the_intervals():
    check = past()
    measured, before = spans(check), hours(check)

    row = propose(check)
    assert (spans(check), hours(check), row.state) == (measured, before, "proposed")
    approve(row)

    row.refresh_from_db()
    assert (row.state, row.version) == ("approved", 2)
    assert spans(check) == [
        (us(T0 - 12 * HOUR), us(T0 - 6 * HOUR), "up"),
        (us(T0 - 6 * HOUR), us(T0 - 5 * HOUR), "down"),
        (us(T0 - 5 * HOUR), None, "up"),
    ]
    assert spans(check, get_measured_spans_by_check) == measured
    assert (before, hours(check)) == ({"up": 36_000, "down": 7200}, {"up": 39_600, "down": 3600})
    assert StatusInterval.objects.count() == 3


def test_who_asked_for_it_cannot_approve_it():
    check, person = past(), UserFactory()
    row = propose(check, by=person)

    with pytest.raises(InvalidInputError, match="approved_by"):
        approve(row, by=person)

    assert hours(check) == {"up": 36_000, "down": 7200}


def test_a_rejected_one_no_longer_counts_and_never_will_again():
    check = past()
    row = propose(check)
    approve(row)

    reject_adjustment(adjustment_id=row.pk, by=UserFactory(), at=T0)

    assert hours(check) == {"up": 36_000, "down": 7200}
    for act in (approve_adjustment, reject_adjustment):
        with pytest.raises(RefusedTransitionError):
            act(adjustment_id=row.pk, by=UserFactory(), at=T0)
    with pytest.raises(RefusedTransitionError):
        approve(approve(propose(check)))


def test_two_in_force_may_touch_and_not_overlap():
    check, other = past(), past()
    approve(propose(check))
    second = propose(check, started_at=T0 - 6 * HOUR - MINUTE, adjusted_to="degraded")

    with pytest.raises(InvalidInputError, match="Another adjustment"):
        approve(second)
    approve(propose(check, started_at=T0 - 6 * HOUR, ended_at=T0 - 5 * HOUR, adjusted_to="degraded"))
    approve(propose(other))

    assert hours(check) == {"up": 39_600, "degraded": 3600}


def test_adjusted_to_maintenance_is_planned_time():
    check = past()

    approve(propose(check, adjusted_to="maintenance"))

    assert hours(check) == {"up": 36_000, "down": 3600, "planned_down": 3600}
    found = get_maintenance_by_check([check.pk], start=T0 - DAY, end=T0)
    assert found == {check.pk: [(us(T0 - 7 * HOUR), us(T0 - 6 * HOUR))]}
    assert get_maintenance_by_check([check.pk], start=T0 - DAY, end=T0, is_raw=True) == {}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"adjusted_to": "paused"}, "adjusted_to"),
        ({"reason": " "}, "reason"),
        ({"ended_at": T0 + MINUTE}, "ended_at"),
        ({"ended_at": T0 - 7 * HOUR}, "ended_at"),
        ({"started_at": T0 - 12 * HOUR - MINUTE}, "started_at"),
        ({"started_at": T0 - 6 * HOUR - LONGEST - MINUTE}, "started_at"),
    ],
)
def test_impossible_adjustments_are_refused(fields, field):
    check = past()

    with pytest.raises(InvalidInputError) as refusal:
        propose(check, **fields)

    assert refusal.value.field == field
    assert not Adjustment.objects.exists()


def test_a_check_that_was_never_measured_has_nothing_to_correct():
    with pytest.raises(InvalidInputError, match="started_at"):
        propose(HealthCheckFactory())


def test_all_figures_are_restated_and_the_raw_one_stays_beside(capsys):
    at = timezone.now().replace(minute=0, second=0, microsecond=0)
    check = past(at=at, integration=IntegrationFactory(slug="ledger"))
    assert get_detail("ledger", at=at).raw_windows is None
    approve(propose(check, at=at), at=at)
    approve(propose(check, at=at, started_at=at - HOUR, ended_at=at - HOUR / 2, adjusted_to="maintenance"), at=at)
    uptime, raw = Fraction(10 * 60 + 30, 11 * 60 + 30), Fraction(10, 12)
    start = at - DAY

    detail = get_detail("ledger", at=at)
    listed = list_integrations(Wanted(), at=at).groups[0]
    call_command("show_uptime", "ledger", "--start", start.isoformat(), "--end", at.isoformat(), "--json")
    shown = json.loads(capsys.readouterr().out)
    call_command("show_uptime", "ledger", "--start", start.isoformat(), "--end", at.isoformat())
    words = capsys.readouterr().out
    rows = get_source("integration_uptime").fetch(start, at).measures
    sums = {name: int(values.sum()) for name, values in rows.items()}
    union = get_site_history(Asked("ledger", is_union=True), start=start, end=at, at=at).between(start, at)

    assert get_standing("ledger", at=at).hero.uptime == listed.rows[0].figures.uptime == uptime
    assert detail.windows[0].figures.uptime == union.uptime == uptime
    assert detail.raw_windows[0].figures.uptime == raw
    assert (shown["uptime"], shown["raw"]["uptime"]) == (float(uptime), float(raw))
    assert "raw       83.3333, without approved adjustments" in words
    assert Fraction(sums["up"], sums["up"] + sums["down"]) == uptime
    assert sums["planned_up"] == 1800 * 1_000_000
