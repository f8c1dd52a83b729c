"""The API against its own schema: schemathesis calls every operation in-process with valid and invalid input."""

import logging
from pathlib import Path

import pytest
import schemathesis
from django.core.cache import caches
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck as Slowness
from hypothesis import settings
from knox.models import AuthToken

from partnerships.models import HealthCheck
from tests.factories import FACTORIES, SuperuserFactory

schemathesis.serializer.alias("message/rfc822", "application/octet-stream")  # A mail is bytes.
CONFIG = schemathesis.Config.from_path(Path(__file__).resolve().parents[1] / "schemathesis.toml")
schema = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True), config=CONFIG)
schema.app = get_wsgi_application()


@pytest.fixture(scope="module")
def kept_token(django_db_setup, django_db_blocker):
    """A superuser's token, beside one row of each model, in a transaction around all tests."""
    with django_db_blocker.unblock(), transaction.atomic():
        for factory in FACTORIES:
            factory()
        HealthCheck.objects.update(is_paused=True)  # A poll would wait for a partner that is not there.
        yield AuthToken.objects.create(SuperuserFactory())[1]
        transaction.set_rollback(True)


@pytest.fixture
def token(kept_token, db):
    """The token, while a request through the bare application leaves the test's connection open, as Django's own test
    client sees to, and while refused requests, as most are meant to be, write no line to the log.
    """
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    logging.disable(logging.WARNING)
    yield kept_token
    logging.disable(logging.NOTSET)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.conformance
@schema.parametrize()
@settings(max_examples=12, deadline=None, derandomize=True, database=None, suppress_health_check=list(Slowness))
def test_operation_keeps_its_schema(case, token):
    caches["throttle"].clear()

    case.call_and_validate(headers={"Authorization": f"Token {token}"})
