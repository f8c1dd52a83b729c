"""Defects found in widely used monitors, each shown not to be ours, through the services that write and read the rows."""

import ast
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from foundation.errors import InvalidInputError
from metrics.periods import OrganisationCalendar
from partnerships.health.timelines import worst_timeline
from partnerships.health.uptime import Accounting, Span, Tally, Window, from_us, tally, to_us
from partnerships.models import SLO, CheckResult, StatusInterval
from partnerships.probes.statuspage import PROBE as STATUSPAGE
from partnerships.selectors.site_uptime import get_site_uptime
from partnerships.selectors.slos import Past, read_burns
from partnerships.selectors.spans import get_spans_by_check
from partnerships.services.claims import claim_due_checks
from partnerships.services.events import pause_check
from partnerships.services.results import ProbeResult, record_results
from partnerships.services.slos import NewSLO, define_slo
from tests.factories import HealthCheckFactory, IntegrationFactory
from tests.partnerships.probes.test_vendor_feeds import answer

pytestmark = pytest.mark.django_db

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
APRIL = datetime(2026, 4, 1, tzinfo=UTC)
SECOND_US = 1_000_000
HOUR = timedelta(hours=1)
ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("config", "dashboards", "partnerships", "support", "operations", "metrics", "charts", "foundation")


def record(check, outcome: str, moment: datetime, *, attempt: int = 1) -> None:
    """One result that came in a second after the probe began."""
    came_in = moment + timedelta(seconds=1)
    found = ProbeResult(check.pk, moment, moment, came_in, outcome, attempt=attempt)
    record_results(results=[found], at=came_in)


def record_every(check, outcome: str, start: datetime, end: datetime, step: timedelta) -> None:
    while start < end:
        record(check, outcome, start)
        start += step


def hourly(**fields):
    return HealthCheckFactory(interval_seconds=3600, fail_threshold=1, recover_threshold=1, **fields)


def uptime_of(check, *, start: datetime, end: datetime, at: datetime):
    return get_site_uptime(check.integration.slug, start=start, end=end, at=at)


def test_d1_down_all_month_is_no_uptime_in_the_middle_of_the_month():
    """Healthchecks says 54.8 % on the 15th, since what is still to come counts as up."""
    check = hourly()
    half = MARCH + timedelta(days=14)
    record_every(check, "fail", MARCH, half, timedelta(hours=2))

    found = uptime_of(check, start=MARCH, end=APRIL, at=half)

    assert (found.uptime, found.coverage) == (0, 1)
    assert found.counted == Tally(down=14 * 86_400 * SECOND_US)


def test_d1_a_paused_check_is_not_up():
    """Healthchecks counts the time that a check is paused as up."""
    check = hourly()
    record_every(check, "fail", MARCH, MARCH + 6 * HOUR, HOUR)
    pause_check(check_id=check.pk, at=MARCH + 6 * HOUR)

    found = uptime_of(check, start=MARCH, end=MARCH + 24 * HOUR, at=APRIL)

    assert found.counted == Tally(down=6 * 3600 * SECOND_US, paused=18 * 3600 * SECOND_US)
    assert (found.uptime, found.coverage) == (0, Fraction(1, 4))


def test_d2_a_blip_that_a_retry_clears_is_no_downtime():
    """Uptime Kuma counts every beat that failed as down, also one that the retry did not confirm."""
    check = HealthCheckFactory(interval_seconds=60, retry_interval_seconds=20, fail_threshold=3, recover_threshold=1)
    for minute in range(10):
        record(check, "fail" if minute == 5 else "ok", MARCH + timedelta(minutes=minute))
        if minute == 5:
            record(check, "fail", MARCH + timedelta(minutes=5, seconds=20), attempt=2)
            record(check, "ok", MARCH + timedelta(minutes=5, seconds=40), attempt=3)

    found = uptime_of(check, start=MARCH, end=MARCH + timedelta(minutes=9), at=APRIL)

    assert found.counted == Tally(up=9 * 60 * SECOND_US)
    assert CheckResult.objects.filter(health_check=check, outcome="fail").count() == 2


def test_d2_results_that_come_faster_while_down_weigh_no_more():
    """Uptime Kuma's ratio of beats: retries every 20 s make an outage three times as long."""
    check = HealthCheckFactory(interval_seconds=60, retry_interval_seconds=20, fail_threshold=1, recover_threshold=1)
    record_every(check, "ok", MARCH, MARCH + HOUR / 2, timedelta(minutes=1))
    record_every(check, "fail", MARCH + HOUR / 2, MARCH + HOUR * 3 / 4, timedelta(seconds=20))
    record_every(check, "ok", MARCH + HOUR * 3 / 4, MARCH + HOUR, timedelta(minutes=1))

    found = uptime_of(check, start=MARCH, end=MARCH + HOUR, at=MARCH + HOUR)

    assert found.uptime == Fraction(3, 4)
    assert CheckResult.objects.filter(health_check=check, outcome="fail").count() == 45


