"""Loading the demo company: the same for the same seed, into an empty database only."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from dashboards.demo import arrivals
from dashboards.demo.catalogue import PARTNERS
from dashboards.demo.load import load_company
from dashboards.demo.sandbox import point_checks_at
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
from partnerships.probes.registry import get_probe
from partnerships.sandbox.server import make_app
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
    monkeypatch.setattr("dashboards.demo.integrations.PARTNERS", PARTNERS[1:2] + PARTNERS[11:])
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


def test_checks_are_valid_and_answered_by_the_sandbox(small_company, db, story):
    """Every address of a demo check is one that the sandbox plays: an endpoint, or a status page of the check's kind."""
    load_company(story, sandbox_port=9100)
    app = make_app()

    for check in HealthCheck.objects.all():
        path = check.url.removeprefix("http://127.0.0.1:9100")
        handler = _handler_of(app, path)
        assert get_probe(check.kind).validate(check.config) == []
        assert handler == {"http": "_endpoint", "statuspage": "_statuspage", "slack_status": "_slack"}[check.kind]


def _handler_of(app, path):
    """The name of the function that answers the path; the first route that matches wins."""
    for route in app.router.routes():
        if route.method == "GET" and route.resource._match(path) is not None:
            return route.handler.__name__
    return None


def test_checks_follow_the_sandbox_to_another_port(small_company, db, story):
    load_company(story, sandbox_port=9100)

    moved = point_checks_at(9177)

    assert moved == HealthCheck.objects.count() > 0
    assert not HealthCheck.objects.exclude(url__startswith="http://127.0.0.1:9177/").exists()
    assert point_checks_at(9177) == 0
