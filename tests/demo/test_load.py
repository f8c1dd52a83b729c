"""Loading the demo company: the same for the same seed."""

from dataclasses import dataclass
from datetime import date

import pytest
from django.db import transaction
from django.test import override_settings

from dashboards.demo import arrivals
from dashboards.demo.catalogue import PARTNERS
from dashboards.demo.load import load_company
from dashboards.demo.sandbox import point_checks_at
from dashboards.demo.story import make_story
from metrics.models import Target
from operations.models import User
from partnerships.models import (
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

pytestmark = pytest.mark.xdist_group("demo company")
TODAY = date(2026, 3, 18)
TABLES = [
    *(User, Partner, Integration, TierPeriod, HealthCheck, StatusInterval, UptimeHour, LatencyHour, CheckResult),
    *(Customer, Ticket, TicketEvent, Target),
]


@dataclass
class Digests:
    """What each table held after a load."""

    first: dict[str, str]
    other_seed: dict[str, str]
    outside_a_demo: dict[str, str]


def load(seed):
    """Load a smaller company with the same story, for questions that need no twenty thousand tickets."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arrivals, "TICKETS", 600)
        patch.setattr("dashboards.demo.integrations.PARTNERS", PARTNERS[1:2] + PARTNERS[3:4] + PARTNERS[11:])
        patch.setattr("dashboards.demo.health.LATENCY_DAYS", 3)
        load_company(make_story(seed=seed, today=TODAY, at=None), sandbox_port=9100)
    return {model.__name__: digest_of(model) for model in TABLES}


def load_and_undo(seed):
    with transaction.atomic():
        digests = load(seed)
        transaction.set_rollback(True)
    return digests


@pytest.fixture(scope="module")
def kept_company(django_db_setup, django_db_blocker):
    """The last of three loads, not of a demo, in a transaction around the tests of this module."""
    with django_db_blocker.unblock(), transaction.atomic():
        first, other = load_and_undo(7), load_and_undo(8)
        with override_settings(DEMO=False):
            kept = load(7)
        yield Digests(first, other, kept)
        transaction.set_rollback(True)


@pytest.fixture
def company(kept_company, db):
    return kept_company


def test_same_seed_and_day_give_the_same_rows(company):
    assert company.first == company.outside_a_demo


def test_another_seed_gives_other_rows(company):
    for table in ("Ticket", "StatusInterval"):
        assert company.first[table] != company.other_seed[table]
    assert company.first["Partner"] == company.other_seed["Partner"]


def test_password_is_unusable_outside_a_demo(company):
    assert User.objects.exists()
    assert not [user.email for user in User.objects.all() if user.has_usable_password()]


def test_checks_are_valid_and_answered_by_the_sandbox(company):
    """Every address of a demo check is one that the sandbox plays: an endpoint, or a status page of the check's kind."""
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


def test_checks_follow_the_sandbox_to_another_port(company):
    moved = point_checks_at(9177)

    assert moved == HealthCheck.objects.count() > 0
    assert not HealthCheck.objects.exclude(url__startswith="http://127.0.0.1:9177/").exists()
    assert point_checks_at(9177) == 0
