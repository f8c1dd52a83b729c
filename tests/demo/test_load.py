"""Loading the demo company: the same for the same seed, into an empty database only."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from dashboards.demo import arrivals
from dashboards.demo.catalogue import PARTNERS
from dashboards.demo.load import load_company
from dashboards.demo.story import make_story
from metrics.models import Target
from operations.models import User
from partnerships.models import (
    AccountingProfile,
    CheckResult,
    HealthCheck,
    Integration,
    LatencyHour,
    Partner,
    StatusInterval,
    TierPeriod,
    UptimeHour,
)
from support.models import Customer, Ticket, TicketEvent
from tests.demo.digests import digest_of

TODAY = date(2026, 3, 18)
TABLES = [
    *(User, Partner, Integration, TierPeriod, HealthCheck, StatusInterval, UptimeHour, LatencyHour, CheckResult),
    *(Customer, Ticket, TicketEvent, Target),
]


@pytest.fixture
def small_company(monkeypatch):
    """A smaller company with the same story, for questions that need no twenty thousand tickets."""
    monkeypatch.setattr(arrivals, "TICKETS", 600)
    monkeypatch.setattr("dashboards.demo.integrations.PARTNERS", PARTNERS[7:8] + PARTNERS[11:])
    monkeypatch.setattr("dashboards.demo.health.LATENCY_DAYS", 3)


@pytest.fixture(scope="module")
def story():
    return make_story(seed=7, today=TODAY, at=None)


def test_same_seed_and_day_give_the_same_rows(small_company, db, story):
    digests = []
    for _ in range(2):
        with transaction.atomic():
            load_company(story, sandbox_port=8901)
            digests.append({model.__name__: digest_of(model) for model in TABLES})
            transaction.set_rollback(True)

    assert digests[0] == digests[1]


def test_another_seed_gives_other_rows(small_company, db, story):
    digests = []
    for seed in (7, 8):
        with transaction.atomic():
            load_company(make_story(seed=seed, today=TODAY, at=None), sandbox_port=8901)
            digests.append((digest_of(Ticket), digest_of(StatusInterval), digest_of(Partner)))
            transaction.set_rollback(True)

    assert digests[0][0] != digests[1][0]
    assert digests[0][1] != digests[1][1]
    assert digests[0][2] == digests[1][2]


def test_load_refuses_a_database_with_data(db):
    User.objects.create_user("someone@example.com", name="Someone")

    with pytest.raises(CommandError, match="already has data"):
        call_command("load_demo")

    assert User.objects.count() == 1


def test_password_is_unusable_outside_a_demo(small_company, db, story, settings):
    settings.DEMO = False

    load_company(story, sandbox_port=8901)

    assert not [user.email for user in User.objects.all() if user.has_usable_password()]


def test_installation_has_the_standard_accounting_profile(db):
    profile = AccountingProfile.objects.get(is_default=True)

    assert (profile.name, profile.version) == ("standard", 1)
    assert (profile.maintenance, profile.unknown, profile.degraded_weight) == ("exclude", "exclude", 0)
