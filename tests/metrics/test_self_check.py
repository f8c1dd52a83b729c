"""The nightly comparison finds what a wrong cell or value would be, says so, and is done when it is right again."""

from datetime import UTC, date, datetime, timedelta

import pytest

from foundation.readiness import ask_all
from metrics.models import DayCell, MonthCell, PeriodValue, SelfCheck
from metrics.selectors.self_checks import get_last_self_checks
from metrics.selectors.values import get_version
from metrics.services.marks import mark_all_days
from metrics.services.recompute import recompute_pending
from metrics.services.self_check import check_sample, run_nightly_checks
from metrics.services.verify import verify_source
from metrics.sources import get_source, list_sources
from support.models import Ticket
from tests.metrics.test_recompute import NOW, make_tickets


@pytest.fixture
def computed(db):
    make_tickets(60)
    recompute_pending(at=NOW)


def test_right_numbers_show_no_difference(computed):
    found = [check_sample(source, at=NOW, days=400, seed="s") for source in list_sources()]

    assert all(check.is_equal and check.differences == [] for check in found)
    checked = {check.source: check for check in found}
    assert checked["tickets_resolved"].days_checked > 20
    assert checked["tickets_resolved"].values_checked > 900
    assert ask_all(at=NOW)["self_check"].is_ok


@pytest.mark.parametrize(
    "falsify",
    [
        lambda cells, values: cells.update(n=99),
        lambda cells, values: values.filter(grain="day").update(value=1e9),
        lambda cells, values: values.filter(grain="year").update(value=1e9),
        lambda cells, values: values.filter(grain="day").delete(),
    ],
    ids=["cell", "value", "year", "missing value"],
)
def test_a_false_number_is_found_until_it_is_right(computed, falsify):
    source = get_source("ticket_backlog")
    cell = DayCell.objects.filter(version__source=source.key).order_by("day")[10]
    around = PeriodValue.objects.filter(version=cell.version, segment=cell.segment)
    falsify(DayCell.objects.filter(pk=cell.pk), around.filter(start__in=[cell.day, date(2026, 1, 1)]))

    check = check_sample(source, at=NOW, days=400)

    assert not check.is_equal
    assert {"metric", "what", "stored", "expected", "day"} == set(check.differences[0])
    finding = ask_all(at=NOW)["self_check"]
    assert not finding.is_ok
    assert "ticket_backlog" in finding.detail
    mark_all_days(source)
    recompute_pending(at=NOW + timedelta(minutes=5))
    assert check_sample(source, at=NOW, days=1, seed="other").is_equal
    assert ask_all(at=NOW)["self_check"].is_ok


def test_a_false_month_cell_is_found_by_the_full_comparison(computed):
    MonthCell.objects.filter(version=get_version("ticket_backlog")).update(total=4)

    assert any("month cell" in difference.what for difference in verify_source(get_source("ticket_backlog")))


def test_days_that_wait_are_left_out(computed):
    source = get_source("tickets_opened")
    Ticket.objects.create(subject="late", opened_at=datetime(2026, 5, 4, 12, tzinfo=UTC))

    check = check_sample(source, at=NOW, days=400)

    assert check.is_equal
    assert "2026-05-04" not in check.days


def test_every_source_is_checked_once_a_night(computed, settings):
    settings.ORGANISATION_TIME_ZONE = "America/New_York"
    before_three, after = (datetime(2026, 6, 16, hour, 30, tzinfo=UTC) for hour in (6, 8))
    assert len(run_nightly_checks(at=before_three)) == len(list_sources())
    assert run_nightly_checks(at=before_three + timedelta(minutes=20)) == []
    assert len(run_nightly_checks(at=after)) == len(list_sources())
    assert run_nightly_checks(at=after + timedelta(hours=10)) == []
    assert set(get_last_self_checks()) == {source.key for source in list_sources()}
    assert SelfCheck.objects.count() == 2 * len(list_sources())
