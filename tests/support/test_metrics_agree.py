"""Every metric of support says the same on its card, in the table of metrics, in files and over the API."""

import csv
import io
import random

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from metrics.selectors.values import get_current_versions
from metrics.services.follow_ups import follow_unsettled_rows
from metrics.services.recompute import recompute_pending
from metrics.sources import list_shipped_metrics
from metrics.units import unit_of
from operations.models import Escalation
from support.models import Ticket
from support.services.clock_crossings import note_past_crossings
from support.services.clocks import refresh_clocks
from tests.factories import UserFactory
from tests.support.ticket_lives import Desk

pytestmark = pytest.mark.django_db


def text_of(node):
    return " ".join(node.get_text(" ").split())


def soup_of(client, url):
    return BeautifulSoup(client.get(url).content, "html.parser")


def fill(at):
    desk = Desk(random.Random(5), at)
    ids = [desk.live().pk for _ in range(45)]
    note_past_crossings(ids, until=at)
    refresh_clocks(ids)
    Ticket.objects.filter(pk__in=ids[:20]).update(is_external_sla_met=True)
    Ticket.objects.filter(pk__in=ids[20:25]).update(is_external_sla_met=False)
    for ticket in Ticket.objects.filter(pk__in=ids[::4]):
        Escalation.objects.create(
            kind="process_failure", subject=f"ticket:{ticket.pk}", title="Up", raised_at=ticket.opened_at
        )
    follow_unsettled_rows(at=at)
    recompute_pending(at=at, now_please=True, max_batches=2000)


def of_file(client, key, start):
    lines = csv.DictReader(io.StringIO(b"".join(client.get(f"/metrics/{key}.csv?grain=week")).decode()))
    (line,) = [line for line in lines if line["start"] == start]
    return float(line["value"]), int(line["n"]), line["unit"]


def of_api(client, key):
    """The last complete week that has a value: its start, then value, n and unit."""
    answers = client.get(f"/api/v1/metrics/{key}/values/", {"grain": "week"}).json()["results"]
    last = [one for one in answers if one["complete"] and one["value"] is not None][-1]
    return last["start"], (last["value"], last["n"], last["unit"])


def test_card_table_file_and_api_give_the_same_value_n_and_unit(client):
    fill(timezone.now().replace(minute=0, second=0, microsecond=0))
    client.force_login(UserFactory(permissions=["metrics.view_metric", "metrics.view_periodvalue"]))
    versions = get_current_versions([one.key for one in list_shipped_metrics() if one.key.startswith("ticket")])
    cards = {
        card.h3.a["href"]: card.select(".box > div")[0]
        for card in soup_of(client, "/metrics/scorecard/")(class_="score")
    }
    table = {row.a["href"]: row.select_one("td.num") for row in soup_of(client, "/metrics/").select("tbody tr")}
    assert len(versions) > 50

    for key, version in versions.items():
        start, answer = of_api(client, key)
        url, in_words = version.metric.get_absolute_url(), " ".join(unit_of(version).told(*answer[:2])).strip()
        shown, context = (text_of(words) for words in cards[url]("dd"))

        assert of_file(client, key, start) == answer, key
        assert (shown, context.split(", ")[-1]) == (in_words, f"n = {answer[1]:,}"), key
        assert text_of(table[url]) == in_words, key
