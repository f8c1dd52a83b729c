from datetime import UTC, datetime, timedelta

import pytest

from partnerships.health.uptime import Span, to_us
from partnerships.selectors.spans import get_spans_by_check, get_tiers_by_integration
from tests.factories import HealthCheckFactory, IntegrationFactory, StatusIntervalFactory, TierPeriodFactory

pytestmark = pytest.mark.django_db

DAY0 = datetime(2026, 3, 1, tzinfo=UTC)


def hour(number: float) -> datetime:
    return DAY0 + timedelta(hours=number)


def test_intervals_that_overlap_a_window_come_whole_and_in_order():
    check = HealthCheckFactory()
    for state, start, end in (("up", 0, 5), ("down", 5, 6), ("up", 6, None)):
        StatusIntervalFactory(
            health_check=check, state=state, started_at=hour(start), ended_at=None if end is None else hour(end)
        )

    found = get_spans_by_check([check.pk], start=hour(5), end=hour(6))
    later = get_spans_by_check([check.pk], start=hour(5.5), end=hour(7))

    assert found == {check.pk: [Span(to_us(hour(5)), to_us(hour(6)), "down")]}
    assert [span.state for span in later[check.pk]] == ["down", "up"]
    assert later[check.pk][-1].end is None


def test_the_first_tier_reaches_back_for_ever_and_no_history_is_the_tier_of_today():
    moved, plain = IntegrationFactory(), IntegrationFactory(tier="experimental")
    TierPeriodFactory(integration=moved, tier="experimental", started_at=hour(0), ended_at=hour(9))
    TierPeriodFactory(integration=moved, tier="production", started_at=hour(9))

    assert get_tiers_by_integration([moved.pk, plain.pk]) == {
        moved.pk: [Span(0, to_us(hour(9)), "experimental"), Span(to_us(hour(9)), None, "production")],
        plain.pk: [Span(0, None, "experimental")],
    }
