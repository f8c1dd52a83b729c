"""A change of the organisation's calendar makes new versions; the old ones keep their values."""

from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command

from metrics.models import Annotation, DirtyMark, MetricVersion
from metrics.selectors.values import get_current_versions, get_series
from metrics.services.calendars import renew_calendar
from metrics.services.recompute import recompute_pending
from tests.factories import TicketFactory, UserFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
SUNDAY = datetime(2026, 3, 1, 3, tzinfo=UTC)  # Still Saturday in New York.


@pytest.fixture
def computed():
    TicketFactory(opened_at=SUNDAY)
    recompute_pending(at=AT)
    return get_current_versions(["tickets_opened"])["tickets_opened"]


def days(version=None):
    points = get_series("tickets_opened", "day", date(2026, 2, 27), date(2026, 3, 2), at=AT, version=version).points
    return {point.start: point.value for point in points if point.value}


def test_every_approved_metric_is_cut_by_the_new_calendar_and_old_values_stay(computed, settings):
    old = list(get_current_versions().values())
    settings.ORGANISATION_TIME_ZONE = "America/New_York"
    settings.ORGANISATION_WEEK_START = 6

    made = renew_calendar(reason="We moved to New York.", at=AT, by=UserFactory())
    recompute_pending(at=AT)

    current = get_current_versions()
    assert {version.metric.key for version in made} == set(current)
    assert {(v.time_zone, v.week_start, v.reason) for v in current.values()} == {
        ("America/New_York", 6, "We moved to New York.")
    }
    assert [(v.kind, v.formula, v.dimensions) for v in current.values()] == [
        (v.kind, v.formula, v.dimensions) for v in old
    ]
    assert days() == {date(2026, 2, 28): 1.0}
    assert days(computed) == {date(2026, 3, 1): 1.0}
    assert Annotation.objects.filter(kind="definition").count() == len(made)


def test_nothing_is_left_to_renew_the_second_time(computed, settings, capsys):
    settings.ORGANISATION_YEAR_START = 4
    call_command("renew_calendar", reason="Fiscal year from April.")
    first = MetricVersion.objects.count()
    DirtyMark.objects.all().delete()

    call_command("renew_calendar", reason="Again.")

    assert "0 new versions" in capsys.readouterr().out
    assert MetricVersion.objects.count() == first
    assert not DirtyMark.objects.exists()


def test_unknown_approver_is_refused(computed, settings):
    settings.ORGANISATION_YEAR_START = 4

    with pytest.raises(CommandError, match=r"nobody@example\.com"):
        call_command("renew_calendar", reason="x", by="nobody@example.com")

    assert not MetricVersion.objects.filter(number=2).exists()
