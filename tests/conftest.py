"""Shared fixtures."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connections
from django.db.backends.signals import connection_created
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from foundation.triggers import remove_triggers
from tests.processes import own_database  # noqa: F401 - a fixture
from tests.template_database import ensure_template, fill_from_template, is_sqlite

# How fast examples are made says how busy the machine is, nothing about us.
hypothesis_settings.register_profile("fieldlight", suppress_health_check=[HealthCheck.too_slow], deadline=None)
hypothesis_settings.load_profile("fieldlight")
SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Making the calls of every operation takes each process a quarter of a minute: only where they are asked for."""
    asked = config.option.markexpr.replace("not conformance", "")
    unwanted = config.option.markexpr and "conformance" not in asked
    return True if unwanted and collection_path.name == "test_api_conformance.py" else None


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """Gives the path of a reference file; skips where the folder is absent, fails if it is required."""

    def path_of(name: str) -> Path:
        path = SHARED_DATA / name
        if not path.exists():
            if os.environ.get("REQUIRE_SHARED_DATA") == "1":
                pytest.fail(f"{path} is absent although REQUIRE_SHARED_DATA=1")
            pytest.skip(f"reference data {name} is absent")
        return path

    return path_of


@pytest.fixture
def own_cache(settings):
    """An empty cache of this process alone: on Redis the usual one is shared with the tests of the other processes."""
    memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "own"}
    settings.CACHES = settings.CACHES | {"default": memory}
    cache.clear()


@pytest.fixture(scope="session")
def template() -> str:
    """The migrated database to copy; see tests/template_database.py."""
    return ensure_template()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, template):
    """Let Django make its test database as a copy of the template, so that migrating finds nothing left to do."""
    del django_db_modify_db_settings_parallel_suffix
    if is_sqlite():
        connection_created.connect(fill_from_template(template=template), weak=False)
    else:
        settings.DATABASES["default"].setdefault("TEST", {})["TEMPLATE"] = template
        connections["default"].settings_dict["TEST"]["TEMPLATE"] = template


@pytest.fixture(autouse=True)
def _emptyable_tables(request: pytest.FixtureRequest):
    """A transactional test ends by emptying all tables, which append-only triggers would refuse; migrate's hook reinstalls them."""
    marker = request.node.get_closest_marker("django_db")
    transactional = bool(marker and marker.kwargs.get("transaction"))
    if transactional:
        request.getfixturevalue("_django_db_helper")
    yield
    if transactional:
        remove_triggers(connections["default"])
