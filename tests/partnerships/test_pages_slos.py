import csv
import io
from decimal import Decimal

import pytest
from django.utils import timezone

from partnerships.models import SLO
from partnerships.services.slo_judgement import judge_slos
from tests.factories import DependencyFactory, IntegrationFactory, SLOFactory, UserFactory
from tests.partnerships.page_data import DAY, HOUR, MINUTE, soup_of, text_of, watched

pytestmark = pytest.mark.django_db
LIST, CSV = "/integrations/slos/", "/integrations/slos.csv"


@pytest.fixture
def reader(client):
    person = UserFactory(permissions=["partnerships.view_integration", "partnerships.view_slo"])
    client.force_login(person)
    return person


def promised(name, past, **fields):
    integration = IntegrationFactory(name=name, slug=name.lower(), tier=fields.pop("tier", "production"))
    slo = SLOFactory(integration=integration, **fields)
    watched(past, integration=integration)
    return slo


def names(soup):
    return [link.text for link in soup.select("main tbody a.subj")]


def row_of(soup, name):
    return next(text_of(row) for row in soup.select("main tbody tr") if row.a.text == name)


def test_the_gravest_objective_comes_first(client, reader):
    promised("Calm", [("up", 40 * DAY)])
    promised("Spent", [("up", 20 * DAY), ("down", HOUR), ("up", 10 * DAY)])
    promised("Nearly", [("up", 20 * DAY), ("down", 38 * MINUTE), ("up", 10 * DAY)])

    soup = soup_of(client, LIST)

    assert names(soup) == ["Spent", "Nearly", "Calm"]
    assert "Of 3 budgets 1 is exhausted and 1 at risk." in text_of(soup.select_one(".lede"))
    assert "At risk 99.9 % over 30 days 12% 38.0 of 43.2 min 0 of 14.4 in 1 h" in row_of(soup, "Nearly")
    assert "Exhausted 99.9 % over 30 days −39%" in row_of(soup, "Spent")


def test_filters_are_the_address(client, reader):
    promised("Calm", [("up", 40 * DAY)])
    promised("Spent", [("up", 20 * DAY), ("down", HOUR), ("up", 10 * DAY)])
    promised("Trial", [("up", 40 * DAY)], tier="experimental", target_ratio=Decimal("0.95"))

    assert names(soup_of(client, LIST, tier="experimental")) == ["Trial"]
    assert names(soup_of(client, LIST, status="exhausted")) == ["Spent"]
    assert names(soup_of(client, LIST, q="cal")) == ["Calm"]
    assert names(soup_of(client, LIST, q="none such")) == []
    assert len(names(soup_of(client, LIST, tier="gold", status="fine"))) == 3


def test_the_csv_is_what_the_page_shows(client, reader):
    promised("Calm", [("up", 40 * DAY)])
    promised("Spent", [("up", 20 * DAY), ("down", HOUR), ("up", 10 * DAY)])

    content = b"".join(client.get(CSV, {"status": "exhausted"}).streaming_content).decode()
    (row,) = csv.DictReader(io.StringIO(content))

    assert (row["integration"], row["target_percent"], row["window"]) == ("Spent", "99.9", "30 days")
    assert (row["status"], row["budget_left_percent"], row["spent_minutes"]) == ("exhausted", "-39", "60.0")


def test_the_page_of_an_integration_shows_burn_alerts_and_what_happened(client, reader):
    slo = promised("Ledger", [("up", 40 * DAY), ("down", 3 * MINUTE)])
    upstream = watched([("up", DAY)], integration=IntegrationFactory(name="Login"))
    DependencyFactory(integration=slo.integration, upstream=upstream)
    judge_slos(at=timezone.now())

    section = soup_of(client, "/integrations/ledger/").select_one("#slo")

    rows = [text_of(row) for row in section.select("tbody")[0].select("tr")]
    assert rows[0].startswith("page, 1 h / 5 min 50")
    assert rows[0].endswith("14.4 open")
    assert rows[1].endswith("6 open")
    assert rows[2].endswith("3 quiet")
    assert "Depends on Login" in text_of(section)
    assert "Alert fired" in text_of(section)
    assert "1 open" not in text_of(section)
    assert "2 open" in row_of(soup_of(client, LIST), "Ledger")


def test_who_may_not_see_objectives_sees_the_page_without_them(client):
    client.force_login(UserFactory(permissions=["partnerships.view_integration"]))
    promised("Ledger", [("up", 40 * DAY)])

    assert soup_of(client, "/integrations/ledger/").select_one("#slo") is None
    assert client.get(LIST).status_code == 403


def test_an_empty_list_says_so(client, reader):
    assert "Nothing is promised yet" in soup_of(client, LIST).text
    assert SLO.objects.count() == 0