def test_d3_a_failure_within_maintenance_is_kept_and_lowers_nothing():
    """Gatus lowers the uptime by it, and stores no result where it skips the check."""
    check = hourly()
    for hour in range(12):
        record(check, "fail" if hour in (4, 5) else "ok", MARCH + hour * HOUR)
    planned = [(to_us(MARCH + 4 * HOUR), to_us(MARCH + 6 * HOUR))]
    spans = get_spans_by_check([check.pk], start=MARCH, end=MARCH + 12 * HOUR)[check.pk]
    window = Window(to_us(MARCH), to_us(MARCH + 12 * HOUR), to_us(MARCH + 12 * HOUR), to_us(MARCH))

    excluded = tally(spans, window, maintenance=planned)

    assert (excluded.uptime(), excluded.coverage) == (1, 1)
    measured = tally(spans, window, maintenance=planned, accounting=Accounting(maintenance="measured"))
    assert measured.uptime() == Fraction(10, 12)
    assert CheckResult.objects.filter(health_check=check, outcome="fail").count() == 2
    assert StatusInterval.objects.filter(health_check=check, state="down").count() == 1


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_d4_a_local_day_is_cut_at_its_own_midnights(day, hours):
    """Gatus adds hours to midnight, which is wrong by one on the days that the clocks change."""
    zone = "Europe/Berlin"
    start, end = OrganisationCalendar(zone).bounds(datetime.fromisoformat(day).date(), "day")
    check = hourly()
    record_every(check, "fail", start - 2 * HOUR, end + 2 * HOUR, HOUR)

    found = uptime_of(check, start=start, end=end, at=end + HOUR)

    assert found.counted == Tally(down=hours * 3600 * SECOND_US)


def test_d4_a_maintenance_across_midnight_is_whole():
    """Gatus loses 00:00 to 00:30 of a window of 24 hours that begins at 00:30."""
    check = hourly()
    record_every(check, "fail", MARCH, MARCH + 72 * HOUR, HOUR)
    half_past = MARCH + 24 * HOUR + HOUR / 2
    spans = get_spans_by_check([check.pk], start=MARCH, end=MARCH + 72 * HOUR)[check.pk]
    window = Window(to_us(MARCH), to_us(MARCH + 72 * HOUR), to_us(APRIL), to_us(MARCH))

    found = tally(spans, window, maintenance=[(to_us(half_past), to_us(half_past + 24 * HOUR))])

    assert found == Tally(down=48 * 3600 * SECOND_US, maintenance=24 * 3600 * SECOND_US)


def test_d12_the_union_of_overlapping_outages_loses_no_minute():
    """OneUptime loses half an hour: A down 10 to 11, B down 10:30 to 12 is two hours down."""
    first = hourly()
    second = HealthCheckFactory(
        integration=first.integration, interval_seconds=3600, fail_threshold=1, recover_threshold=1
    )
    for check, begun, over in ((first, 10, 11), (second, 10.5, 12)):
        record_every(check, "ok", MARCH, MARCH + begun * HOUR, HOUR)
        record(check, "fail", MARCH + begun * HOUR)
        record_every(check, "ok", MARCH + over * HOUR, MARCH + 24 * HOUR, HOUR)

    spans = get_spans_by_check([first.pk, second.pk], start=MARCH, end=MARCH + 24 * HOUR)
    joined = tally(worst_timeline(spans.values()), Window(to_us(MARCH), to_us(MARCH + 24 * HOUR), to_us(APRIL)))

    assert joined == Tally(up=22 * 3600 * SECOND_US, down=2 * 3600 * SECOND_US)


@pytest.mark.parametrize("word", ["operativ", "OK", "", None, 3])
def test_d13_a_word_that_is_not_known_is_never_operational(word):
    """aiwatch takes an indicator that it does not know for operational."""
    page = {"status": {"indicator": word}, "components": [], "incidents": []}

    found = STATUSPAGE.evaluate(answer(json.dumps(page).encode()), {})

    assert str(found.outcome) == "error"
    assert found.warnings


def test_d14_what_is_due_stands_in_a_row_and_is_claimed_once():
    """Celery on Redis runs a message due in two hours again and again: its visibility timeout is one hour."""
    due_at = MARCH + 2 * HOUR
    check = HealthCheckFactory(next_due_at=due_at)

    before = [claim_due_checks(at=MARCH + minutes * HOUR / 60) for minutes in (0, 60, 119)]
    claimed = [claim.check_id for _ in range(3) for claim in claim_due_checks(at=due_at)]

    assert before == [[], [], []]
    assert claimed == [check.pk]


def test_d14_no_message_carries_a_time_at_which_to_run():
    """Neither `countdown` nor `eta` is given to a task anywhere; time limits and expiry are."""
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for folder in PRODUCT
        for path in sorted((ROOT / folder).rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and {word.arg for word in call.keywords} & {"countdown", "eta"}
    ]

    assert found == []


@pytest.mark.parametrize(
    ("target", "is_possible"), [("0.93", False), ("0.9306", False), ("0.9375", False), ("0.95", True)]
)
def test_d15_a_rule_that_a_total_outage_could_not_fire_is_refused(target, is_possible):
    """A burn of 14.4 cannot be where 14.4 × (1 − target) is 1 or more; at 95 % a total outage takes 43 minutes."""
    rule = {"severity": "page", "kind": "burn", "budget_percent": 2, "window_minutes": 60}
    new = NewSLO(Decimal(target), rules=[rule])
    integration = IntegrationFactory(tier="production")

    if not is_possible:
        with pytest.raises(InvalidInputError, match="cannot fire in time") as refusal:
            define_slo(integration_id=integration.pk, tier="production", new=new, at=MARCH, by=None)
        assert (refusal.value.field, SLO.objects.count()) == ("rules", 0)
        return
    slo = define_slo(integration_id=integration.pk, tier="production", new=new, at=MARCH, by=None)
    began = to_us(MARCH + timedelta(days=10))
    past = Past([Span(to_us(MARCH), began, "up"), Span(began, None, "down")], [Span(0, None, "production")], 0)
    burns = [
        read_burns(slo, past, interval_us=SECOND_US, at=from_us(began + minute * 60 * SECOND_US))[0]
        for minute in range(61)
    ]
    assert [reading.long > reading.threshold for reading in burns].index(True) == 44  # 43.2, seen at the whole minute.
