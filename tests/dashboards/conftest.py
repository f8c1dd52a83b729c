import pytest
from django.utils import timezone

from tests.dashboards.pages import EVERYTHING
from tests.factories import PASSWORD, HeartbeatFactory, UserFactory
from tests.metrics.series import retire_shipped_metrics


@pytest.fixture(autouse=True)
def _alone(db):
    retire_shipped_metrics()


@pytest.fixture
def at():
    return timezone.now()


@pytest.fixture
def alive(at):
    """A worker that has just been seen."""
    return HeartbeatFactory(name="worker", seen_at=at)


@pytest.fixture
def sign_in(client):
    """Signs a person with these permissions in and gives their client."""

    def do(*permissions, **fields):
        client.force_login(UserFactory(permissions=permissions, password=PASSWORD, **fields))
        client.get("/search/")  # The first request of a session notes when it began.
        return client

    return do


@pytest.fixture
def executive(sign_in):
    return sign_in(*EVERYTHING, name="Clara Osei", email="clara@example.com")
