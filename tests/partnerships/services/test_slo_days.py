"""How objectives stood, day by day, and the metrics made of it."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command

from metrics.sources import get_source
from partnerships.models import SLODay
from tests.factories import NOW, SLODayFactory, SLOFactory
from tests.partnerships.page_data import DAY, HOUR, MINUTE
from tests.partnerships.services.test_slo_judgement import judge_at, objective

pytestmark = pytest.mark.django_db


def days():
    return list(SLODay.objects.order_by("pk").values_list("day_on", "left_millionths", "judged_at"))


def test_a_day_has_one_row_that_follows_once_an_hour():
    objective([("up", 40 * DAY), ("down", 30 * MINUTE)])
    today = NOW.date()

    judge_at(NOW)
    first = days()
    judge_at(NOW + MINUTE)
    soon = days()
    judge_at(NOW + HOUR)  # It is down still, and was overspent 13.2 minutes after NOW.
    later = days()
    judge_at(NOW + DAY)

    assert first == soon == [(today, 305_555, NOW)]  # 30 of 43.2 minutes are spent.
    assert later == [(today, -1_083_334, NOW + HOUR)]  # 90 of 43.2, rounded down.
    assert [day for day, _, _ in days()] == [today, today + DAY]


def test_what_is_overspent_is_written_at_once():
    objective([("up", 40 * DAY), ("down", 43 * MINUTE)])
    judge_at(NOW)

    judge_at(NOW + MINUTE)

    ((_, left, judged_at),) = days()
    assert (left < 0, judged_at) == (True, NOW + MINUTE)


@pytest.mark.parametrize(
    "past", [[], [("paused", 40 * DAY)], [("unknown", 40 * DAY)]], ids=["new", "paused", "unknown"]
)
def test_what_was_not_counted_has_no_row(past):
    objective(past) if past else SLOFactory()

    judge_at(NOW)

    assert days() == []


def shown(capsys, key, *args):
    call_command("show_metric", key, "--grain", "week", "--start", "2026-03-02", "--json", *args)
    return json.loads(capsys.readouterr().out)


def test_the_metrics_count_objectives_and_days(capsys):
    """2 of 3 are met on Monday and 1 of 1 on Tuesday; 50, 0, −20 and 90 % are left."""
    tuesday = NOW + timedelta(days=1)
    for left in (500_000, 0, -200_000):
        SLODayFactory(left_millionths=left)
    SLODayFactory(day_on=tuesday.date(), begun_at=tuesday, judged_at=tuesday, left_millionths=900_000)
    call_command("recompute_metrics", verbosity=0)
    capsys.readouterr()

    met, left = shown(capsys, "slo_met_ratio"), shown(capsys, "slo_budget_left_mean")

    assert (met["value"], met["n"]) == (0.75, 4)
    assert (left["value"], left["n"]) == (30.0, 4)


def test_rows_behind_a_number_name_their_integration():
    row = SLODayFactory(left_millionths=305_555)

    words = get_source("slo_days").describe([row.pk])[row.pk]

    assert (words.label, words.detail) == (str(row.slo.integration), "30.6 % of the budget left")
